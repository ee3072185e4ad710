"""How often something may be tried: ACCOUNT_RATE_LIMITS, counted in the cache for all web processes together."""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit
from allauth.core.ratelimit import consume
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def too_many(request: HttpRequest) -> HttpResponse:
    """429: says to wait. Also the answer of allauth's own limits (handler429)."""
    return render(request, "accounts/too_many.html", status=429)


def limited(request: HttpRequest, action: str, **whose: Any) -> HttpResponse | None:
    """Count a try at `action` and give an answer when there were too many.

    whose: `user=` for limits per user, `key=` for limits per key, as the action's entry in the settings has them.
    """
    return None if consume(request, action=action, **whose) else too_many(request)


def reads_too_often(request: HttpRequest, action: str, **whose: Any) -> bool:
    """Count a read of `action` and tell whether there were too many; `limited` lets every GET pass uncounted."""
    usage = ratelimit.consume(request, app="allauth.account", action=action, limit_get=True, **whose)
    return usage is None
