"""What was agreed about support: the page, and writing it down."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clients.engagements.actions.checked import Changed
from clients.engagements.actions.support import agree_support
from clients.engagements.forms import SupportForm
from clients.engagements.models import SupportScope
from clients.engagements.pages import support_facts, target_rows
from clients.engagements.queries import support_of, today_of
from clients.engagements.support_tiers import tiers
from clients.engagements.views.shared import history_of, page, posted, show_refusal
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission


@client_view(Permission.VIEW_CLIENT)
@require_safe
def support_show(request: PortalRequest, client: Client) -> HttpResponse:
    """Show what was agreed: how soon somebody responds, when, where, and what is kept."""
    now = timezone.now()
    scope = support_of(client)
    context = page(
        request,
        client,
        "support_show",
        scope=scope,
        today=today_of(client, now),
        tier=tiers()[scope.tier] if scope else None,
        tiers=tiers().values(),
        is_current=scope.is_current(today_of(client, now)) if scope else False,
        targets=target_rows(scope) if scope else (),
        facts=support_facts(scope) if scope else (),
        lines=history_of(scope, client)
        if scope and request.access.may(Permission.VIEW_ACTIVITY, client)
        else None,
    )
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "engagements/support/show.html", context)


@client_view(Permission.EDIT_REGISTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def support_edit(request: PortalRequest, client: Client) -> HttpResponse:
    """Write down what was agreed; `?tier=growth` starts from what that tier proposes."""
    scope = support_of(client)
    row = scope or SupportScope(practice_id=client.practice_id, client=client, version=0)
    start = tiers().get(request.GET.get("tier", ""))
    form = SupportForm(
        posted(request), scope=row, client=client, initial=dict(start.proposes) if start else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] if scope else None
            agree_support(client, form.values(), by=request.access.user, version=version, now=timezone.now())
        except Changed as changed:
            # The same form is sent again: what is there now is then known to have been seen.
            assert isinstance(changed.current, SupportScope)
            form.data = {**request.POST.dict(), "version": changed.current.version}
            form.add_error(None, f"{changed} Send it again to replace what is there now.")
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, "The support scope is written down.")
            return redirect("support_show", client_slug=client.slug)
    context = page(
        request, client, "support_show", scope=scope, form=form, tiers=tiers().values(), start=start
    )
    return render(request, "engagements/support/form.html", context)
