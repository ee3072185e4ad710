"""The second lock: a session without a verified second factor is not a session."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from portal.accounts.models import DemonstrationDevice


class SecondFactorRequired:
    """Signs out whoever is signed in without a second factor, by whatever door they came.

    The stage of signing in lets nobody get that far; this catches another way in (a removed device, a library's
    own login) before the scope is worked out. Devices of the demonstration count in a demonstration alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not self._is_verified(request):
            logout(request)
        return self.get_response(request)

    @staticmethod
    def _is_verified(request: HttpRequest) -> bool:
        user = request.user
        if not user.is_verified():  # type: ignore[union-attr]
            return False
        return settings.DEMONSTRATION or not isinstance(user.otp_device, DemonstrationDevice)  # type: ignore[union-attr]
