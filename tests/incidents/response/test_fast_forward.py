"""Two weekends of a Starter client, with real beats and workers on a clock that is put forward step by step.

The first: an incident resolved on Friday at half past four runs through every reminder of its post-mortem until it is
late, and is shared in the night to Monday. The second: an alert that nobody takes up, and a client that nobody tells.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.machinery import clock
from tests.machinery.house import BEAT, FORWARDED, WORKER, House, a_house
from tests.machinery.sink import Sink, mail_server

pytestmark = [
    pytest.mark.workers,
    pytest.mark.xdist_group("fast_forward"),  # they share one house
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

POST_MORTEM, RESPONSE, UPDATE = "incident.postmortem", "incident.response", "incident.update"
HOUR = timedelta(hours=1)
OWNER = ("owner",)
BOTH = (*OWNER, "backup")
WITH_LEAD = (*BOTH, "lead")
EVERYBODY = (*WITH_LEAD, "boss")


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of the winter of 2026, when London keeps UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


FRIDAY = at(11, 27, 9)
RESOLVED = at(11, 27, 16, 30)
DUE = at(11, 29, 16, 30)
HOURS_LATE = 10
SHARED = DUE + HOURS_LATE * HOUR + timedelta(minutes=5)

ALERT = at(12, 4, 17)
TOLD = at(12, 4, 19, 10)
#: The end of the next business day, a Monday.
RESPONSE_DUE = at(12, 8, 0)
TAKEN_UP, RESOLVED_TOO = at(12, 8, 1, 5), at(12, 8, 1, 6)

#: What happens at an instant: (kind, step) with those who hear of it. An empty one holds silence.
Told = dict[tuple[str, str], tuple[str, ...]]
FIRST: dict[datetime, Told] = {
    RESOLVED: {},
    at(11, 28, 9): {},
    at(11, 28, 16, 30): {(POST_MORTEM, "-PT24H"): OWNER},
    at(11, 29, 4, 30): {(POST_MORTEM, "-PT12H"): OWNER},
    at(11, 29, 12, 30): {(POST_MORTEM, "-PT4H"): BOTH},
    at(11, 29, 15, 30): {(POST_MORTEM, "-PT1H"): BOTH},
    DUE: {(POST_MORTEM, "PT0S"): WITH_LEAD},
    **{DUE + hours * HOUR: {(POST_MORTEM, f"+PT{hours}H"): EVERYBODY} for hours in range(1, HOURS_LATE + 1)},
}
AFTER_SHARING = (SHARED + HOUR, SHARED + 26 * HOUR)
SECOND_BEFORE: dict[datetime, Told] = {
    at(12, 4, 18): {(UPDATE, "PT0S"): WITH_LEAD},
    at(12, 4, 19): {(UPDATE, "+PT1H"): EVERYBODY},
}
#: The next update was due at ten past eight. Hours that nobody scanned in are made up for by one reminder, not by many.
SECOND_AFTER: dict[datetime, Told] = {
    at(12, 5, 12, 10): {(UPDATE, "+PT16H"): EVERYBODY},
    at(12, 7, 0): {(UPDATE, "+PT51H"): EVERYBODY, (RESPONSE, "-PT24H"): OWNER},
    at(12, 7, 12): {(UPDATE, "+PT63H"): EVERYBODY, (RESPONSE, "-PT12H"): OWNER},
    at(12, 7, 20): {(UPDATE, "+PT71H"): EVERYBODY, (RESPONSE, "-PT4H"): BOTH},
    at(12, 7, 23): {(UPDATE, "+PT74H"): EVERYBODY, (RESPONSE, "-PT1H"): BOTH},
    RESPONSE_DUE: {(UPDATE, "+PT75H"): EVERYBODY, (RESPONSE, "PT0S"): WITH_LEAD},
    at(12, 8, 1): {(UPDATE, "+PT76H"): EVERYBODY, (RESPONSE, "+PT1H"): EVERYBODY},
}
AFTER_RESOLVING = (RESOLVED_TOO + HOUR, RESOLVED_TOO + 10 * HOUR)

REMINDED = """
SELECT deadline.kind, reminder.step, split_part(person.email, '@', 1), reminder.id
  FROM deadlines_reminder AS reminder
  JOIN deadlines_deadline AS deadline ON deadline.id = reminder.deadline_id
  JOIN accounts_user AS person ON person.id = reminder.person_id
 WHERE reminder.id > %s ORDER BY reminder.id
