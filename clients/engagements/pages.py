"""What the pages show, as values: facts about support, the two sides of the path, the reviews."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.urls import reverse

from clients.engagements.models import AccessReview, AccessReviewItem, Contact, SupportScope
from clients.engagements.models.support_scope import Severity
from clients.engagements.queries import path_of
from clients.engagements.rules import escalation, reviewing
from portal.lib.dates import format_table, relative_due
from portal.lib.holiday_calendars import calendar_name
from portal.shell.tables import Cell, Column, Empty, Heading, Row, Table
from portal.tenancy.models import Client
from portal.tenancy.permissions import CLIENT_ROLES, Access, Permission, Role

AROUND_THE_CLOCK = "Around the clock"


@dataclass(frozen=True)
class Fact:
    """One fact: a label, and words or a day; empty is not recorded."""

    label: str
    words: str = ""
    day: date | None = None


def target_rows(scope: SupportScope) -> list[tuple[str, str]]:
    """List the severities with how soon somebody responds."""
    rows = []
    for severity in Severity:
        words = scope.target_words(severity)
        rows.append((severity.label, f"{words[:1].upper()}{words[1:]}"))
    return rows


def support_facts(scope: SupportScope) -> list[Fact]:
    """List what else was agreed."""
    hours = AROUND_THE_CLOCK
    if scope.opens_at and scope.closes_at:
        hours = f"{scope.opens_at:%H:%M} to {scope.closes_at:%H:%M}"
    channel = ", ".join(filter(None, [scope.get_channel_display(), scope.channel_name]))
    kept = f"{scope.log_retention_days:,} days" if scope.log_retention_days else ""
    return [
        Fact("Time is counted in", scope.get_calendar_display()),
        Fact("Support is open", hours),
        Fact("Time zone", scope.time_zone or scope.client.time_zone),
        Fact("Public holidays", calendar_name(scope.holidays)),
        Fact("Preferred channel", channel),
        Fact("Logs are kept", kept),
        Fact("Post-mortem within", f"48 hours, from {_begins(scope)}"),
        Fact("Post-mortem for", scope.get_post_mortem_for_display()),
        Fact("Told of a breach of personal data", _breach_notice(scope)),
        Fact("Warranty terms", scope.warranty_terms),
        Fact("Agreed on", day=scope.agreed_on),
        Fact("Agreed with", scope.agreed_with),
        Fact("First day", day=scope.starts_on),
        Fact("Last day", "" if scope.ends_on else "No end agreed", scope.ends_on),
    ]


def _breach_notice(scope: SupportScope) -> str:
    if not scope.breach_notice_hours:
        return "Without undue delay: no hours are agreed"
    return f"Within {scope.breach_notice_words} of our knowing, by {scope.breach_notice_source}"


def _begins(scope: SupportScope) -> str:
    return {"resolution": "the resolution", "reporting": "the report"}[scope.post_mortem_from]


# Contacts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One contact as the page shows them: the state of their check, and the day until which it holds."""

    contact: Contact
    state: str
    words: str
    until: date | None


@dataclass(frozen=True)
class Side:
    """One side of the path."""

    key: str
    title: str
    lines: Sequence[Line]
    may_edit: bool
    is_full: bool


def sides_open_to(access: Access, client: Client) -> Collection[str]:
    """The sides that a person may change: their own; people of the practice both."""
    if not access.may(Permission.EDIT_CONTACTS, client):
        return ()
    return escalation.SIDES if access.is_of_practice else (escalation.CLIENT,)


def sides_of(
    client: Client, contacts: Sequence[Contact], practice: str, today: date, editable: Collection[str]
) -> list[Side]:
    """Make the two sides of the path, the client's first."""
    titles = {escalation.CLIENT: f"Of {client.name}", escalation.PRACTICE: f"Of {practice}"}
    return [
        Side(
            key,
            titles[key],
            [_line(each, today) for each in path_of(contacts, key)],
            key in editable,
            len(path_of(contacts, key)) >= escalation.MOST,
        )
        for key in escalation.SIDES
    ]


