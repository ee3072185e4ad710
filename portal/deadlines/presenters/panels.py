"""What deadlines put on pages of other rooms: the Contents, a client's views, search, the words of the trail."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.audit import presenters
from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Absence, Deadline, Policy
from portal.deadlines.presenters.entries import address
from portal.deadlines.queries import found, linked, open_count, owed_count
from portal.deadlines.rules.today import due_words, window
from portal.shell import navigation, search
from portal.shell.navigation import Count
from portal.shell.search import Hit
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission

OUTCOMES = {"": "open", "met": "met", "cancelled": "cancelled"}
#: Columns of the trail that say nothing to a reader, or that another one says already.
SILENT = (
    "kind", "subject_type", "subject_id", "subject", "started_at", "calendar", "duration", "policy",
    "promise", "source", "note", "internal", "ended_at", "ended_by_id",
)  # fmt: skip
PHRASES = {
    "deadline.snooze": "put off",
    "deadline.wake": "took up again",
    "deadline.reassign": "reassigned",
    "deadline.succeed": "passed on",
    "deadline.export": "exported the {noun}",
    "absence.add": "noted",
    "absence.end": "ended",
    "reminder_policy.change": "changed",
    "reminder_policy.drop": "put back to the usual",
}


def register_all() -> None:
    """Put deadlines everywhere they belong. Called once, when the apps are ready."""
    navigation.register("Work", "Today", "today", count=contents_count, order=0, within=("/deadlines/",))
    navigation.register(
        "Practice",
        "Reminders",
        "reminder_policy_list",
        permission=Permission.MANAGE_PRACTICE,
        anywhere=False,
        order=30,
    )
    navigation.register_client_view(
        "Deadlines", "deadline_list", count=client_count, permission=Permission.VIEW_CLIENT, order=5
    )
    navigation.register_personal("Absences", "absence_list", order=30)
    search.register("Deadlines", find, order=5)
    _register_words()


def contents_count(access: Access) -> Count | None:
    """The figure beside Today: what is late or falls due within seven days of the reader's calendar."""
    return owed_count(access, window(timezone.now(), ZoneInfo(access.user.time_zone)))


def client_count(access: Access, client: Client) -> Count | None:
    """The figure beside a client's deadlines: the open ones that this person may see."""
    return open_count(client, timezone.now())


def find(access: Access, text: str) -> list[Hit]:
    """Find open deadlines by their title. Three queries."""
    now, zone = timezone.now(), ZoneInfo(access.user.time_zone)
    return [
        Hit(
            row.title,
            address(row),
            f"{row.client.name} · {kind_of(row.kind).title} · {due_words(row.due_at, row.due_on, now, zone)[1]}",
        )
        for row in linked(found(access, text, search.MOST_A_KIND))
    ]


def _register_words() -> None:
    """Say in the trail's words what happens to deadlines, absences and reminder policies."""
    columns: dict[str, presenters.Column] = dict.fromkeys(SILENT)
    presenters.register(
        table=Deadline._meta.db_table,
        noun="deadline",
        title="title",
        links=presenters.links_of(Deadline),
        columns={
            **columns,
            "due_on": "due",
            "due_at": "ends",
            "owner_id": "owner",
            "backup_owner_id": "backup owner",
            "outcome": ("outcome", lambda value: OUTCOMES.get(value, str(value))),
            "ended_why": "because",
            "late_at": "late since",
            "snoozed_until": "snoozed until",
        },
    )
    presenters.register(table="deadlines", noun="deadlines")
    presenters.register(
        table=Absence._meta.db_table,
        noun="absence",
        columns={
            "user_id": "of",
            "from_on": "from",
            "until_on": "to",
            "stand_in_id": "stand-in",
        },
    )
    presenters.register(
        table=Policy._meta.db_table,
        noun="reminders",
        columns={"kind": ("of", lambda name: kind_of(name).title), "rules": None, "changed_by_id": None,
                 "changed_at": None},
    )  # fmt: skip
    for name, phrase in PHRASES.items():
        presenters.register_action(name, phrase)