"""
MAILED = """
SELECT message.key, message.kind, person.email, delivery.state, delivery.envelope::text
  FROM outbox_delivery AS delivery
  JOIN outbox_message AS message ON message.id = delivery.message_id
  LEFT JOIN accounts_user AS person ON person.id = delivery.person_id
"""
WAITS = """
SELECT (SELECT count(*) FROM deadlines_deadline WHERE next_step_at <= %s)
     + (SELECT count(*) FROM outbox_delivery WHERE next_attempt_at IS NOT NULL)
     + (SELECT count(*) FROM documents_document WHERE state IN ('queued', 'rendering'))
"""


@dataclass
class Walk:
    """The house, its mail, and what people heard at each instant at which the clock stood still for a moment."""

    house: House
    sink: Sink
    file: Path
    say: Callable[[str], None]
    heard: dict[datetime, dict[tuple[str, str], list[str]]] = field(default_factory=dict)
    last: int = 0

    def go(self, now: datetime) -> None:
        """Put the clock forward, and wait until nothing is left to do."""
        clock.set_to(self.file, now)
        self.settle(now)

    def do(self, verb: str, now: datetime) -> None:
        """Let somebody do something then, and wait for what comes of it."""
        clock.set_to(self.file, now)
        self.say(f"{verb} {now.isoformat()}")
        self.settle(now)

    def settle(self, now: datetime) -> None:
        self.house.until(lambda: not self.house.ask(WAITS, now + timedelta(minutes=1))[0][0], f"{now}", 60)
        heard = self.heard.setdefault(now, {})
        for kind, step, part, pk in self.house.ask(REMINDED, self.last):
            heard.setdefault((kind, step), []).append(part)
            self.last = pk


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Everything that happens on the two weekends."""
    folder = tmp_path_factory.mktemp("house")
    file = folder / "clock"
    clock.set_to(file, FRIDAY)
    with (
        mail_server() as (sink, address),
        a_house(folder, app=FORWARDED, EMAIL_URL=address, **{clock.FILE: str(file)}) as house,
        house.talking_to("tests.machinery.incidents") as say,
    ):
        for name in ("one", "two"):
            house.add(f"worker-{name}", *WORKER)
            house.add(f"beat-{name}", *BEAT)
        found = Walk(house, sink, file, say)
        found.do("move_in", FRIDAY - HOUR)
        house.until(lambda: all(each.is_ready() for each in house.machines), "the start", 60)
        first_weekend(found)
        second_weekend(found)
        yield found


def first_weekend(walk: Walk) -> None:
    walk.do("report", FRIDAY)
    walk.do("acknowledge", FRIDAY + timedelta(minutes=20))
    walk.do("resolve", RESOLVED)
    for now in FIRST:
        walk.go(now)
    walk.do("share_post_mortem", SHARED)
    for now in AFTER_SHARING:
        walk.go(now)


def second_weekend(walk: Walk) -> None:
    walk.do("alert", ALERT)
    for now in SECOND_BEFORE:
        walk.go(now)
    walk.do("tell", TOLD)
    for now in SECOND_AFTER:
        walk.go(now)
    walk.do("acknowledge", TAKEN_UP)
    walk.do("resolve", RESOLVED_TOO)
    for now in AFTER_RESOLVING:
        walk.go(now)


def sorted_parts(told: Told) -> dict[tuple[str, str], list[str]]:
    return {about: sorted(parts) for about, parts in told.items()}


def test_the_clock_of_a_post_mortem_rings_through_the_weekend_and_the_night(walk: Walk) -> None:
    for now, told in FIRST.items():
        heard = {about: sorted(parts) for about, parts in walk.heard[now].items()}
        assert heard == sorted_parts(told), now


def test_nobody_is_reminded_once_the_post_mortem_is_shared(walk: Walk) -> None:
    assert [walk.heard[now] for now in (SHARED, *AFTER_SHARING)] == [{}, {}, {}]


