"""How long from due to delivered, with a real beat, worker and mail server: on Valkey, and on RabbitMQ beside it.

Run by `python -m benchmarks latency`, or alone: python -m benchmarks.latency [--rounds N] [--number N].
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ratio, table
from benchmarks.rabbitmq import find, rabbitmq
from tests.machinery.house import BEAT, WORKER, House, a_house
from tests.machinery.sink import Sink, mail_server

LONGEST = 600.0
EMBEDDED = "Valkey, embedded"
RABBITMQ = "RabbitMQ, quorum queue"


@dataclass(frozen=True)
class Taken:
    """Seconds from the due instant until the first, half and all of the mails were accepted."""

    first: float
    half: float
    all: float


def main() -> int:
    """Measure each broker that is there and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--number", type=int, default=1000, help="deadlines that fall due at once")
    asked = parser.parse_args()
    found = {EMBEDDED: measured(asked.number, asked.rounds)}
    program = find()
    if program:
        with rabbitmq(program) as address:
            found[RABBITMQ] = measured(asked.number, asked.rounds, CELERY_BROKER_URL=address)
    print(
        f"{asked.number:,} deadlines of two practices fall due at one instant, one mail each; beat ticks every second"
        f"\n(every minute in the product); one worker with two processes; median of {asked.rounds} rounds\n"
    )
    print(
        table(("broker", "first mail", "half", "all", "mails/s", "ratio of all"), rows(found, asked.number))
    )
    if not program:
        print(
            "\nRabbitMQ is not installed (apt-get install rabbitmq-server, or name it in RABBITMQ_SERVER): skipped."
        )
    return 0


def rows(found: dict[str, list[Taken]], number: int) -> list[tuple[str, ...]]:
    """A line a broker, its last column against the embedded one."""
    made = []
    own = statistics.median(each.all for each in found[EMBEDDED])
    for broker, rounds in found.items():
        first, half, whole = (
            statistics.median(getattr(each, name) for each in rounds) for name in ("first", "half", "all")
        )
        figures = (f"{first:.1f} s", f"{half:.1f} s", f"{whole:.1f} s", f"{number / whole:.0f}")
        made.append((broker, *figures, ratio(whole, own)))
    return made


def measured(number: int, rounds: int, **settings: str) -> list[Taken]:
    """Let the deadlines of each round fall due on one house with one broker."""
    with tempfile.TemporaryDirectory(prefix="plumbline-latency-") as folder, mail_server() as (sink, address):
        sink.slowness = 0.0
        with a_house(Path(folder), EMAIL_URL=address, **settings) as house:
            house.add("worker", *WORKER)
            house.add("beat", *BEAT)
            house.until(lambda: all(each.is_ready() for each in house.machines), "the start", 120)
            return [one_round(house, sink, number, each) for each in range(rounds)]


def one_round(house: House, sink: Sink, number: int, place: int) -> Taken:
    """Open deadlines in two more practices, let them fall due, wait for the last mail."""
    names = (f"north{place}", f"south{place}")
    house.run(
        "-m", "tests.machinery.seed", str(number // 2), "0", "--after", "172800", "--alone", "--names", *names
    )
    sink.came.clear()
    due = time.time()
    house.tell(
        "UPDATE deadlines_deadline SET next_step_at = now() WHERE next_step_at > now() + interval '1 day'"
    )
    house.until(lambda: len(sink.came) >= number, "the last mail", LONGEST)
    came = sorted(at - due for at in sink.came)
    return Taken(came[0], came[len(came) // 2], came[-1])


if __name__ == "__main__":
    sys.exit(main())
