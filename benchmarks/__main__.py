"""python -m benchmarks [NAME…] [--small]: starts throw-away services and runs the named benchmarks, or all."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import time

from benchmarks import services

#: In this order, whatever the order they are named in: the last one replaces the deadlines of the seed.
IN_DATABASE = ("pages", "policies", "incidents", "deadlines")
BY_ITSELF = ("pack", "latency")


def main() -> int:
    """Run what was asked for; 1 when one missed its mark, 2 for a name that there is not."""
    names = (*IN_DATABASE, *BY_ITSELF)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{', '.join(names)}; all when none is named"
    )
    parser.add_argument("--small", action="store_true", help="a quick look at small volumes")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(names)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    wanted = [name for name in names if not asked.names or name in asked.names]
    missed = [name for name in wanted if not _run(name, small=asked.small)]
    return 1 if missed else 0


def _run(name: str, *, small: bool) -> bool:
    print(f"\n== {name} ==", flush=True)
    started = time.monotonic()
    if name in BY_ITSELF:
        command = [sys.executable, "-m", f"benchmarks.{name}", *(["--rounds", "2"] if small else [])]
        kept = subprocess.run(command, check=False).returncode == 0
    else:
        services.start()
        importlib.import_module(f"benchmarks.{name}").run(small=small)
        kept = True
    print(f"({name} took {time.monotonic() - started:,.0f} s)", flush=True)
    return kept


if __name__ == "__main__":
    sys.exit(main())
