"""What allauth tells by signal alone, noted in the trail."""

from __future__ import annotations

from typing import Any

from portal.accounts.actions import note
from portal.accounts.models import User


def note_new_address(user: User, **kwargs: Any) -> None:
    """Another address counts now. Neither is written down: they identify the person."""
    note(user, "email.change")


def note_connection(request: Any, sociallogin: Any, **kwargs: Any) -> None:
    """Single sign-on was connected to an account."""
    note(sociallogin.user, "single_sign_on.connect")


def note_disconnection(request: Any, socialaccount: Any, **kwargs: Any) -> None:
    """Single sign-on was taken off an account."""
    note(socialaccount.user, "single_sign_on.disconnect")
