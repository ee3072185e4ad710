"""python -m benchmarks [NAME…] [--small]: starts throw-away services and runs the named benchmarks, or all."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from benchmarks import services

NAMES = ("pages", "policies", "pack")


def main() -> int:
    """Run what was asked for; 2 for a name that there is not."""
    there = [name for name in NAMES if Path(__file__).with_name(f"{name}.py").exists()]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(there)}; all when none is named"
    )
    parser.add_argument("--small", action="store_true", help="a quick look: a fiftieth of the rows")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in there]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(there)}")
    services.start()
    for name in asked.names or there:
        started = time.monotonic()
        print(f"\n== {name} ==", flush=True)
        importlib.import_module(f"benchmarks.{name}").run(small=asked.small)
        print(f"({name} took {time.monotonic() - started:,.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
