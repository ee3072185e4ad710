"""The pages of the portal's own rooms in the Contents, among a client's views, in the person's menu and in search.

They stand below this room, so they cannot register themselves.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from portal.shell import navigation, search
from portal.shell.navigation import Count
from portal.shell.search import Hit
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission


def clients_in_reach(access: Access) -> QuerySet[Client]:
    """List the clients that the person may see now."""
    clients: QuerySet[Client] = Client.objects.filter(practice=access.practice)
    if access.client_ids is not None:
        clients = clients.filter(pk__in=access.client_ids)
    return clients


def count_clients(access: Access) -> Count:
    """Count the active clients in reach."""
    return navigation.capped(clients_in_reach(access).filter(status=Client.Status.ACTIVE))


def find_clients(access: Access, text: str) -> list[Hit]:
    """Find clients by their name or their legal name. One query."""
    found = clients_in_reach(access).filter(Q(name__icontains=text) | Q(legal_name__icontains=text))
    return [
        Hit(client.name, client.get_absolute_url(), client.sector or client.legal_name)
        for client in found.order_by("name")[: search.MOST_A_KIND]
    ]


def register_all() -> None:
    """Fill the registries; called once, when the apps are ready."""
    navigation.register("Records", "Clients", "client_list", count=count_clients, order=0, within=("/c/",))
    navigation.register(
        "Practice", "People", "people_list", permission=Permission.MANAGE_PEOPLE, anywhere=False, order=10
    )
    navigation.register(
        "Practice",
        "Activity",
        "practice_activity",
        permission=Permission.VIEW_ACTIVITY,
        anywhere=False,
        order=20,
    )
    navigation.register_client_view(
        "People", "client_people_list", permission=Permission.MANAGE_CLIENT_PEOPLE, order=90
    )
    navigation.register_client_view(
        "Activity", "client_activity", permission=Permission.VIEW_ACTIVITY, order=95
    )
    navigation.register_personal("Account and security", "account", order=10)
    navigation.register_personal("Sessions", "session_list", order=20)
    search.register("Clients", find_clients, order=10)
