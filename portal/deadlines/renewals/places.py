"""Renewals in the Contents, and the words of their export in the trail."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.audit import presenters
from portal.deadlines.renewals import queries
from portal.shell import navigation
from portal.shell.navigation import Count
from portal.tenancy.permissions import Access, Permission


def contents_count(access: Access) -> Count | None:
    """The figure beside Renewals: what is late or falls due in the next 90 days of the reader's calendar."""
    now = timezone.now()
    return queries.contents_count(access, timezone.localdate(now, ZoneInfo(access.user.time_zone)), now)


def register_all() -> None:
    """Fill the registries; called once, when the apps are ready."""
    navigation.register(
        "Work", "Renewals", "renewal_list", count=contents_count, permission=Permission.VIEW_CLIENT, order=20
    )
    presenters.register(table="renewals", noun="renewals")
    presenters.register_action("renewals.export", "exported the {noun}")
