"""Where allauth asks us: who may sign up, what a sign-in passes through, what is noted."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse, SignupClosedException
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from portal.accounts import invitations
from portal.accounts.actions import note
from portal.accounts.models import User
from portal.accounts.tokens import digest
from portal.lib.refused import Refused

LOCK_NOTED_FOR = 300
ACCEPTED = "accepted_invitation"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up by invitation alone, sign-in through the second factor, everything noted."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is switched off. Ask an owner of the practice.",
        "email_password_mismatch": "The email address or the password is wrong.",
        "email_taken": "There is an account with this address. Sign in instead.",
        "enter_current_password": "Enter your present password.",
        "incorrect_password": "The password is wrong.",
        "invalid_password_reset": "This link has been used or has run out. Ask for a new one.",
        "too_many_login_attempts": "Too many wrong passwords. Wait five minutes, or set a new password.",
        "rate_limited": "Too many tries. Wait a minute, then try again.",
        "same_as_current": "Enter another address than the present one.",
    }

    def get_login_stages(self) -> list[str]:
        """The confirmed address, then the second factor; nothing after it."""
        return ["allauth.account.stages.EmailVerificationStage", "portal.accounts.stages.SecondFactorStage"]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """Send allauth's own "are you still you" to our step-up."""
        if not user.is_authenticated:
            return []
        return [{"id": "second_factor", "description": "Second factor", "url": reverse("step_up")}]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Only while an invitation waits in the session."""
        return invitations.waiting(request.session) is not None

    def clean_email(self, email: str) -> str:
        """Refuse at sign-up any address but the invited one."""
        cleaned: str = super().clean_email(email)
        match = self.request.resolver_match if self.request else None
        is_sign_up = match is not None and match.url_name in ("account_signup", "socialaccount_signup")
        if is_sign_up and self._invited_address().lower() != cleaned.lower():
            raise ValidationError("This is not the address that was invited. Use the invited one.")
        return cleaned

    def _invited_address(self) -> str:
        # Accepting consumes the invitation, and allauth cleans the address once more after it.
        invitation = invitations.waiting(self.request.session)
        return getattr(self.request, ACCEPTED, "") or (invitation.email if invitation else "")

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Make the invited person's account and give them the role they were invited to.

        Whoever holds the invitation's link has read it in the invited mailbox, so the address counts as confirmed.
        """
        invitation = invitations.waiting(request.session)
        if invitation is None:
            raise SignupClosedException
        user.name = form.cleaned_data.get("name", "").strip() or user.name
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            _accept(request, saved)
        setattr(request, ACCEPTED, invitation.email)
        self.stash_verified_email(request, invitation.email)
        return saved

    def set_password(self, user: User, password: str) -> None:
        """Keep a new password, and note that it was changed."""
        super().set_password(user, password)
        note(user, "password.change")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try; note once in five minutes that an account is locked."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            address = str(credentials.get("email", "")).lower()
            if cache.add(f"accounts:locked:{digest(address)}", True, LOCK_NOTED_FOR):
                _note_about(address, "sign_in.lock")
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password for somebody we know."""
        address = str(credentials.get("email", ""))
        _note_about(address, "sign_in.refused")

    def logout(self, request: HttpRequest) -> None:
        """Sign out, and note it."""
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            note(user, "session.end", details={"how": "signed out"})


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on makes an account for the invited, confirmed address alone, and takes over none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Only when the identity provider vouches for the very address that was invited."""
        invitation = invitations.waiting(request.session)
        return invitation is not None and any(
            address.verified and address.email.lower() == invitation.email.lower()
            for address in sociallogin.email_addresses
        )

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Take the name from the identity provider."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = [data.get("first_name") or "", data.get("last_name") or ""]
        user.name = (data.get("name") or " ".join(parts).strip() or user.email.split("@")[0])[:120]
        user.email = user.email.lower()
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Make the invited person's account and give them the role they were invited to."""
        with transaction.atomic():
            user: User = super().save_user(request, sociallogin, form)
            if form is None:
                _accept(request, user)
                setattr(request, ACCEPTED, user.email)
        return user


def _accept(request: HttpRequest, user: User) -> None:
    try:
        invitations.accept_waiting(request.session, by=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        raise ImmediateHttpResponse(redirect("account_login")) from refusal


def _note_about(address: str, name: str) -> None:
    user = User.objects.filter(email__iexact=address).first()
    if user is not None:
        note(user, name, proven=False)
