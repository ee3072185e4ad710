"""Deadlines of two practices that fall due one after the other: python -m tests.machinery.seed NUMBER SECONDS."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402 - the apps are loaded only now

from portal.accounts.models import User  # noqa: E402
from portal.deadlines.actions import keep  # noqa: E402
from portal.deadlines.kinds import Kind, Step, register  # noqa: E402
from portal.deadlines.models import Deadline  # noqa: E402
from portal.deadlines.obligations import Due, Obligation, Subject  # noqa: E402
from portal.tenancy.models import Client  # noqa: E402
from portal.tenancy.permissions import Role  # noqa: E402
from portal.tenancy.scope import enter  # noqa: E402
from tests.conftest import (  # noqa: E402
    everything_of,
    make_assignment,
    make_client,
    make_member,
    make_practice,
    make_user,
)

KIND = "test.clock"


def main() -> None:
    """Fill two practices. Each deadline is half an hour late: it owes one message for its due instant.

    It goes to owner, backup owner and lead; with --alone these are one person.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int, help="deadlines a practice")
    parser.add_argument("seconds", type=float, help="within which their steps fall due")
    parser.add_argument("--after", type=float, default=0, help="seconds until the first of them")
    parser.add_argument("--alone", action="store_true", help="one person is everything")
    parser.add_argument("--names", nargs=2, default=["north", "south"], help="of the practices")
    asked = parser.parse_args()
    register(Kind(KIND, "Test", "clock", lambda deadline: "/", lambda deadline, access: Step("Look", "/")))
    for name in asked.names:
        client, owner, backup = house_of(name, alone=asked.alone)
        # In one transaction: a beat that ticks already would take the steps before their time.
        with enter(everything_of(client.practice), switch=True), transaction.atomic():
            open_all(client, owner, backup, asked.number)
            stagger(asked.after, asked.seconds)


def house_of(name: str, *, alone: bool) -> tuple[Client, User, User | None]:
    """Make a practice with its people and one client; give client, owner and backup owner."""
    practice = make_practice(name.capitalize(), name)
    client = make_client(practice, f"Client of {name}", f"client-{name}")
    make_member(practice, person("boss", name), Role.OWNER)
    parts = (
        {"lead": Role.LEAD}
        if alone
        else {"owner": Role.CONSULTANT, "backup": Role.CONSULTANT, "lead": Role.LEAD}
    )
    people = {part: person(part, name) for part in parts}
    for part, role in parts.items():
        make_member(practice, people[part], Role.CONSULTANT)
        make_assignment(client, people[part], role)
    return client, people.get("owner", people["lead"]), people.get("backup")


def person(part: str, name: str) -> User:
    """One of the practice's people."""
    return make_user(f"{part} {name}", f"{part}@{name}.test")


def open_all(client: Client, owner: User, backup: User | None, number: int) -> None:
    """Open the deadlines in one go."""
    now = datetime.now(UTC)
    owed = [
        Obligation(
            KIND,
            Subject("test", str(n), f"Thing {n}"),
            f"Do thing {n}",
            Due(at=now - timedelta(minutes=30), calendar="clock"),
            started_at=now - timedelta(hours=3),
            owner=owner,
            backup_owner=backup,
        )
        for n in range(number)
    ]
    keep(client, owed, subjects=[each.subject for each in owed], kinds=[KIND], by=None, now=now)


def stagger(after: float, seconds: float) -> None:
    """Let the steps fall due one after the other."""
    begin = datetime.now(UTC) + timedelta(seconds=after)
    rows = list(Deadline.objects.order_by("pk"))
    for place, row in enumerate(rows):
        row.next_step_at = begin + timedelta(seconds=seconds * place / len(rows))
    Deadline.objects.bulk_update(rows, ["next_step_at"], batch_size=500)


if __name__ == "__main__":
    main()
