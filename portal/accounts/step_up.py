"""Asks for a second factor again before something sensitive, when the last one was shown a while ago."""

from __future__ import annotations

import time
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from portal.accounts.actions import VERIFIED_AT
from portal.tenancy.decorators import View


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether this session has shown a second factor within STEP_UP_SECONDS."""
    return bool(time.time() - request.session.get(VERIFIED_AT, 0) <= settings.STEP_UP_SECONDS)


def safe_next(request: HttpRequest, url: str) -> str:
    """Give a wished address if it is one of this site, else the front page."""
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_ours else "/"


def step_up(view: View) -> View:
    """Let a request through to a sensitive view only within five minutes of a second factor.

    A read comes back to the same address afterwards. Something that was sent is not kept: the person comes back
    to the page it was sent from, and is told. Keeps the view's access mark; write it under the mark's decorator.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_fresh(request) else _ask(request)

    return guarded


def step_up_if_signed_in(view: View) -> View:
    """The same for a public view that does something sensitive only for those who are signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        passes = not request.user.is_authenticated or is_fresh(request)
        return view(request, *args, **kwargs) if passes else _ask(request)

    return guarded


def _ask(request: HttpRequest) -> HttpResponseBase:
    url = f"{reverse('step_up')}?{urlencode({'next': _way_back(request)})}"
    if request.headers.get("Accept") == "application/json":
        words = "Confirm that it is you first."
        return JsonResponse({"detail": words, "redirect_url": url}, status=403)
    if request.method != "GET":
        messages.warning(request, "Nothing has been changed yet. Confirm that it is you, then do it again.")
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)


def _way_back(request: HttpRequest) -> str:
    if request.method == "GET" and not getattr(request, "htmx", False):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if came_from.netloc and came_from.netloc != request.get_host():
        return "/"
    return came_from.path or "/"
