"""The escalation path: whom to ask, in their order, on both sides."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clients.engagements.actions import contacts as actions
from clients.engagements.forms import ContactForm, RetireForm, VerifyForm
from clients.engagements.models import Contact
from clients.engagements.pages import sides_of, sides_open_to
from clients.engagements.queries import contacts_of, gaps_of, path_of, today_of, users_of_side
from clients.engagements.rules import escalation
from clients.engagements.views.shared import history_of, page, posted, show_refusal
from portal.lib.dates import format_table
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

changes = require_http_methods(["GET", "HEAD", "POST"])


@client_view(Permission.VIEW_CLIENT)
@require_safe
def contact_list(request: PortalRequest, client: Client) -> HttpResponse:
    """Show the contacts of both sides, and who is missing."""
    contacts = contacts_of(client)
    practice = request.access.practice
    name = practice.name if practice else ""
    sides = sides_of(
        client, contacts, name, today_of(client, timezone.now()), sides_open_to(request.access, client)
    )
    context = page(request, client, "contact_list", sides=sides, gaps=gaps_of(client, contacts, name))
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "engagements/contacts/list.html", context)


@sensitive_post_parameters()
@client_view(Permission.EDIT_CONTACTS)
@changes
def contact_add(request: PortalRequest, client: Client, side: str) -> HttpResponse:
    """Put somebody on the path of a side."""
    _refuse_other_side(request, client, side)
    now = timezone.now()
    places = len(path_of(contacts_of(client), side)) + 1
    blank = Contact(
        practice_id=client.practice_id, client=client, side=side, position=min(places, escalation.MOST)
    )
    form = ContactForm(
        posted(request),
        contact=blank,
        places=min(places, escalation.MOST),
        users=users_of_side(client, side, now),
    )
    if request.method == "POST" and form.is_valid():
        verified_on = today_of(client, now) if form.cleaned_data["verified"] else None
        try:
            contact = actions.add_contact(
                client,
                side,
                form.values(),
                by=request.access.user,
                now=now,
                position=form.cleaned_data["position"],
                verified_on=verified_on,
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"{contact} is on the escalation path.")
            return redirect("contact_list", client_slug=client.slug)
    context = page(
        request, client, "contact_list", form=form, side=side, title="Add a contact", submit="Add contact"
    )
    return render(request, "engagements/contacts/form.html", context)


@sensitive_post_parameters()
@client_view(Permission.EDIT_CONTACTS)
@changes
def contact_edit(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Change the details of a contact, or their place on the path."""
    contact = _contact_or_404(request, client, pk)
    now = timezone.now()
    form = ContactForm(
        posted(request),
        contact=contact,
        places=len(path_of(contacts_of(client), contact.side)),
        users=users_of_side(client, contact.side, now),
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.edit_contact(
                contact,
                form.values(),
                by=request.access.user,
                now=now,
                position=form.cleaned_data["position"],
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            again = "" if saved.verified_on else " Verify the new details next."
            messages.success(request, f"{saved} was changed.{again}")
            return redirect("contact_list", client_slug=client.slug)
    may_read = request.access.may(Permission.VIEW_ACTIVITY, client)
    context = page(
        request,
        client,
        "contact_list",
        form=form,
        side=contact.side,
        contact=contact,
        title=f"Change {contact}",
        submit="Save changes",
        lines=history_of(contact, client) if may_read else None,
    )
    return render(request, "engagements/contacts/form.html", context)


@client_view(Permission.EDIT_CONTACTS)
@changes
def contact_verify(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Record that a contact was reached."""
    contact = _contact_or_404(request, client, pk)
    now = timezone.now()
    form = VerifyForm(posted(request), today=today_of(client, now))
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.verify_contact(
                contact, by=request.access.user, now=now, verified_on=form.cleaned_data["verified_on"]
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            until = escalation.verified_until(saved.verified_on)
            next_on = f" Verify again by {format_table(until)}." if until else ""
            messages.success(request, f"{saved} is verified.{next_on}")
            return redirect("contact_list", client_slug=client.slug)
    context = page(request, client, "contact_list", form=form, contact=contact)
    return render(request, "engagements/contacts/verify.html", context)


@client_view(Permission.EDIT_CONTACTS)
@changes
def contact_retire(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Take somebody off the path, with the reason."""
    contact = _contact_or_404(request, client, pk)
    form = RetireForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.retire_contact(
                contact, by=request.access.user, now=timezone.now(), why=form.cleaned_data["why"]
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"{contact} is off the escalation path.")
            return redirect("contact_list", client_slug=client.slug)
    context = page(request, client, "contact_list", form=form, contact=contact)
    return render(request, "engagements/contacts/retire.html", context)


def _contact_or_404(request: PortalRequest, client: Client, pk: int) -> Contact:
    rows = Contact.objects.for_client(client).live().select_related("user", "verified_by")
    contact: Contact = get_object_or_404(rows, pk=pk)
    contact.client = client
    _refuse_other_side(request, client, contact.side)
    return contact


def _refuse_other_side(request: PortalRequest, client: Client, side: str) -> None:
    if side not in sides_open_to(request.access, client):
        raise PermissionDenied(
            "The practice keeps its own contacts. Ask the people who work for you to change them."
        )
