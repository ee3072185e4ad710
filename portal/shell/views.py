"""Search, a person's settings, the specimen. Error pages stand in errors.py."""

from __future__ import annotations

from typing import cast

from django.conf import settings as site
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.lib.refused import Refused
from portal.shell import actions, specimen
from portal.shell import search as searching
from portal.shell.context import THEME_COOKIE, THEMES
from portal.shell.errors import bad_request, csrf_failure, not_found, permission_denied, server_error
from portal.shell.forms import SettingsForm
from portal.tenancy.decorators import PortalRequest, person_view, practice_view, public_view
from portal.tenancy.permissions import Permission

__all__ = ["bad_request", "csrf_failure", "not_found", "permission_denied", "server_error"]

YEAR = 365 * 24 * 3600


@require_GET
@practice_view()
def search(request: PortalRequest) -> HttpResponse:
    """Find by a word, over everything in the person's reach."""
    text = request.GET.get("q", "").strip()
    found = searching.search(request.access, text)
    return render(
        request,
        "shell/search.html",
        {
            "text": text,
            "found": found,
            "hits": sum(len(hits) for _, hits in found),
            "most": searching.MOST_A_KIND,
        },
    )


@require_http_methods(["GET", "POST"])
@person_view
def settings(request: PortalRequest) -> HttpResponse:
    """A person's theme, single keys and time zone."""
    person = request.access.user
    now = {"theme": person.theme, "shortcuts": person.shortcuts, "time_zone": person.time_zone}
    form = SettingsForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        actions.keep_settings(by=person, **form.cleaned_data)
        messages.success(request, "Settings saved.")
        return redirect("settings")
    return render(request, "shell/settings.html", {"form": form})


@require_POST
@public_view
def theme_set(request: HttpRequest) -> HttpResponse:
    """Keep the theme on the account, or on this device for someone who has not signed in."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return bad_request(request, ValueError("no such theme"))
    person = cast(PortalRequest, request).access.user
    if person.is_authenticated:
        actions.keep_theme(by=person, theme=theme)
    answer = HttpResponseRedirect(_way_back(request))
    answer.set_cookie(
        THEME_COOKIE, theme, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return answer


@require_POST
@person_view
def practice_switch(request: PortalRequest) -> HttpResponse:
    """Go to another of the person's practices."""
    try:
        practice = actions.switch_practice(
            by=request.access.user, session=request.session, wished=request.POST.get("practice", "")
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("today")
    messages.success(request, f"You are now in {practice.name}.")
    return redirect("today")


@require_http_methods(["GET", "POST"])
@practice_view()
def specimen_sheet(request: PortalRequest) -> HttpResponse:
    """Show every part in every state: to owners, and to everyone in the demonstration."""
    if not (site.DEMONSTRATION or request.access.may(Permission.MANAGE_PRACTICE)):
        raise Http404
    return render(request, "shell/specimen.html", specimen.parts(request))


def _way_back(request: HttpRequest) -> str:
    wished = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        wished, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wished
    return reverse("today")
