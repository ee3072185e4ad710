"""Where one is signed in."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from portal.accounts import sessions
from portal.tenancy.decorators import PortalRequest, person_view


@require_GET
@person_view
def session_list(request: PortalRequest) -> HttpResponse:
    """List the places where one is signed in."""
    found = sessions.signed_in(request.access.user)
    return render(request, "accounts/sessions.html", {"sessions": found, "others": len(found) - 1})


@require_POST
@person_view
def session_end(request: PortalRequest, pk: int) -> HttpResponse:
    """End one of them."""
    if not sessions.end_session(by=request.access.user, pk=pk):
        raise Http404
    messages.success(request, "That device is signed out.")
    return redirect("session_list")


@require_POST
@person_view
def session_end_others(request: PortalRequest) -> HttpResponse:
    """End all but this one."""
    ended = sessions.end_other_sessions(by=request.access.user)
    messages.success(request, f"{ended} other {'device is' if ended == 1 else 'devices are'} signed out.")
    return redirect("session_list")
