"""The practice's people, and a client's: who has which role, invitations, the end of access."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import mail, people_actions, queries
from portal.accounts.limits import limited
from portal.accounts.models import Invitation
from portal.accounts.people_forms import AssignForm, EndAccessForm, InviteForm, RoleForm
from portal.accounts.step_up import step_up
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.permissions import CLIENT_ROLES, Permission, Role

CLIENT_PEOPLE_ROLES = [role for role in Role if role in CLIENT_ROLES]
STAFF_ROLES = [Role.LEAD, Role.CONSULTANT, Role.AUDITOR]


@require_GET
@practice_view(Permission.MANAGE_PEOPLE)
def people_list(request: PortalRequest) -> HttpResponse:
    """The practice's people and its open invitations."""
    context = {
        "people": queries.members(timezone.now()),
        "invitations": queries.open_invitations(None),
        "now": timezone.now(),
    }
    return render(request, "people/list.html", context)


@require_GET
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
def client_people_list(request: PortalRequest, client: Client) -> HttpResponse:
    """Who works for a client, who of the client looks in, and its open invitations."""
    ours, theirs = queries.assignments(client, timezone.now())
    context = {
        "client": client,
        "ours": ours,
        "theirs": theirs,
        "invitations": queries.open_invitations(client),
        "now": timezone.now(),
        "may_assign": request.access.is_of_practice,
    }
    return render(request, "people/client_list.html", context)


@require_http_methods(["GET", "POST"])
@practice_view(Permission.MANAGE_PEOPLE)
@step_up
def people_invite(request: PortalRequest) -> HttpResponse:
    """Invite somebody to the practice."""
    return _invite(request, None, list(Member.ROLES))


@require_http_methods(["GET", "POST"])
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
@step_up
def client_people_invite(request: PortalRequest, client: Client) -> HttpResponse:
    """Invite one of the client's people."""
    return _invite(request, client, CLIENT_PEOPLE_ROLES)


