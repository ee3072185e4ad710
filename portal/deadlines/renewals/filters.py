"""The filters over the renewals: a form read from the address, and the rows that it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.db.models import Q

from portal.deadlines.kinds import all_kinds
from portal.deadlines.models.deadline import DeadlineQuerySet
from portal.deadlines.renewals.queries import HORIZON_DAYS, due_by
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

NOBODY, LATE = "none", "late"
DUE = (
    ("", f"Late or within {HORIZON_DAYS} days"),
    (LATE, "Late"),
    ("30", "Late or within 30 days"),
    ("60", "Late or within 60 days"),
)


class RenewalFilters(forms.Form):
    """What to show; what cannot be understood counts as not asked."""

    q = forms.CharField(required=False, max_length=100, label="What", widget=forms.SearchInput)
    client = forms.ChoiceField(required=False, label="Client")
    kind = forms.ChoiceField(required=False, label="Kind")
    owner = forms.ChoiceField(required=False, label="Owner")
    due = forms.ChoiceField(required=False, label="Due", choices=DUE)

    def __init__(self, data: Any, *, clients: Iterable[Client], people: Iterable[User]) -> None:
        super().__init__(data, auto_id="filter_%s")
        listed = list(clients)
        self.client_ids = {each.slug: each.pk for each in listed}
        self._offer("client", ("", "All clients"), [(each.slug, each.name) for each in listed])
        self._offer("kind", ("", "Any"), [(kind.name, kind.title) for kind in all_kinds()])
        named = [(str(person.pk), str(person)) for person in people]
        self._offer("owner", ("", "Anyone"), [(NOBODY, "No owner"), *named])
        self.is_valid()

    def _offer(self, name: str, first: tuple[str, str], rest: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [first, *rest]

    def narrow(self, rows: DeadlineQuerySet, today: date, now: datetime) -> DeadlineQuerySet:
        """Keep the rows that the filters ask for."""
        wished = self.cleaned_data
        if text := wished.get("q"):
            rows = rows.filter(Q(title__icontains=text) | Q(subject__icontains=text))
        if slug := wished.get("client"):
            rows = rows.filter(client_id=self.client_ids[slug])
        if kind := wished.get("kind"):
            rows = rows.filter(kind=kind)
        if owner := wished.get("owner"):
            rows = rows.filter(owner_id=None if owner == NOBODY else UUID(owner))
        if due := wished.get("due"):
            until = today + timedelta(days=0 if due == LATE else int(due))
            rows = rows.filter(due_at__lt=now) if due == LATE else due_by(rows, until)
        return rows
