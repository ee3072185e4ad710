"""Every message that was sent or is to be, to whom, by what, with its fate; the dead ones can be tried again."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.audit.actions import record
from portal.lib.exports import write_csv
from portal.lib.refused import Refused
from portal.outbox import actions
from portal.outbox.forms import DeliveryFilters
from portal.outbox.kinds import title_of
from portal.outbox.models import Delivery
from portal.outbox.queries import counts_by_state, deliveries
from portal.outbox.tables import HEADER, by_what, delivery_table, fate, lines, recipient
from portal.shell.filters import active_chips, clear_url
from portal.shell.paging import CappedPaginator
from portal.shell.tables import Empty
from portal.tenancy.decorators import PortalRequest, practice_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

ON_A_PAGE = 50
MOST_ROWS = 20_000
MOST_AT_ONCE = 200


@require_safe
@practice_view(Permission.VIEW_ACTIVITY)
def message_list(request: PortalRequest) -> HttpResponse:
    """Show every message of the practice, newest first."""
    zone = ZoneInfo(request.access.user.time_zone)
    filters, rows = _asked(request)
    chips = active_chips(filters, request)
    page = CappedPaginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    counts = counts_by_state()
    context = {
        "filters": filters,
        "chips": chips,
        "clear_url": clear_url(request),
        "page": page,
        "noun": "message" if page.paginator.count == 1 else "messages",
        "table": delivery_table(
            page.object_list, request, zone, _empty(bool(chips)), linked=_may_send(request)
        ),
        "dead": counts[Delivery.State.DEAD],
        "may_try": _may_send(request),
        "may_export": request.access.may(Permission.EXPORT),
        "query": request.GET.urlencode(),
        "zone": zone,
    }
    return render(request, "outbox/list.html", context)


@require_safe
@practice_view(Permission.MANAGE_PRACTICE)
def message_show(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one message: what it says, where it went, and what became of each way."""
    delivery = get_object_or_404(deliveries(), pk=pk)
    zone = ZoneInfo(request.access.user.time_zone)
    state, words, under = fate(delivery, zone)
    others = deliveries().filter(message=delivery.message_id).exclude(pk=pk).order_by("pk")
    context = {
        "delivery": delivery,
        "message": delivery.message,
        "kind": title_of(delivery.message.kind),
        "recipient": recipient(delivery),
        "by_what": by_what(delivery),
        "state": state,
        "words": words,
        "under": under,
        "others": [(each, by_what(each), *fate(each, zone)) for each in others],
        "dead": delivery.state == Delivery.State.DEAD,
        "zone": zone,
    }
    return render(request, "outbox/show.html", context)


@require_POST
@practice_view(Permission.MANAGE_PRACTICE)
def message_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Send once more what was not delivered."""
    delivery = get_object_or_404(deliveries(), pk=pk)
    try:
        actions.try_again(delivery, by=request.access.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "It is tried again now.")
    return redirect(_back(request, reverse("message_show", kwargs={"pk": pk})))


@require_POST
@practice_view(Permission.MANAGE_PRACTICE)
def message_again_all(request: PortalRequest) -> HttpResponse:
    """Send once more all that was not delivered, the oldest first, so many at once."""
    now, tried = timezone.now(), 0
    for delivery in deliveries().filter(state=Delivery.State.DEAD).order_by("pk")[:MOST_AT_ONCE]:
        try:
            actions.try_again(delivery, by=request.access.user, now=now)
        except Refused:
            continue  # somebody else was quicker
        tried += 1
    left = counts_by_state()[Delivery.State.DEAD]
    rest = f" {left:,} more wait for another turn." if left else ""
    messages.success(
        request, f"{tried:,} {'message is' if tried == 1 else 'messages are'} tried again now.{rest}"
    )
    return redirect("message_list")


@require_safe
@practice_view(Permission.EXPORT)
def message_export(request: PortalRequest) -> HttpResponse:
    """Give exactly the rows of the list as CSV; it is recorded."""
    _, rows = _asked(request)
    found = list(rows[: MOST_ROWS + 1])
    if len(found) > MOST_ROWS:
        messages.error(
            request, f"That is more than {MOST_ROWS:,} messages. Filter the list and export the parts."
        )
        return redirect("message_list")
    record("messages.export", object="outbox_message", details={"rows": len(found)}, by=request.access.user)
    name = f"messages-{timezone.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(
        write_csv(lines(found), HEADER), content_type="text/csv; charset=utf-8", headers=headers
    )


def _asked(request: PortalRequest) -> tuple[DeliveryFilters, QuerySet[Delivery]]:
    filters = DeliveryFilters(request.GET, clients=list(Client.objects.order_by("name")))
    rows: Any = filters.narrow(deliveries())
    return filters, rows


def _may_send(request: PortalRequest) -> bool:
    return request.access.may(Permission.MANAGE_PRACTICE)


def _back(request: PortalRequest, otherwise: str) -> str:
    return reverse("message_list") if request.POST.get("back") == "list" else otherwise


def _empty(by_filter: bool) -> Empty:
    if by_filter:
        return Empty(
            "No messages match", "Take a filter away to see more.", "Clear filters", reverse("message_list")
        )
    return Empty(
        "No messages yet", "Reminders stand here as soon as the first one was written, with their fate."
    )