@require_http_methods(["GET", "POST"])
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
@step_up
def client_people_assign(request: PortalRequest, client: Client) -> HttpResponse:
    """Let one of the practice's people work for the client."""
    if not request.access.is_of_practice:
        raise PermissionDenied("Only people of the practice choose who of them works for you.")
    people = queries.assignable(client, timezone.now())
    form = AssignForm(request.POST or None, people=people, roles=STAFF_ROLES, **_zone(request))
    if request.method == "POST" and form.is_valid():
        try:
            people_actions.assign(
                by=request.access.user,
                client=client,
                user=form.cleaned_data["user"],
                role=Role(form.cleaned_data["role"]),
                until_at=form.until_at,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{form.cleaned_data['user']} now works for {client}.")
            return redirect("client_people_list", client_slug=client.slug)
    return _form(request, form, client, "Assign somebody", "Assign")


@require_http_methods(["GET", "POST"])
@practice_view(Permission.MANAGE_PEOPLE)
@step_up
def people_change_role(request: PortalRequest, pk: int) -> HttpResponse:
    """Give one of the practice's people another role."""
    return _change_role(request, _member(pk), None)


@require_http_methods(["GET", "POST"])
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
@step_up
def client_people_change_role(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Give somebody another role for the client."""
    return _change_role(request, _assignment(request, client, pk), client)


@require_http_methods(["GET", "POST"])
@practice_view(Permission.MANAGE_PEOPLE)
@step_up
def people_end(request: PortalRequest, pk: int) -> HttpResponse:
    """End one of the practice's people's access."""
    return _end(request, _member(pk), None)


@require_http_methods(["GET", "POST"])
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
@step_up
def client_people_end(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """End somebody's access to the client."""
    return _end(request, _assignment(request, client, pk), client)


@require_POST
@practice_view(Permission.MANAGE_PEOPLE)
@step_up
def invitation_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Send an invitation to the practice again, with a new link."""
    return _again(request, None, pk)


@require_POST
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
@step_up
def client_invitation_again(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Send an invitation of the client's people again, with a new link."""
    return _again(request, client, pk)


@require_POST
@practice_view(Permission.MANAGE_PEOPLE)
@step_up
def invitation_revoke(request: PortalRequest, pk: int) -> HttpResponse:
    """Take an invitation to the practice back."""
    return _revoke(request, None, pk)


@require_POST
@client_view(Permission.MANAGE_CLIENT_PEOPLE)
@step_up
def client_invitation_revoke(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Take an invitation of the client's people back."""
    return _revoke(request, client, pk)


def _zone(request: PortalRequest) -> dict[str, Any]:
    zone = request.access.practice.time_zone if request.access.practice else "UTC"
    return {"zone": zone, "today": timezone.now().astimezone(ZoneInfo(zone)).date()}


def _home(client: Client | None) -> HttpResponse:
    return redirect("client_people_list", client_slug=client.slug) if client else redirect("people_list")


def _form(request: PortalRequest, form: Any, client: Client | None, title: str, submit: str) -> HttpResponse:
    context = {
        "form": form,
        "client": client,
        "title": title,
        "submit": submit,
        "back": _home(client)["Location"],
    }
    return render(request, "people/form.html", context)


def _member(pk: int) -> Member:
    member: Member = get_object_or_404(Member.objects.active(timezone.now()).select_related("user"), pk=pk)
    return member


def _assignment(request: PortalRequest, client: Client, pk: int) -> Assignment:
    rows = Assignment.objects.filter(client=client).active(timezone.now()).select_related("user", "client")
    if not request.access.is_of_practice:
        rows = rows.filter(role__in=queries.CLIENT_VALUES)
    assignment: Assignment = get_object_or_404(rows, pk=pk)
    return assignment


def _invitation(client: Client | None, pk: int) -> Invitation:
    rows = Invitation.objects.open().select_related("client", "practice")
    invitation: Invitation = get_object_or_404(rows, pk=pk, client=client)
    return invitation


def _invite(request: PortalRequest, client: Client | None, roles: list[Role]) -> HttpResponse:
    if request.access.practice is None:
        raise Http404
    form = InviteForm(request.POST or None, roles=roles, **_zone(request))
    if request.method == "POST" and form.is_valid():
        if answer := limited(request, "invite", user=request.access.user):
            return answer
        try:
            invitation, token = people_actions.invite(
                by=request.access.user,
                practice=request.access.practice,
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
                client=client,
                until_at=form.until_at,
            )
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            _send(request, invitation, token)
            return _home(client)
    return _form(request, form, client, "Invite somebody", "Send invitation")


def _send(request: PortalRequest, invitation: Invitation, token: str) -> None:
    if mail.send_invitation(invitation, token):
        day = timezone.localtime(invitation.expires_at)
        messages.success(request, f"{invitation.email} is invited until {day:%A %-d %B %Y}.")
    else:
        messages.error(
            request,
            f"{invitation.email} is invited, but the message could not be sent. "
            "Check the mail settings, then send the invitation again.",
        )


def _change_role(request: PortalRequest, term: Member | Assignment, client: Client | None) -> HttpResponse:
    roles = queries.roles_to_give(request.access, term)
    form = RoleForm(request.POST or None, roles=roles, initial={"role": term.role}, **_zone(request))
    if request.method == "POST" and form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            people_actions.change_role(by=request.access.user, term=term, role=role, until_at=form.until_at)
        except Refused as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, f"{term.user} is now {role.label.lower()}.")
            return _home(client)
    return _form(request, form, client, f"Role of {term.user}", "Change role")


def _end(request: PortalRequest, term: Member | Assignment, client: Client | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None  # every field may be empty
    form = EndAccessForm(posted, **_zone(request))
    if request.method == "POST" and form.is_valid():
        why, until_at = form.cleaned_data["why"], form.until_at
        try:
            people_actions.end_access(by=request.access.user, term=term, until_at=until_at, why=why)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            end = f"ends with {form.cleaned_data['until_on']:%-d %B %Y}" if until_at else "has ended"
            messages.success(request, f"The access of {term.user} {end}.")
            return _home(client)
    return _form(request, form, client, f"End the access of {term.user}", "End access")


def _again(request: PortalRequest, client: Client | None, pk: int) -> HttpResponse:
    invitation = _invitation(client, pk)
    if answer := limited(request, "invite", user=request.access.user):
        return answer
    try:
        token = people_actions.invite_again(by=request.access.user, invitation=invitation)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        invitation.refresh_from_db()
        _send(request, invitation, token)
    return _home(client)


def _revoke(request: PortalRequest, client: Client | None, pk: int) -> HttpResponse:
    invitation = _invitation(client, pk)
    try:
        people_actions.revoke(by=request.access.user, invitation=invitation)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"The invitation of {invitation.email} was taken back.")
    return _home(client)
