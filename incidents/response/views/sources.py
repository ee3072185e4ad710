"""Sources of alerts: list, add, change, give a new secret, turn off and on. For those who lead the client's work."""

from __future__ import annotations

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from incidents.response.intake import sources as actions
from incidents.response.models import AlertSource
from incidents.response.pages.source_forms import SourceForm
from incidents.response.rules.returning import rule_words
from incidents.response.views.shared import changes, done, posted
from portal.accounts.step_up import step_up
from portal.tenancy.decorators import PortalRequest, View, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

MANAGE = Permission.MANAGE_CLIENT_PEOPLE


def _for_practice(view: View) -> View:
    """Keep a page to people of the practice; a client's own administrators have the same right."""

    @wraps(view)
    def guarded(request: PortalRequest, client: Client, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.access.is_of_practice:
            raise PermissionDenied("Alert sources are set up by the practice.")
        return view(request, client, *args, **kwargs)

    return guarded


@require_safe
@client_view(MANAGE)
@_for_practice
def source_list(request: PortalRequest, client: Client) -> HttpResponse:
    """List a client's sources and when each last sent something."""
    now = timezone.now()
    rows = AlertSource.objects.for_client(client).order_by("-enabled", "name")
    listed = [(row, bool(row.previous_until and now < row.previous_until)) for row in rows]
    context = {"client": client, "sources": listed, "rule": rule_words()}
    return render(request, "response/sources/list.html", context)


@never_cache
@changes
@client_view(MANAGE)
@_for_practice
@step_up
@sensitive_variables()
def source_add(request: PortalRequest, client: Client) -> HttpResponse:
    """Add a source and show its secret, this once."""
    form = SourceForm(posted(request))
    made: list[tuple[AlertSource, str]] = []

    def add() -> None:
        made.append(actions.add_source(client, form.cleaned_data, by=request.access.user, now=timezone.now()))

    if request.method == "POST" and done(form, add):
        source, secret = made[0]
        return _secret(request, client, source, secret)
    return _form(request, client, form, "Add an alert source", "Add source")


@changes
@client_view(MANAGE)
@_for_practice
def source_edit(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Change the name of a source and who may send."""
    source = _source(client, pk)
    form = SourceForm(posted(request), instance=AlertSource.objects.get(pk=source.pk))
    if request.method == "POST" and done(
        form, lambda: actions.edit_source(source, form.cleaned_data, by=request.access.user)
    ):
        messages.success(request, "The source is changed.")
        return redirect("source_list", client_slug=client.slug)
    return _form(request, client, form, f"Change {source.name}", "Save")


@never_cache
@changes
@client_view(MANAGE)
@_for_practice
@step_up
@sensitive_variables()
def source_rotate(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Ask, then give a source a new secret and show it, this once."""
    source = _source(client, pk)
    if request.method == "POST":
        source, secret = actions.rotate(source, by=request.access.user, now=timezone.now())
        return _secret(request, client, source, secret)
    return render(request, "response/sources/rotate.html", {"client": client, "source": source})


@require_POST
@client_view(MANAGE)
@_for_practice
def source_turn(request: PortalRequest, client: Client, pk: int, verb: str) -> HttpResponse:
    """Turn a source off, or on again."""
    if verb not in ("on", "off"):
        raise Http404
    source = actions.set_enabled(_source(client, pk), verb == "on", by=request.access.user)
    messages.success(request, f"{source.name} is turned {verb}.")
    return redirect("source_list", client_slug=client.slug)


def address_of(source: AlertSource) -> str:
    """Give the address to which a source sends."""
    kwargs = {"practice_id": source.practice_id, "public_id": source.public_id}
    return f"{settings.SITE_URL}{reverse('alert_ingest', kwargs=kwargs)}"


def _source(client: Client, pk: int) -> AlertSource:
    found: AlertSource | None = AlertSource.objects.for_client(client).filter(pk=pk).first()
    if found is None:
        raise Http404
    found.client = client
    return found


@sensitive_variables()
def _secret(request: PortalRequest, client: Client, source: AlertSource, secret: str) -> HttpResponse:
    context = {"client": client, "source": source, "secret": secret, "address": address_of(source)}
    return render(request, "response/sources/secret.html", context)


def _form(request: PortalRequest, client: Client, form: SourceForm, title: str, submit: str) -> HttpResponse:
    back = reverse("source_list", kwargs={"client_slug": client.slug})
    context = {"client": client, "form": form, "title": title, "submit": submit, "back": back}
    return render(request, "response/sources/form.html", context)
