"""The strip over an owner's Today when nobody would be reminded: the machinery stands still, or is far behind."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from portal.health import queries
from portal.health.checks import length, machinery
from portal.shell.notices import Notice
from portal.tenancy.permissions import Access, Permission

FAR_BEHIND = timedelta(minutes=10)
LABEL = "What to do"


def find(access: Access) -> list[Notice]:
    """Give at most one notice, to those who manage the practice."""
    if not access.may(Permission.MANAGE_PRACTICE):
        return []
    words = _stopped() or _behind()
    return [Notice(words, LABEL, reverse("system"))] if words else []


def _stopped() -> str:
    titles = [check.title.lower() for check in machinery().failing]
    if not titles:
        return ""
    named = " and ".join([", ".join(titles[:-1]), titles[-1]] if titles[1:] else titles)
    verb = "stand still" if titles[1:] or titles == ["workers"] else "stands still"
    return f"Reminders are not going out: {named} {verb}. Nothing is lost; they follow once all runs again."


def _behind() -> str:
    now = timezone.now()
    work = queries.work_of_practice(now)
    longest = max(work.steps.waits(now), work.due.waits(now))
    return f"Reminders are {length(longest)} behind." if longest > FAR_BEHIND else ""
