"""Makes what the services need: a virtual environment with the OpenTelemetry SDK, and Node's packages.

Both are made once, under `target/`, and again when what they are made of changes. Called as a
program it prints the path of the environment's Python; exit code 3 says that it cannot be made here,
and why.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or HERE.parent.parent / "target")
FOLDER = TARGET / "own-services"


class Missing(Exception):
    """Something is not installed, and cannot be installed from here."""


def python():
    """The Python that has the SDK."""
    wanted = HERE / "requirements.txt"
    folder = FOLDER / "python"
    program = folder / "bin" / "python"
    made_of = digest(wanted) + sys.version
    if is_made(folder, made_of) and program.exists():
        return program
    shutil.rmtree(folder, ignore_errors=True)
    attempt([sys.executable, "-m", "venv", folder], "install Python's venv (python3-venv)")
    pip = [program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    attempt([*pip, "-r", wanted], "PyPI must be reachable")
    (folder / "made-of").write_text(made_of)
    return program


def node():
    """Node, and the folder in which its packages are."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm:
        raise Missing("node and npm are not installed (nodejs 18 or newer, and npm)")
    folder = FOLDER / "node"
    files = [HERE / name for name in ("package.json", "package-lock.json", ".npmrc")]
    made_of = digest(*files)
    if not is_made(folder, made_of):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in files:
            shutil.copy(file, folder)
        install = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        attempt(install, "the npm registry must be reachable", folder)
        (folder / "made-of").write_text(made_of)
    return program, folder


def attempt(command, needs, folder=None):
    command = [str(word) for word in command]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Missing(f"{needs}: {error}") from error
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["no word why"]
        raise Missing(f"{needs}: `{' '.join(command[:5])} ...` said: {last[0]}")


def digest(*files):
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def is_made(folder, made_of):
    mark = folder / "made-of"
    return mark.exists() and mark.read_text() == made_of


if __name__ == "__main__":
    try:
        print(python())
    except Missing as missing:
        print(f"no Python with the OpenTelemetry SDK: {missing}", file=sys.stderr)
        sys.exit(3)
