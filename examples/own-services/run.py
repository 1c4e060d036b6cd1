#!/usr/bin/env python3
"""Starts a chain of small services and Highwater, opens a gate nobody meant to open, and looks on.

    intake -> screening -> worklist -> inbox
                  |
              eligibility

Screening lets half of the items through, because eligibility says "halt" to the other half. After
some minutes of that eligibility loses its rules, and says "go ahead" to everything: nothing fails,
nothing is slow. Highwater should notice, and name eligibility. Exit code 0 if it did in time, 1 if
not, 3 if something is missing that the services need.

Python 3.9 or newer is enough to start it; the SDK is installed below `target/`.
"""

import argparse
import sys

from chain import Chain
from environment import TARGET, Missing
from story import tell


def main():
    say = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    say.add_argument(
        "--highwater",
        default=TARGET / "release" / "highwater",
        help="the program (default: what `cargo build --release` makes)",
    )
    say.add_argument("--stay", action="store_true", help="go on afterwards, until Ctrl-C")
    say.add_argument("--need-node", action="store_true", help="fail if there is no Node")
    asked = say.parse_args()
    try:
        with Chain(asked.highwater, asked.need_node) as chain:
            held = tell(chain)
            if asked.stay:
                chain.stay()
    except Missing as missing:
        print(f"error: {missing}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
