"""Writes of the frame: a person's own settings, and which practice they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from portal.lib.refused import Refused
from portal.tenancy.access import practices_of
from portal.tenancy.middleware import PRACTICE_IN_SESSION
from portal.tenancy.models import Practice

if TYPE_CHECKING:
    from portal.accounts.models import User


def keep_theme(*, by: User, theme: str) -> None:
    """Keep the person's own theme: light, dark, or empty for the device's."""
    by.theme = theme
    by.save(update_fields=["theme"])


def keep_settings(*, by: User, theme: str, shortcuts: bool, time_zone: str) -> None:
    """Keep the person's own settings. They are their own affair, so nobody is told."""
    by.theme, by.shortcuts, by.time_zone = theme, shortcuts, time_zone
    by.save(update_fields=["theme", "shortcuts", "time_zone"])


def switch_practice(*, by: User, session: SessionBase, wished: str) -> Practice:
    """Turn the session to another practice of the person. Raises Refused when it is not theirs."""
    found = next((each for each in practices_of(by, timezone.now()) if str(each.pk) == wished), None)
    if found is None:
        raise Refused("You have no role in that practice now. Ask its owner to invite you.")
    session[PRACTICE_IN_SESSION] = str(found.pk)
    session.cycle_key()
    return found
