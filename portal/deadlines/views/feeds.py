"""Calendar feeds: the page on which one makes, renews and ends them, and the public address that programs read."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.limits import reads_too_often
from portal.accounts.step_up import is_fresh, step_up
from portal.accounts.tokens import digest
from portal.deadlines.feeds import actions, calendars, reading
from portal.deadlines.feeds.forms import FeedForm
from portal.deadlines.models import CalendarFeed
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, person_view, public_view
from portal.tenancy.models import Client

PAGE = "deadlines/feeds.html"
TEXT = "text/plain; charset=utf-8"
OF_NO_USE = (
    "This calendar address is of no use any more. It was renewed or ended, or whoever made it has no access now. "
    "Take the calendar out of your program; a new address is made in the portal, under Calendars in your own menu.\n"
)


@never_cache
@require_safe
@person_view
def calendar_feeds(request: PortalRequest) -> HttpResponse:
    """List one's own feeds in this practice, and offer to make another."""
    return _page(request, _form(request))


@never_cache
@require_POST
@person_view
@step_up
def calendar_feed_make(request: PortalRequest) -> HttpResponse:
    """Make a feed and show its address, this once."""
    form = _form(request, posted=True)
    if not form.is_valid():
        return _page(request, form)
    try:
        feed, token = actions.make_feed(by=request.access.user, client=form.client, now=timezone.now())
    except Refused as refusal:
        form.add_error("calendar", str(refusal))
        return _page(request, form)
    return _page(request, _form(request), feed=feed, token=token)


@never_cache
@require_POST
@person_view
@step_up
def calendar_feed_renew(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a feed another address and show it, this once."""
    try:
        feed, token = actions.renew_feed(_own(request, pk), by=request.access.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("calendar_feeds")
    return _page(request, _form(request), feed=feed, token=token)


@require_POST
@person_view
def calendar_feed_end(request: PortalRequest, pk: int) -> HttpResponse:
    """End a feed."""
    actions.end_feed(_own(request, pk), by=request.access.user)
    messages.success(
        request, "The calendar is ended. Calendar programs that had its address read nothing more."
    )
    return redirect("calendar_feeds")


@require_safe
@public_view
def calendar_read(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give the calendar to whoever has its address, with the rights that its person has now."""
    if reads_too_often(request, "calendar_feed", key=digest(token)):
        wait = {"Retry-After": "3600", "Cache-Control": "private, no-store"}
        return HttpResponse("Too many reads. Try again in an hour.\n", TEXT, status=429, headers=wait)
    now = timezone.now()
    with reading.opened(token, now) as found:
        if found is None:
            return HttpResponse(OF_NO_USE, TEXT, status=404, headers={"Cache-Control": "private, no-store"})
        text = calendars.written(found.name, reading.events_of(found, now))
        actions.note_read(found.feed, now)
    tag = f'"{sha256(text).hexdigest()[:32]}"'
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'inline; filename="plumbline.ics"',
        "ETag": tag,
        "X-Robots-Tag": "noindex",
    }
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
    return get_conditional_response(request, etag=tag, response=answer) or answer


def _form(request: PortalRequest, *, posted: bool = False) -> FeedForm:
    clients = list(Client.objects.order_by("name"))
    wished = request.GET.get("client", "")
    return FeedForm(
        request.POST if posted else None,
        initial={"calendar": wished},
        clients=clients,
        of_practice=request.access.is_of_practice,
    )


def _page(
    request: PortalRequest, form: FeedForm, *, feed: CalendarFeed | None = None, token: str = ""
) -> HttpResponse:
    feeds = CalendarFeed.objects.filter(user=request.access.user).order_by("-client_id", "id")
    names = form.names
    listed = [
        (row, "Your own deadlines" if row.client_id is None else names[row.client_id])
        for row in feeds
        if row.client_id is None or row.client_id in names
    ]
    listed.sort(key=lambda each: (each[0].client_id is not None, each[1].casefold()))
    context = {
        "form": form,
        "feeds": listed,
        "feed": feed,
        "fresh": is_fresh(request),
        "feed_name": next((name for row, name in listed if feed and row.pk == feed.pk), ""),
    }
    if token:
        address = f"{settings.SITE_URL}{reverse('calendar_read', kwargs={'token': token})}"
        context |= {"address": address, "webcal": f"webcal:{urlsplit(address)._replace(scheme='').geturl()}"}
    return render(request, PAGE, context)


def _own(request: PortalRequest, pk: int) -> CalendarFeed:
    """One's own feed in this practice; anything else does not exist."""
    found: CalendarFeed | None = CalendarFeed.objects.filter(pk=pk, user=request.access.user).first()
    if found is None:
        raise Http404
    return found
