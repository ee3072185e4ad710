"""Calendars in the person's menu, and their words in the trail."""

from __future__ import annotations

from portal.audit import presenters
from portal.shell import navigation


def register_all() -> None:
    """Fill the registries; called once, when the apps are ready."""
    navigation.register_personal("Calendars", "calendar_feeds", order=40)
    presenters.register(
        table="deadlines_calendarfeed",
        noun="calendar feed",
        columns={
            "user_id": None,
            "token_hash": ("address", lambda _: "a new one"),
            "renewed_at": None,
            "read_at": None,
        },
    )
    presenters.register_action("calendar_feed.make", "made the")
    presenters.register_action("calendar_feed.renew", "gave a new address to the")
    presenters.register_action("calendar_feed.end", "ended the")
