"""Error pages: they say what to do, never whether a thing exists elsewhere, and quote a reference to look up."""

from __future__ import annotations

import logging
import re
import uuid
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from portal.lib.secrets import find_secret

logger = logging.getLogger("portal.errors")
UNSEEN = re.compile(r"pass|secret|token|code|csrf|otp|key", re.IGNORECASE)
LONGEST = 5000
BARE = "base_sign_in.html"


def _reference(request: HttpRequest) -> str:
    known: str = getattr(request, "request_id", "") or uuid.uuid4().hex
    return known[:12]


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the browser sent something that this page cannot read."""
    return render(request, "400.html", {"reference": _reference(request)}, status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the exception's words say who may; without words, a plain sentence."""
    words = str(exception or "")
    return _framed(request, "403.html", {"words": words, "reference": _reference(request)}, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same words whatever the reason."""
    return _framed(request, "404.html", {}, 404)


def _framed(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    """Show an error where the person is, with their Contents; for strangers, and when that fails, on a bare page."""
    access = getattr(request, "access", None)
    if access is not None and access.practice is not None:
        try:
            with transaction.atomic():
                return render(request, template, {**context, "frame": "base.html"}, status=status)
        except Exception:
            logger.exception("The frame of %s failed (%s) at %s", template, _reference(request), request.path)
    return render(request, template, {**context, "frame": BARE}, status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page that needs no database, with the reference that stands in the log beside the traceback."""
    reference = _reference(request)
    logger.exception("Error %s at %s %s", reference, request.method, request.path)
    return HttpResponse(render_to_string("500.html", {"reference": reference}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that has lost its proof of origin; gives back what was typed, but no secret, to copy."""
    logger.warning("Form refused (%s): %s at %s", _reference(request), reason, request.path)
    return render(request, "403_csrf.html", {"typed": typed(request), "back": request.path}, status=403)


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """List what a form held, in words, without passwords, codes and anything that looks like a secret."""
    found: list[tuple[str, str]] = []
    for name, value in _items(request.POST):
        if UNSEEN.search(name) or not value.strip() or len(value) > LONGEST or find_secret(value):
            continue
        found.append((name.replace("_", " ").capitalize(), value))
    return found


def _items(data: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, values in data.lists() for value in values]
