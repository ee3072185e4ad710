"""What uptime checkers ask, and the owners' page about the machinery."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from portal.health import queries
from portal.health.checks import machinery
from portal.health.presenters import parts_table, processes_table, standfirst, versions
from portal.tenancy.decorators import PortalRequest, practice_view, public_view
from portal.tenancy.permissions import Permission


@never_cache
@require_safe
@public_view
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that this web process answers. It asks nobody: not the database, not the broker."""
    return JsonResponse({"state": "ok"})


@never_cache
@require_safe
@public_view
def readyz(request: HttpRequest) -> JsonResponse:
    """Say of each part of the machinery whether it works; 503 when one does not."""
    found = machinery()
    answer = {check.name: {"state": check.state, "words": check.words} for check in found.checks}
    return JsonResponse(
        {"state": "ok" if found.ok else "failing", "checks": answer}, status=200 if found.ok else 503
    )


@require_GET
@practice_view(Permission.MANAGE_PRACTICE)
def system(request: PortalRequest) -> HttpResponse:
    """Show owners what runs, what waits, and what to do when something stands still."""
    now, found = timezone.now(), machinery()
    work = queries.work_of_practice(now)
    context = {
        "standfirst": standfirst(found, work, now),
        "parts": parts_table(found, work, now, request),
        "processes": processes_table(found, request),
        "versions": versions(found),
    }
    return render(request, "health/system.html", context)