def test_whoever_answers_hears_at_once_of_what_a_machine_opened(walk: Walk) -> None:
    opened = [row[2] for row in walk.house.ask(MAILED) if row[1] == "incident.opened"]
    assert sorted(opened) == ["backup@north.test", "owner@north.test"]


def test_a_missed_update_rings_until_the_client_is_told_and_from_the_next_one_on(walk: Walk) -> None:
    for now, told in {ALERT: {}, **SECOND_BEFORE, TOLD: {}}.items():
        assert {about: sorted(parts) for about, parts in walk.heard[now].items()} == sorted_parts(told), now


def test_a_response_that_nobody_gives_climbs_from_owner_to_backup_to_the_practices_owner(walk: Walk) -> None:
    for now, told in SECOND_AFTER.items():
        assert {about: sorted(parts) for about, parts in walk.heard[now].items()} == sorted_parts(told), now


def test_taking_it_up_and_resolving_it_ends_the_reminders(walk: Walk) -> None:
    assert [walk.heard[now] for now in (TAKEN_UP, RESOLVED_TOO, *AFTER_RESOLVING)] == [{}, {}, {}, {}]


def test_nothing_else_was_ever_told(walk: Walk) -> None:
    expected = sum(
        len(parts)
        for told in (FIRST, SECOND_BEFORE, SECOND_AFTER)
        for steps in told.values()
        for parts in steps.values()
    )
    heard = [part for steps in walk.heard.values() for parts in steps.values() for part in parts]
    assert len(heard) == expected


def test_each_reminder_is_one_mail_that_came_once_to_one_person(walk: Walk) -> None:
    people = {f"reminder:{pk}": f"{part}@north.test" for *_, part, pk in walk.house.ask(REMINDED, 0)}
    reminders = [row for row in walk.house.ask(MAILED) if row[0].startswith("reminder:")]
    assert {key: email for key, _, email, *_ in reminders} == people
    assert len(reminders) == len(people)
    assert {state for *_, state, _ in reminders} == {"sent"}


def test_every_mail_came_exactly_once(walk: Walk) -> None:
    owed = {envelope: {email} for *_, email, _, envelope in walk.house.ask(MAILED)}
    came = {name.strip("<>").partition("@")[0]: who for name, who in walk.sink.to.items()}
    assert {envelope: came.pop(envelope) for envelope in owed} == owed
    assert list(came.values()) == [{"owner@north.test"}], (
        "beside them, whoever shared it hears that its PDF is made"
    )
    assert set(walk.sink.times.values()) == {1}


def test_the_clients_people_got_the_shared_post_mortem_and_nothing_else(walk: Walk) -> None:
    theirs = [(kind, email) for _, kind, email, *_ in walk.house.ask(MAILED) if email[:3] in ("app", "vie")]
    assert sorted(theirs) == [
        ("incident.post_mortem_shared", "approver@north.test"),
        ("incident.post_mortem_shared", "viewer@north.test"),
    ]
    others = [row for row in walk.house.ask(MAILED) if row[1] == "incident.post_mortem_shared"]
    assert len(others) == 2
    assert walk.house.ask("SELECT state FROM documents_document") == [("ready",)]


def test_what_was_late_stays_late(walk: Walk) -> None:
    rows = walk.house.ask(
        "SELECT kind, due_at, outcome, late_at, ended_at FROM deadlines_deadline"
        " WHERE kind LIKE 'incident.%%' AND kind <> 'incident.measure' AND late_at IS NOT NULL ORDER BY due_at"
    )
    assert [row[:4] for row in rows] == [
        (POST_MORTEM, DUE, "met", DUE),
        (UPDATE, ALERT + HOUR, "met", ALERT + HOUR),
        (UPDATE, TOLD + HOUR, "cancelled", TOLD + HOUR),
        (RESPONSE, RESPONSE_DUE, "met", RESPONSE_DUE),
    ]
    ended = [row[4] for row in rows]
    for instant, by in zip(ended, (SHARED, TOLD, RESOLVED_TOO, TAKEN_UP), strict=True):
        assert by <= instant < by + 2 * HOUR
