"""What a feed is of: one's own deadlines, or those of one client in reach."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from portal.tenancy.models import Client

OWN = "own"


class FeedForm(forms.Form):
    """Choose a calendar. Only people of the practice have deadlines of their own over several clients."""

    calendar = forms.ChoiceField(label="Calendar of")

    def __init__(
        self, data: Any = None, *, clients: Iterable[Client], of_practice: bool, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self._clients = {each.slug: each for each in clients}
        own = [(OWN, "Your own deadlines, over all clients")] if of_practice else []
        field = self.fields["calendar"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*own, *[(slug, client.name) for slug, client in self._clients.items()]]

    @property
    def client(self) -> Client | None:
        """The chosen client; None for one's own deadlines."""
        chosen = self.cleaned_data["calendar"]
        return None if chosen == OWN else self._clients[chosen]

    @property
    def names(self) -> dict[UUID, str]:
        """The names of the clients in reach."""
        return {client.pk: client.name for client in self._clients.values()}
