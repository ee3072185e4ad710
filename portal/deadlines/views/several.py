"""Several deadlines change hands at once, over all clients: whose, which, to whom. All or none."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.deadlines import handing_over
from portal.deadlines.forms.verbs import FromForm, ReassignSeveralForm
from portal.deadlines.models import Deadline
from portal.deadlines.presenters.entries import may_change
from portal.deadlines.queries import linked, of_person
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, practice_view
from portal.tenancy.people import staff_of_practice
from portal.tenancy.permissions import Permission

MOST = 200


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@practice_view(Permission.EDIT_REGISTERS, anywhere=True)
def deadline_reassign_several(request: PortalRequest) -> HttpResponse:
    """Give deadlines of one person, `from` in the address, to another; without it, ask whose."""
    now = timezone.now()
    staff = list(staff_of_practice(now).order_by("name"))
    if not request.GET.get("from"):
        form = FromForm({"from": ""} if "from" in request.GET else None, people=staff)
        return render(request, "deadlines/reassign_whose.html", {"form": form})
    person = _person(request.GET["from"])
    theirs = _theirs(request, person)
    if person not in staff and not theirs:
        raise Http404
    heirs = [each for each in staff if each != person]
    sent = request.POST if request.method == "POST" else None
    form_several = ReassignSeveralForm(sent, deadlines=theirs, people=heirs)
    if sent is not None and form_several.is_valid():
        wished = form_several.cleaned_data
        try:
            n = handing_over.hand_over_several(
                form_several.chosen(),
                by=request.access.user,
                owner=wished["owner"],
                now=now,
                why=wished["why"],
            )
        except Refused as refused:
            form_several.add_error(None, str(refused))
        else:
            words = "1 deadline belongs" if n == 1 else f"{n} deadlines belong"
            messages.success(request, f"{words} to {wished['owner']} now.")
            return redirect("today")
    context = {"form": form_several, "person": person, "n": len(theirs), "most": MOST}
    return render(request, "deadlines/reassign_several.html", context)


def _person(text: str) -> User:
    try:
        found = User.objects.filter(pk=UUID(text)).first()
    except ValueError as fault:
        raise Http404 from fault
    if found is None:
        raise Http404
    return found


def _theirs(request: PortalRequest, person: User) -> list[Deadline]:
    """The person's open deadlines that the reader may hand over, the first to fall due first."""
    rows = linked(of_person(request.access, person.pk)[:MOST])
    return [row for row in rows if may_change(row, request.access)]
