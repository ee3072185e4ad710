"""The pages of the outbox in the Contents and in everybody's own menu."""

from __future__ import annotations

from portal.outbox.models import Delivery
from portal.shell import navigation
from portal.shell.navigation import Count
from portal.tenancy.permissions import Access, Permission


def dead_letters(access: Access) -> Count | None:
    """The figure beside Messages: how many were not delivered."""
    found = navigation.capped(Delivery.objects.dead())
    return Count(found.n, late=found.n) if found.n else None


def register_all() -> None:
    """Fill the registries; called once, when the apps are ready."""
    navigation.register(
        "Practice",
        "Messages",
        "message_list",
        count=dead_letters,
        permission=Permission.VIEW_ACTIVITY,
        anywhere=False,
        order=30,
    )
    navigation.register(
        "Practice",
        "Channels",
        "practice_channel_list",
        permission=Permission.MANAGE_PRACTICE,
        anywhere=False,
        order=40,
    )
    navigation.register_personal("Messages to me", "message_settings", order=30)
