"""Channels of a person, of a client and of the practice: the same pages at three places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.lib.refused import Refused
from portal.outbox import channel_actions as actions
from portal.outbox.forms import ChannelForm
from portal.outbox.models import Channel
from portal.outbox.queries import channels_kept_for, channels_of_person
from portal.outbox.tables import address_words, channel_state
from portal.tenancy.decorators import PortalRequest, client_view, person_view, practice_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

POST_ONLY = ("test", "on", "off")


@dataclass(frozen=True)
class Place:
    """Whose channels they are, and under which names their pages lie."""

    prefix: str
    title: str
    client: Client | None = None
    own: bool = False

    def url(self, name: str, **arguments: Any) -> str:
        """The address of one of the place's pages."""
        if self.client is not None:
            arguments["client_slug"] = self.client.slug
        return reverse(f"{self.prefix}_{name}", kwargs=arguments)

    @property
    def home(self) -> str:
        """Where its channels are listed."""
        return reverse("message_settings") if self.own else self.url("list")

    def rows(self, request: PortalRequest) -> Any:
        """Its channels that were not removed, by name."""
        return channels_of_person(request.access.user) if self.own else channels_kept_for(self.client)


OWN = Place("own_channel", "Your channels", own=True)
PRACTICE = Place("practice_channel", "Channels of the practice")


def of_client(client: Client) -> Place:
    """The place of one client's channels."""
    return Place("client_channel", f"Channels of {client.name}", client)


def shown(place: Place, request: PortalRequest) -> list[dict[str, Any]]:
    """The channels of a place as its page lists them."""
    now, zone = timezone.now(), ZoneInfo(request.access.user.time_zone)
    found = []
    for each in place.rows(request):
        state, words, under = channel_state(each, now, zone)
        found.append(
            {
                "channel": each,
                "address": address_words(each),
                "state": state,
                "words": words,
                "under": under,
                "edit": place.url("edit", pk=each.pk),
                "remove": place.url("remove", pk=each.pk),
                "test": place.url("act", pk=each.pk, verb="test"),
                "turn": place.url("act", pk=each.pk, verb="off" if each.enabled else "on"),
            }
        )
    return found


@require_safe
@practice_view(Permission.MANAGE_PRACTICE)
def practice_channel_list(request: PortalRequest) -> HttpResponse:
    """Show where messages of the whole practice go."""
    return _list(request, PRACTICE)


@require_safe
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
def client_channel_list(request: PortalRequest, client: Client) -> HttpResponse:
    """Show where messages about one client go."""
    return _list(request, of_client(client))


@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
@person_view
def own_channel_add(request: PortalRequest) -> HttpResponse:
    """Add a channel of one's own."""
    return _add(request, _own(request))


@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
@practice_view(Permission.MANAGE_PRACTICE)
def practice_channel_add(request: PortalRequest) -> HttpResponse:
    """Add a channel of the practice."""
    return _add(request, PRACTICE)


@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
def client_channel_add(request: PortalRequest, client: Client) -> HttpResponse:
    """Add a channel of a client."""
    return _add(request, of_client(client))


@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
@person_view
def own_channel_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Change a channel of one's own."""
    return _edit(request, _own(request), pk)


@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
@practice_view(Permission.MANAGE_PRACTICE)
def practice_channel_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Change a channel of the practice."""
    return _edit(request, PRACTICE, pk)


@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
def client_channel_edit(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Change a channel of a client."""
    return _edit(request, of_client(client), pk)


