"""Gives a request its access and its database scope, and only to sessions with a verified second factor."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.tenancy.access import access_of, scope_for
from portal.tenancy.permissions import Access
from portal.tenancy.scope import Scope, enter

PRACTICE_IN_SESSION = "practice"


class ScopeMiddleware:
    """The third lock: without a verified device there is no scope, and without a scope there are no rows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        request.access, request.scope = self._access_and_scope(request)  # type: ignore[attr-defined]
        zone = ZoneInfo(getattr(request.user, "time_zone", "UTC"))
        with enter(request.scope, switch=True), timezone.override(zone):  # type: ignore[attr-defined]
            return self.get_response(request)

    @staticmethod
    def _access_and_scope(request: HttpRequest) -> tuple[Access, Scope]:
        user = request.user
        request_id: str = request.request_id  # type: ignore[attr-defined]
        if not user.is_authenticated or not user.is_verified():  # type: ignore[attr-defined]
            return Access(user), Scope(request=request_id)
        wished = None
        with suppress(ValueError):
            wished = uuid.UUID(str(request.session.get(PRACTICE_IN_SESSION)))
        access = access_of(user, timezone.now(), wished)
        return access, scope_for(access, request_id)
