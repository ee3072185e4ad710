"""What a register declares about itself: Register and its columns. The declarations stand in catalogue.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.expressions import OrderBy
from django.urls import reverse

from clients.registers.forms.records import RecordForm
from clients.registers.lists.cells import Render
from clients.registers.models import Record
from portal.shell.tables import Column
from portal.tenancy.models import Client


@dataclass(frozen=True)
class ListColumn:
    """A column of the list: how it is headed, how a row's cell is made, and by which database column it sorts."""

    column: Column
    render: Render
    order_by: str = ""


@dataclass(frozen=True)
class Register:
    """One register as the shared pages serve it.

    about: what it is. not_here: what does not belong into it, and where that goes instead.
    due: what its date is called, and the verb for the row's button once it is due: title, label, URL name.
    filters: which filters it has beside text, owner and status: due, platform, or the name of a choice field.
    searched: the columns in which the text filter looks.
    table_fields: the model's fields of its export and import, in their order.
    staff_only: those of them that a client's people do not get.
    """

    model: type[Record]
    title: str
    article: str
    about: str
    not_here: str
    coming: str
    columns: tuple[ListColumn, ...]
    form: type[RecordForm]
    default_sort: str
    due_title: str
    due_label: str
    due_url_name: str
    filters: tuple[str, ...]
    searched: tuple[str, ...]
    table_fields: tuple[str, ...]
    staff_only: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """Its word in addresses."""
        return self.model.REGISTER

    @property
    def singular(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def plural(self) -> str:
        return self.title[:1].lower() + self.title[1:]

    @property
    def has_due(self) -> bool:
        return bool(self.due_title)

    def order(self, wished: str) -> list[OrderBy]:
        """Give the order for "key" or "-key"; rows without the value come last going up, first going down."""
        key = wished.removeprefix("-")
        column = next(each.order_by for each in self.columns if each.column.key == key)
        if wished.startswith("-"):
            return [F(column).desc(), F("id").desc()]
        return [F(column).asc(), F("id").asc()]

    def url(self, name: str, client: Client | None, **kwargs: Any) -> str:
        """The address of one of its pages, of one client or over all."""
        if client is None:
            return reverse(name, kwargs={"register": self.slug, **kwargs})
        return reverse(name, kwargs={"client_slug": client.slug, "register": self.slug, **kwargs})
