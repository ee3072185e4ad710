"""Who is away when: one's own days, and for owners everybody's."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.deadlines import absence_actions
from portal.deadlines.forms.absences import AbsenceForm
from portal.deadlines.models import Absence
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, practice_view
from portal.tenancy.people import staff_of_practice
from portal.tenancy.permissions import Permission

SHOWN_FOR = timedelta(days=90)


@require_safe
@practice_view()
def absence_list(request: PortalRequest) -> HttpResponse:
    """The absences that hold or are to come, and those of the last weeks; one's own, or for owners everybody's."""
    today = timezone.localdate(timezone=ZoneInfo(request.access.user.time_zone))
    anyone = _for_anyone(request)
    rows = Absence.objects.filter(until_on__gte=today - SHOWN_FOR).select_related("user", "stand_in")
    if not anyone:
        rows = rows.filter(user=request.access.user)
    found = list(rows.order_by("from_on", "id"))
    context = {
        "today": today,
        "for_anyone": anyone,
        "ahead": [each for each in found if each.until_on >= today],
        "past": [each for each in reversed(found) if each.until_on < today],
    }
    return render(request, "deadlines/absences.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@practice_view()
def absence_add(request: PortalRequest) -> HttpResponse:
    """Note days away."""
    now, me = timezone.now(), request.access.user
    staff = staff_of_practice(now).order_by("name")
    sent = request.POST if request.method == "POST" else None
    form = AbsenceForm(sent, by=me, people=staff, for_anyone=_for_anyone(request))
    if sent is not None and form.is_valid():
        wished = {"user": me, **form.cleaned_data}
        try:
            assert request.access.practice is not None
            made = absence_actions.add_absence(
                by=me, practice_id=request.access.practice.pk, now=now, **wished
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            who = "You are" if made.user_id == me.pk else f"{made.user} is"
            messages.success(request, f"{who} noted as away. Reminders go to the backup owners meanwhile.")
            return redirect("absence_list")
    return render(request, "deadlines/absence_add.html", {"form": form})


@require_POST
@practice_view()
def absence_end(request: PortalRequest, pk: int) -> HttpResponse:
    """End an absence today: they are back. One that has not begun is taken out."""
    found: Absence | None = Absence.objects.filter(pk=pk).select_related("user").first()
    if found is None or not (_for_anyone(request) or found.user_id == request.access.user.pk):
        raise Http404
    today = timezone.localdate(timezone=ZoneInfo(found.user.time_zone))
    begun = found.from_on < today
    try:
        absence_actions.end_absence(found, by=request.access.user, back_on=today)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{found.user} is back." if begun else "The absence was taken out.")
    return redirect("absence_list")


def _for_anyone(request: PortalRequest) -> bool:
    return request.access.may(Permission.MANAGE_PEOPLE)
