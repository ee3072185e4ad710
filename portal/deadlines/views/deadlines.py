"""One client's deadlines: the list, the file, and the page of each. The client's people see those marked for them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.audit.actions import record
from portal.audit.presenters import lines_of
from portal.audit.queries import history, names_for
from portal.deadlines import handing_over
from portal.deadlines.models import Deadline
from portal.deadlines.models.deadline import DeadlineQuerySet
from portal.deadlines.presenters import tables
from portal.deadlines.presenters.entries import Reader, may_change, next_step, verbs
from portal.deadlines.presenters.facts import facts_of
from portal.deadlines.presenters.filters import ListFilters
from portal.deadlines.presenters.sent import sent
from portal.deadlines.presenters.steps import to_come
from portal.deadlines.queries import of_client
from portal.deadlines.reminding.overrides import overrides
from portal.deadlines.reminding.owed import facts_of as step_facts
from portal.deadlines.rules.clocks import clock
from portal.deadlines.rules.today import due_words
from portal.deadlines.views.verbs import deadline_or_404
from portal.lib.exports import write_csv, write_xlsx
from portal.shell.filters import active_chips, clear_url
from portal.shell.paging import CappedPaginator
from portal.shell.tables import Empty
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

PAGE = 50
MOST_ROWS = 20_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@client_view(Permission.VIEW_CLIENT)
def deadline_list(request: PortalRequest, client: Client) -> HttpResponse:
    """The client's deadlines, the open ones unless something else is wished."""
    now, zone = timezone.now(), ZoneInfo(client.time_zone)
    filters, rows = _filtered(request, client, now)
    chips = active_chips(filters, request)
    page = CappedPaginator(rows, PAGE).get_page(request.GET.get("page"))
    nothing = Empty(
        "No deadlines match", "Take a filter away to see more.", "Clear filters", clear_url(request)
    )
    context = {
        "client": client,
        "filters": filters,
        "chips": chips,
        "clear_url": clear_url(request),
        "page": page,
        "noun": "deadline" if page.paginator.count == 1 else "deadlines",
        "table": tables.table_of(
            list(page.object_list),
            request,
            Reader(request.access, now, zone, request.get_full_path()),
            shows_ended=filters.shows_ended,
            empty=nothing if chips else _nothing_owed(request),
        ),
        "may_export": request.access.may(Permission.EXPORT, client),
        "may_set": request.access.may(Permission.MANAGE_PRACTICE, client),
        "query": request.GET.urlencode(),
    }
    only_rows = request.htmx and request.htmx.target == "rows"
    return render(request, f"deadlines/list.html{'#rows' if only_rows else ''}", context)


@require_safe
@client_view(Permission.EXPORT)
def deadline_export(request: PortalRequest, client: Client) -> HttpResponse:
    """Exactly the rows of the list, as a file."""
    now, zone = timezone.now(), ZoneInfo(client.time_zone)
    filters, rows = _filtered(request, client, now)
    found = list(rows[: MOST_ROWS + 1])
    if len(found) > MOST_ROWS:
        messages.error(
            request, f"That is more than {MOST_ROWS:,} rows. Filter the list and export the parts."
        )
        return redirect("deadline_list", client_slug=client.slug)
    suffix = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    lines = tables.lines(found, now, zone)
    data = (
        write_csv(lines, tables.HEADER) if suffix == "csv" else write_xlsx(lines, tables.HEADER, "Deadlines")
    )
    used = sorted(name for name, value in filters.cleaned_data.items() if value)
    details = {"rows": len(found), "format": suffix, "filters": used}
    record("deadline.export", client=client, object="deadlines", details=details, by=request.access.user)
    response = HttpResponse(data, content_type=TYPES[suffix])
    name = f"{client.slug}-deadlines-{now.astimezone(zone).date().isoformat()}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@client_view(Permission.VIEW_CLIENT)
def deadline_show(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """One deadline: its facts, what was sent and what will be, its history."""
    deadline, now, zone = deadline_or_404(client, pk), timezone.now(), ZoneInfo(client.time_zone)
    state, words = due_words(deadline.due_at, deadline.due_on, now, zone)
    ended = None if deadline.is_open else tables.outcome(deadline)
    context = {
        "client": client,
        "deadline": deadline,
        "now": now,
        "state": ended[0] if ended else state,
        "words": ended[1] if ended else words,
        "asleep": deadline.is_open and deadline.snoozed_until and deadline.snoozed_until > now,
        "facts": facts_of(deadline, request.access),
        "clock": clock(deadline.started_at, deadline.due_at, now, deadline.ended_at)
        if deadline.is_clock and deadline.outcome != Deadline.Outcome.CANCELLED
        else None,
        "next": next_step(deadline, request.access, primary=True),
        "menu": verbs(deadline, Reader(request.access, now, zone))
        if deadline.is_open and may_change(deadline, request.access)
        else (),
        "lines": _history(request, deadline, zone),
        **_steps(request, deadline, now),
        **_missed(request, deadline, now),
    }
    return render(request, "deadlines/show.html", context)


def _filtered(request: PortalRequest, client: Client, now: datetime) -> tuple[ListFilters, DeadlineQuerySet]:
    """The filters of a request, and the rows that they leave in the wished order."""
    owners = handing_over.owners_for(client, now, internal=request.access.is_of_practice)
    filters = ListFilters(request.GET, owners=owners)
    rows = filters.narrow(of_client(client), now)
    return filters, tables.ordered(rows, request, filters.shows_ended)


def _nothing_owed(request: PortalRequest) -> Empty:
    if request.access.is_client_person:
        return Empty("Nothing waits on you", "What has a date and is yours to do stands here.")
    return Empty(
        "Nothing is open", "Renewals, reviews and all else with a date stand here as soon as it is recorded."
    )


def _missed(request: PortalRequest, deadline: Deadline, now: datetime) -> dict[str, object]:
    """What to begin from a promise that was missed; a clock of an incident has its incident already."""
    may_log = (
        deadline.is_late(now)
        and not deadline.is_clock
        and request.access.may(Permission.EDIT_REGISTERS, deadline.client)
    )
    return {"may_log": may_log, "missed": f"Missed: {deadline.title}", "source": f"Deadline D-{deadline.pk}"}


def _history(request: PortalRequest, deadline: Deadline, zone: ZoneInfo) -> list[object] | None:
    if not request.access.may(Permission.VIEW_ACTIVITY, deadline.client):
        return None
    events = history(deadline.client, Deadline._meta.db_table, deadline.pk)
    return [*lines_of(events, names_for(events), zone, linked=False)]


def _steps(request: PortalRequest, deadline: Deadline, now: datetime) -> dict[str, object]:
    """What was sent and what will be, for people of the practice alone."""
    if not request.access.is_of_practice:
        return {}
    policy = overrides([deadline.client_id], [deadline.kind]).policy(deadline)
    after = max(now, deadline.snoozed_until or now)
    ahead = to_come(policy, step_facts(deadline, deadline.client), after) if deadline.is_open else []
    return {"sent": sent(deadline), "ahead": ahead, "for_practice": True}
