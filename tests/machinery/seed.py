"""Deadlines that fall due while the machinery is being killed: python -m tests.machinery.seed NUMBER SECONDS."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from portal.deadlines.actions import keep  # noqa: E402 - the apps are loaded only now
from portal.deadlines.kinds import Kind, Step, register  # noqa: E402
from portal.deadlines.models import Deadline  # noqa: E402
from portal.deadlines.obligations import Due, Obligation, Subject  # noqa: E402
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


def main(number: int, seconds: float) -> None:
    """Open `number` deadlines in each of two practices; their step is due one after the other within `seconds`.

    Each is half an hour late, so it owes one message for its due instant: to owner, backup and lead.
    """
    register(Kind(KIND, "Test", "clock", lambda deadline: "/", lambda deadline, access: Step("Look", "/")))
    now = datetime.now(UTC)
    for name in ("north", "south"):
        practice = make_practice(name.capitalize(), name)
        people = [
            make_user(f"{part} {name}", f"{part}@{name}.test") for part in ("owner", "backup", "lead", "boss")
        ]
        client = make_client(practice, f"Client of {name}", f"client-{name}")
        for person, role in zip(people, (Role.CONSULTANT,) * 3 + (Role.OWNER,), strict=True):
            make_member(practice, person, role)
        for person, role in zip(people, (Role.CONSULTANT, Role.CONSULTANT, Role.LEAD), strict=False):
            make_assignment(client, person, role)
        owed = [
            Obligation(
                KIND,
                Subject("test", str(n), f"Thing {n}"),
                f"Do thing {n}",
                Due(at=now - timedelta(minutes=30), calendar="clock"),
                started_at=now - timedelta(hours=3),
                owner=people[0],
                backup_owner=people[1],
            )
            for n in range(number)
        ]
        with enter(everything_of(practice), switch=True):
            keep(client, owed, subjects=[each.subject for each in owed], kinds=[KIND], by=None, now=now)
            begin = datetime.now(UTC)
            rows = list(Deadline.objects.order_by("pk"))
            for place, row in enumerate(rows):
                row.next_step_at = begin + timedelta(seconds=seconds * place / number)
            Deadline.objects.bulk_update(rows, ["next_step_at"])


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
