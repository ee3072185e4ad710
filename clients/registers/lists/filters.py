"""The filters over a register's list: a form read from the address, and the rows that it leaves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.db.models import Q

from clients.registers.models.record import RecordQuerySet
from clients.registers.platforms import platform_id, platforms
from clients.registers.queries import DUE_COLUMNS
from clients.registers.register import Register
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

NOBODY = "none"
DUE = (
    ("", "Any time"),
    ("overdue", "Overdue"),
    ("7", "Within 7 days"),
    ("30", "Within 30 days"),
    ("90", "Within 90 days"),
    ("none", "No date recorded"),
)
STATUS = (("", "In use"), ("revoked", "Revoked"), ("retired", "Retired"), ("all", "All"))


class ListFilters(forms.Form):
    """The filters of one register; what cannot be understood counts as not asked."""

    q = forms.CharField(required=False, max_length=100, label="Name or platform", widget=forms.SearchInput)

    def __init__(
        self, data: Any, *, register: Register, owners: list[User], clients: list[Client] | None = None
    ) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.register = register
        self.client_ids = {each.slug: each.pk for each in clients or ()}
        if clients is not None:
            self._choose(
                "client", "Client", [("", "All clients"), *[(each.slug, each.name) for each in clients]]
            )
        people = [(str(person.pk), str(person)) for person in owners]
        self._choose("owner", "Owner", [("", "Anyone"), (NOBODY, "No owner"), *people])
        # Over all clients there is room for two of the register's own filters beside the client.
        self.own = register.filters if clients is None else register.filters[:2]
        for name in self.own:
            self._add(name)
        kinds = (
            STATUS if register.slug == "credentials" else [each for each in STATUS if each[0] != "revoked"]
        )
        self._choose("status", "Status", list(kinds))
        self.is_valid()

    def _add(self, name: str) -> None:
        if name == "due":
            self._choose("due", self.register.due_title, list(DUE))
        elif name == "platform":
            known = sorted(platforms().values(), key=lambda each: each.name.casefold())
            self._choose("platform", "Platform", [("", "Any"), *[(each.id, each.name) for each in known]])
        else:
            field = self.register.model._meta.get_field(name)
            title = str(field.verbose_name)  # type: ignore[union-attr]
            choices = [(key, str(words).partition(":")[0]) for key, words in field.choices]  # type: ignore[union-attr]
            self._choose(name, title[:1].upper() + title[1:], [("", "Any"), *choices])

    def _choose(self, name: str, label: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name] = forms.ChoiceField(required=False, label=label, choices=choices)

    def narrow(self, rows: RecordQuerySet, today: dt.date) -> RecordQuerySet:
        """Keep the rows that the filters ask for."""
        wished = self.cleaned_data
        rows = self._by_status(rows, wished.get("status", ""))
        if wished.get("q"):
            text = wished["q"]
            looked = [Q(**{f"{name}__icontains": text}) for name in self.register.searched]
            found = Q(platform=platform_id(text)) if "platform" in self.register.searched else Q()
            for each in looked:
                found |= each
            rows = rows.filter(found)
        if wished.get("client"):
            rows = rows.filter(client_id=self.client_ids[wished["client"]])
        if wished.get("owner"):
            nobody = wished["owner"] == NOBODY
            rows = rows.filter(owner__isnull=True) if nobody else rows.filter(owner_id=UUID(wished["owner"]))
        for name in self.own:
            if wished.get(name):
                rows = (
                    self._by_due(rows, wished[name], today)
                    if name == "due"
                    else rows.filter(**{name: wished[name]})
                )
        return rows

    def _by_due(self, rows: RecordQuerySet, when: str, today: dt.date) -> RecordQuerySet:
        column = DUE_COLUMNS[self.register.slug]
        if when == "none":
            return rows.filter(**{f"{column}__isnull": True})
        if when == "overdue":
            return rows.filter(**{f"{column}__lt": today})
        return rows.filter(**{f"{column}__lte": today + dt.timedelta(days=int(when))})

    @staticmethod
    def _by_status(rows: RecordQuerySet, status: str) -> RecordQuerySet:
        if status == "all":
            return rows
        if status == "retired":
            return rows.filter(retired_at__isnull=False)
        if status == "revoked":
            return rows.filter(revoked_at__isnull=False)
        return rows.live()
