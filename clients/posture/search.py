"""Finding a control by its words. A control stands on a client's pages, so there must be one client to lead to."""

from __future__ import annotations

from django.urls import reverse

from clients.posture.catalogue import controls
from portal.shell.search import Hit
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access

MOST = 8


def find_controls(access: Access, text: str) -> list[Hit]:
    """Find controls whose id, title or statement holds the text, for people who have just one client. One query."""
    wished = text.casefold()
    found = [
        control
        for control in controls().values()
        if wished in f"{control.id} {control.title} {control.statement}".casefold()
    ][:MOST]
    clients = list(Client.objects.order_by("name")[:2]) if found else []
    if len(clients) != 1:
        return []
    return [
        Hit(
            f"{control.id} {control.title}",
            reverse("posture_control", kwargs={"client_slug": clients[0].slug, "control_id": control.id}),
            f"{control.family}, {clients[0].name}",
        )
        for control in found
    ]
