"""The filters of Today and of a client's list: forms read from the address, and the rows that they leave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.db.models import F, Q

from portal.deadlines.kinds import all_kinds, kind_of
from portal.deadlines.models import Deadline
from portal.deadlines.models.deadline import DeadlineQuerySet
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

NOBODY = "none"
OPEN, OVERDUE, SNOOZED, ENDED, IN_TIME, MET_LATE, CANCELLED, ALL = (
    "", "late", "snoozed", "ended", "met", "met-late", "cancelled", "all",
)  # fmt: skip
STATES = (
    (OPEN, "Open"),
    (OVERDUE, "Overdue"),
    (SNOOZED, "Snoozed"),
    (ENDED, "Ended"),
    (IN_TIME, "Met in time"),
    (MET_LATE, "Met late"),
    (CANCELLED, "Cancelled"),
    (ALL, "All"),
)


def _kinds(more: str = "") -> list[tuple[str, str]]:
    """Every kind by title; one that is asked for and that no room registers any more stays a choice."""
    known = [(kind.name, kind.title) for kind in all_kinds()]
    if more and more not in dict(known):
        known.append((more, kind_of(more).title))
    return known


class OwedFilters(forms.Form):
    """What the filters of Today and of a client's list share: kind and owner."""

    def _choose(self, name: str, label: str, choices: Iterable[tuple[str, str]]) -> None:
        self.fields[name] = forms.ChoiceField(required=False, label=label, choices=list(choices))

    def _choose_kind_and_owner(self, owners: Iterable[User]) -> None:
        self._choose("kind", "Kind", [("", "Everything"), *_kinds(self.data.get("kind", "")[:60])])
        people = [(str(person.pk), str(person)) for person in owners]
        self._choose("owner", "Owner", [("", "Anyone"), (NOBODY, "No owner"), *people])

    def _narrow_kind_and_owner(self, rows: DeadlineQuerySet) -> DeadlineQuerySet:
        wished = self.cleaned_data
        if wished.get("kind"):
            rows = rows.filter(kind=wished["kind"])
        if wished.get("owner"):
            nobody = wished["owner"] == NOBODY
            rows = rows.filter(owner__isnull=True) if nobody else rows.filter(owner_id=UUID(wished["owner"]))
        return rows


class TodayFilters(OwedFilters):
    """Narrow Today to a client, a kind or an owner; what cannot be understood counts as not asked."""

    whose = forms.CharField(required=False, widget=forms.HiddenInput)
    snoozed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, clients: Iterable[Client], owners: Iterable[User]) -> None:
        super().__init__(data, auto_id="filter_%s")
        clients = list(clients)
        self.client_ids = {client.slug: client.pk for client in clients}
        self._choose("client", "Client", [("", "All clients"), *((each.slug, each.name) for each in clients)])
        self._choose_kind_and_owner(owners)
        self.is_valid()

    def narrow(self, rows: DeadlineQuerySet) -> DeadlineQuerySet:
        """Keep the rows that the filters ask for."""
        if client := self.cleaned_data.get("client"):
            rows = rows.filter(client_id=self.client_ids[client])
        return self._narrow_kind_and_owner(rows)


class ListFilters(OwedFilters):
    """The filters of one client's list."""

    q = forms.CharField(required=False, max_length=100, label="What", widget=forms.SearchInput)

    def __init__(self, data: Any, *, owners: Iterable[User]) -> None:
        super().__init__(data, auto_id="filter_%s")
        self._choose_kind_and_owner(owners)
        self._choose("state", "State", STATES)
        self.is_valid()

    def narrow(self, rows: DeadlineQuerySet, now: datetime) -> DeadlineQuerySet:
        """Keep the rows that the filters ask for; open ones unless something else is wished."""
        if text := self.cleaned_data.get("q"):
            rows = rows.filter(Q(title__icontains=text) | Q(subject__icontains=text))
        return self._by_state(self._narrow_kind_and_owner(rows), self.cleaned_data.get("state", OPEN), now)

    @property
    def shows_ended(self) -> bool:
        """Whether the list holds what has ended."""
        return self.cleaned_data.get("state", OPEN) not in (OPEN, OVERDUE, SNOOZED)

    @staticmethod
    def _by_state(rows: DeadlineQuerySet, state: str, now: datetime) -> DeadlineQuerySet:
        met = rows.filter(outcome=Deadline.Outcome.MET)
        kept = {
            OVERDUE: rows.late(now),
            SNOOZED: rows.open().filter(snoozed_until__gt=now),
            ENDED: rows.ended(),
            IN_TIME: met.filter(late_at__isnull=True, ended_at__lte=F("due_at")),
            MET_LATE: met.filter(late_at__isnull=False),
            CANCELLED: rows.filter(outcome=Deadline.Outcome.CANCELLED),
            ALL: rows,
        }
        return kept.get(state, rows.open())
