"""Doors that a link opens: set-up, a sign-in link, an invitation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts import actions, invitations, setup
from portal.accounts.forms import SetUpForm
from portal.accounts.limits import limited
from portal.accounts.models import SignInLink, User
from portal.accounts.stages import SecondFactorStage
from portal.lib.refused import Refused
from portal.tenancy.decorators import public_view

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@sensitive_post_parameters("password1", "password2")
@never_cache
@require_http_methods(["GET", "POST"])
@public_view
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first practice and its owner, who then enrols a second factor."""
    if setup.usable_link(token, timezone.now()) is None:
        return _stale(request, "Run manage.py set_up_link on the machine for another one.")
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if answer := limited(request, "set_up"):
            return answer
        values = {name: value for name, value in form.cleaned_data.items() if not name.startswith("password")}
        try:
            owner = setup.set_up(token=token, password=form.cleaned_data["password1"], **values)
        except Refused as refusal:
            return _stale(request, str(refusal))
        return _through_stages(request, owner)
    return render(request, "accounts/set_up.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@public_view
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let in who is locked out. Reading burns nothing, because mail programs read links before people do."""
    link = actions.usable_link(token, timezone.now())
    if link is None:
        return _stale(request, "Ask for a new one.")
    if link.enters:
        return _enter_demonstration(request, link)
    if request.method == "GET":
        return render(request, "accounts/sign_in_link.html", {"person": link.user})
    if answer := limited(request, "sign_in_link"):
        return answer
    try:
        used = actions.use_link(token=token)
    except Refused as refusal:
        return _stale(request, str(refusal))
    return _through_stages(request, used.user, replaces=True)


@never_cache
@require_http_methods(["GET", "POST"])
@public_view
def invitation(request: HttpRequest, practice_id: UUID, token: str) -> HttpResponse:
    """Show what somebody is invited to; accept it, when signed in with the invited address."""
    found = invitations.opened(practice_id, token)
    if found is None:
        return _stale(request, "It may have been taken back. Ask who invited you for a new one.")
    person = request.user
    is_theirs = isinstance(person, User) and person.email.lower() == found.email.lower()
    if request.method == "POST" and is_theirs and isinstance(person, User):
        try:
            invitations.accept(found, by=person)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"You now have access to {found.client or found.practice}.")
            return redirect("today")
    if not person.is_authenticated:
        invitations.wait(request.session, found)
    context = {
        "invitation": found,
        "is_theirs": is_theirs,
        "has_account": User.objects.filter(email__iexact=found.email).exists(),
        "inviter": found.invited_by,
    }
    return render(request, "accounts/invitation.html", context)


def _stale(request: HttpRequest, what_to_do: str) -> HttpResponse:
    return render(request, "accounts/link_stale.html", {"what_to_do": what_to_do}, status=410)


def _through_stages(request: HttpRequest, user: User, *, replaces: bool = False) -> HttpResponse:
    """Send somebody whom a link vouches for through what follows the password."""
    if request.user.is_authenticated:
        get_adapter(request).logout(request)
    state: dict[str, Any] = {"stages": {SecondFactorStage.key: {"data": {"replaces": replaces}}}}
    answer: HttpResponse = perform_login(request, Login(user=user, email=user.email, state=state))
    return answer


def _enter_demonstration(request: HttpRequest, link: SignInLink) -> HttpResponse:
    if not settings.DEMONSTRATION:
        return _stale(request, "It opens in the demonstration only.")
    user: User = link.user
    user.otp_device = actions.demonstration_device(by=user)  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)
    actions.mark_verified(request.session)
    UserSession.objects.create_from_request(request)
    actions.note(user, "session.start", details={"second_factor": "demonstration link"})
    return redirect("today")
