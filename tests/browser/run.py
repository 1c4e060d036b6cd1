#!/usr/bin/env python3
"""Runs the tests of the pages: plays the demo with the release binary, waits until it stands, tests, ends it.

    python3 tests/browser/run.py             # needs target/release/highwater, npm ci in this folder, Chromium
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
READY_S = 300


def binary() -> pathlib.Path:
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / "highwater"


def wait_until_told(demo: subprocess.Popen, said: pathlib.Path) -> None:
    """The demo says that it stays up when its story is told."""
    end = time.monotonic() + READY_S
    while "The server stays up" not in said.read_text(errors="replace"):
        if demo.poll() is not None or time.monotonic() > end:
            sys.exit(f"the demo did not come up:\n{said.read_text(errors='replace')[-3000:]}")
        time.sleep(0.5)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        said = pathlib.Path(folder) / "demo.txt"
        with said.open("w") as out:
            demo = subprocess.Popen([binary(), "demo"], stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_until_told(demo, said)
            base = os.environ.get("HIGHWATER_BASE", "http://127.0.0.1:4319")
            tests = sys.argv[1:] or sorted(path.name for path in HERE.glob("*.test.mjs"))
            # What only looks comes first: the others write.
            tests.sort(key=lambda name: not name.startswith("pages"))
            for name in tests:
                command = ["node", "--test", "--test-reporter=spec", "--test-timeout=240000", name]
                done = subprocess.run(command, cwd=HERE, env={**os.environ, "HIGHWATER_BASE": base})
                if done.returncode != 0:
                    return done.returncode
            return 0
        finally:
            demo.terminate()
            demo.wait()


if __name__ == "__main__":
    sys.exit(main())
