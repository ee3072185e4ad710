"""A deadline as a ledger entry, a clock or a line of who waits, with what this person may do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Deadline
from portal.deadlines.rules.clocks import Clock, clock
from portal.deadlines.rules.today import LATE, WEEK, asked_at, asked_words, due_words
from portal.shell.ledger import Entry
from portal.shell.tables import Link
from portal.tenancy.permissions import Access, Permission


@dataclass(frozen=True)
class Reader:
    """Who reads a page, when, in which zone, and at which address: there they are led back after what they do."""

    access: Access
    now: datetime
    zone: ZoneInfo
    back: str = ""


@dataclass(frozen=True)
class RunningClock:
    """A deadline that counts to the second, at this instant."""

    deadline: Deadline
    url: str
    at: Clock


@dataclass(frozen=True)
class Wait:
    """Something that waits on a client's own person."""

    deadline: Deadline
    url: str
    since: datetime
    ago: str


def address(deadline: Deadline, name: str = "deadline_show") -> str:
    """The address of a deadline's page, or of a verb of it."""
    return reverse(name, kwargs={"client_slug": deadline.client.slug, "pk": deadline.pk})


def may_change(deadline: Deadline, access: Access) -> bool:
    """Whether this person may put it off and hand it over."""
    return access.may(Permission.EDIT_REGISTERS, deadline.client)


def next_step(deadline: Deadline, access: Access, *, primary: bool) -> Link | None:
    """The button for the next thing that this person may do; None when there is nothing."""
    step = kind_of(deadline.kind).next_step(deadline, access) if deadline.is_open else None
    return Link(step.label, step.url, primary=primary) if step else None


def menu(deadline: Deadline, reader: Reader) -> tuple[Link, ...]:
    """What else can be done with an open deadline, and where its history stands."""
    history = Link("Open history", f"{address(deadline)}#history")
    if not deadline.is_open or not may_change(deadline, reader.access):
        return (history,)
    return (*verbs(deadline, reader), history)


def verbs(deadline: Deadline, reader: Reader) -> tuple[Link, ...]:
    """Put off or take up again, hand over."""
    query = f"?{urlencode({'next': reader.back})}" if reader.back else ""
    if deadline.snoozed_until and deadline.snoozed_until > reader.now:
        later = Link("Take up again now", address(deadline, "deadline_wake") + query, post=True)
    else:
        later = Link("Snooze…", address(deadline, "deadline_snooze") + query)
    return later, Link("Reassign…", address(deadline, "deadline_reassign") + query)


def entry(deadline: Deadline, reader: Reader, section: str) -> Entry:
    """Put a deadline with its client and owner at hand into a section of Today. Next week is not coloured."""
    state, words = due_words(deadline.due_at, deadline.due_on, reader.now, reader.zone)
    kind = kind_of(deadline.kind)
    return Entry(
        title=deadline.title,
        url=kind.address(deadline),
        state="idle" if section == WEEK else state,
        words=words,
        kind=kind.title,
        due_on=deadline.due_on,
        due_at=None if deadline.due_on else deadline.due_at,
        client_name=deadline.client.name,
        client_url=deadline.client.get_absolute_url(),
        meta=deadline.note,
        owner=deadline.owner,
        action=next_step(deadline, reader.access, primary=section == LATE and deadline.owner is not None),
        menu=menu(deadline, reader),
    )


def snoozed_entry(deadline: Deadline, reader: Reader) -> Entry:
    """Put a deadline that somebody put off into the list of those: what counts is when it comes back."""
    _, words = due_words(deadline.due_at, deadline.due_on, reader.now, reader.zone)
    assert deadline.snoozed_until is not None
    back = deadline.snoozed_until.astimezone(reader.zone)
    return Entry(
        title=deadline.title,
        url=address(deadline),
        state="idle",
        kind=kind_of(deadline.kind).title,
        due_on=deadline.due_on,
        due_at=None if deadline.due_on else deadline.due_at,
        client_name=deadline.client.name,
        client_url=deadline.client.get_absolute_url(),
        owner=deadline.owner,
        words=f"Back {back:%a} {back.day} {back:%b}",
        meta=f"{words[:1].lower()}{words[1:]}",
        menu=menu(deadline, reader),
    )


def running(deadline: Deadline, now: datetime) -> RunningClock:
    """Read the clock of a deadline that counts to the second."""
    url = kind_of(deadline.kind).address(deadline)
    return RunningClock(deadline, url, clock(deadline.started_at, deadline.due_at, now))


def wait(deadline: Deadline, reader: Reader) -> Wait:
    """Say since when it waits on its owner."""
    since = asked_at(deadline.started_at, deadline.due_at)
    return Wait(deadline, address(deadline), since, asked_words(since, reader.now, reader.zone))