def _line(contact: Contact, today: date) -> Line:
    state, words = escalation.check_state(contact.verified_on, today)
    return Line(contact, state, words, escalation.verified_until(contact.verified_on))


# Access reviews ------------------------------------------------------------------------------------------------------

COLUMNS = (
    Column("finished", "Finished", narrow="lead"),
    Column("by", "Reviewed by"),
    Column("people", "People", kind="num"),
    Column("credentials", "Credentials", kind="num"),
    Column("decisions", "Decisions"),
    Column("state", "State", narrow="side"),
)


def roles_may_end(access: Access, client: Client) -> frozenset[Role]:
    """The roles of a client whose assignments this person may end, as on the pages of people."""
    if not access.may(Permission.MANAGE_CLIENT_PEOPLE, client):
        return frozenset()
    return frozenset(Role) if access.is_of_practice else CLIENT_ROLES


def review_table(client: Client, reviews: Iterable[AccessReview]) -> Table:
    """Make the table of finished reviews."""
    zone = ZoneInfo(client.time_zone)
    rows = [_review_row(client, each, zone) for each in reviews if each.finished_at]
    text = "Who has access is looked at every 90 days: everybody is kept, changed or removed, with a note."
    return Table(
        "Finished access reviews",
        "Finished access reviews, latest first",
        [Heading(column) for column in COLUMNS],
        rows,
        Empty("No access review is finished yet", text),
    )


def _review_row(client: Client, review: AccessReview, zone: ZoneInfo) -> Row:
    assert review.finished_at is not None
    url = reverse("access_review_show", kwargs={"client_slug": client.slug, "pk": review.pk})
    finished_on = review.finished_at.astimezone(zone).date()
    if review.owed:
        state = Cell("status", f"{review.owed} to carry out", state="soon")
    elif finished_on > review.due_on:
        state = Cell("status", "Late", state="late", sub=f"was due {format_table(review.due_on)}")
    else:
        state = Cell("status", "In time", state="ok")
    cells = (
        Cell("lead", format_table(finished_on), url=url),
        Cell("person", review.finished_by),
        Cell("num", review.people),
        Cell("num", review.credentials),
        Cell("text", decisions_words(review.kept, review.changed, review.removed)),
        state,
    )
    return Row(cells)


def due_of(due_on: date, today: date) -> tuple[str, str, date | None]:
    """Say when the next review is due: state, words, and the day unless the words say it. A far day is said once."""
    state, words = relative_due(due_on, today)
    says_the_day = format_table(due_on) in words
    return state, f"Next due {words[:1].lower()}{words[1:]}", None if says_the_day else due_on


def decisions_words(kept: int, changed: int, removed: int) -> str:
    """Say how it was decided: "5 kept, 1 to remove"."""
    parts = ((kept, "kept"), (changed, "to change"), (removed, "to remove"))
    return ", ".join(f"{number} {words}" for number, words in parts if number)


@dataclass(frozen=True)
class Summary:
    """The counts of a review; before it is finished they are counted from its items."""

    people: int
    credentials: int
    kept: int
    changed: int
    removed: int

    @property
    def words(self) -> str:
        return decisions_words(self.kept, self.changed, self.removed)


def summary_of(review: AccessReview, items: Iterable[AccessReviewItem] | None = None) -> Summary:
    """Count a review: as it was finished, or from the items given."""
    if items is None:
        return Summary(review.people, review.credentials, review.kept, review.changed, review.removed)
    lines = [reviewing.Item(item.kind, item.decision) for item in items]
    return Summary(
        sum(line.kind == reviewing.PERSON for line in lines),
        sum(line.kind == reviewing.CREDENTIAL for line in lines),
        *(reviewing.decided(lines, each) for each in (reviewing.KEEP, reviewing.CHANGE, reviewing.REMOVE)),
    )