@require_http_methods(["GET", "HEAD", "POST"])
@person_view
def own_channel_remove(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a channel of one's own away."""
    return _remove(request, _own(request), pk)


@require_http_methods(["GET", "HEAD", "POST"])
@practice_view(Permission.MANAGE_PRACTICE)
def practice_channel_remove(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a channel of the practice away."""
    return _remove(request, PRACTICE, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
def client_channel_remove(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Take a channel of a client away."""
    return _remove(request, of_client(client), pk)


@require_POST
@person_view
def own_channel_act(request: PortalRequest, pk: int, verb: str) -> HttpResponse:
    """Test a channel of one's own, or turn it on or off."""
    return _act(request, _own(request), pk, verb)


@require_POST
@practice_view(Permission.MANAGE_PRACTICE)
def practice_channel_act(request: PortalRequest, pk: int, verb: str) -> HttpResponse:
    """Test a channel of the practice, or turn it on or off."""
    return _act(request, PRACTICE, pk, verb)


@require_POST
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
def client_channel_act(request: PortalRequest, client: Client, pk: int, verb: str) -> HttpResponse:
    """Test a channel of a client, or turn it on or off."""
    return _act(request, of_client(client), pk, verb)


def _own(request: PortalRequest) -> Place:
    if request.access.practice is None:
        raise Http404
    return OWN


def _list(request: PortalRequest, place: Place) -> HttpResponse:
    context = {
        "place": place,
        "client": place.client,
        "channels": shown(place, request),
        "add_url": place.url("add"),
    }
    return render(request, "outbox/channels.html", context)


def _form(request: PortalRequest, place: Place, channel: Channel | None = None) -> ChannelForm:
    sent = request.POST if request.method == "POST" else None
    asks = place.client is not None and request.access.is_of_practice
    return ChannelForm(sent, channel=channel, asks_who_reads=asks, own=place.own)


def _add(request: PortalRequest, place: Place) -> HttpResponse:
    form = _form(request, place)
    if form.is_bound and form.is_valid():
        values = {"internal": request.access.is_of_practice, **form.values()}
        owner = {"person": request.access.user} if place.own else {"client": place.client}
        try:
            made = actions.add_channel(by=request.access.user, now=timezone.now(), **owner, **values)
        except Refused as refused:
            form.add_error("address", str(refused))
        else:
            messages.success(request, f"{made.name} was added. Send a test message to see that it works.")
            return redirect(place.home)
    return _page(request, place, form, "Add a channel", "Add channel")


def _edit(request: PortalRequest, place: Place, pk: int) -> HttpResponse:
    channel = get_object_or_404(place.rows(request), pk=pk)
    form = _form(request, place, channel)
    if form.is_bound and form.is_valid():
        try:
            actions.edit_channel(channel, by=request.access.user, **form.values())
        except Refused as refused:
            form.add_error("address", str(refused))
        else:
            messages.success(request, "The channel was changed.")
            return redirect(place.home)
    return _page(request, place, form, f"Change {channel.name}", "Save changes")


def _remove(request: PortalRequest, place: Place, pk: int) -> HttpResponse:
    channel = get_object_or_404(place.rows(request), pk=pk)
    if request.method == "POST":
        try:
            actions.remove_channel(channel, by=request.access.user, now=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"{channel.name} was removed, and its address forgotten.")
        return redirect(place.home)
    context = {"place": place, "client": place.client, "channel": channel}
    return render(request, "outbox/channel_remove.html", context)


def _act(request: PortalRequest, place: Place, pk: int, verb: str) -> HttpResponse:
    channel = get_object_or_404(place.rows(request), pk=pk)
    by, now = request.access.user, timezone.now()
    try:
        if verb == "test":
            actions.send_test(channel, by=by, now=now)
            said = (
                f"A test message is on its way to {channel.name}. What comes of it stands here in a moment."
            )
        elif verb == "on":
            actions.turn_on(channel, by=by)
            said = f"{channel.name} is on."
        else:
            actions.turn_off(channel, by=by)
            said = f"{channel.name} is off. What waits for it will not be sent."
        messages.success(request, said)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(place.home)


def _page(request: PortalRequest, place: Place, form: ChannelForm, title: str, submit: str) -> HttpResponse:
    context = {"place": place, "client": place.client, "form": form, "title": title, "submit": submit}
    return render(request, "outbox/channel_form.html", context)
