"""The passkey ceremonies: sign-in, first enrolment, step-up, a further passkey. They speak JSON with passkey.js."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django_otp import login as verify_session
from django_otp.models import Device
from django_otp_webauthn import exceptions
from django_otp_webauthn import views as ceremonies
from django_otp_webauthn.models import WebAuthnCredential

from portal.accounts import actions
from portal.accounts.models import User
from portal.accounts.stages import SecondFactorStage
from portal.accounts.step_up import safe_next, step_up
from portal.accounts.views.sign_in import finish, finish_enrolment, waiting_stage
from portal.tenancy.decorators import View, person_view, public_view


class _InStage:
    """The library expects somebody signed in; here it is the person who waits in the stage of signing in."""

    request: Any
    stage: SecondFactorStage | None

    def get_user(self) -> User:
        if not hasattr(self, "stage"):
            self.stage = waiting_stage(self.request)
        if self.stage is None:
            raise exceptions.NotAuthenticated
        user: User = self.stage.login.user
        user.is_verified = lambda: False  # type: ignore[attr-defined]
        return user


class _Enrolling(_InStage):
    """Nobody adds a passkey on a password alone: the stage says whether this person enrols now."""

    def user_is_mfa_enrolled(self, user: User) -> bool:
        return self.stage is None or not self.stage.must_enrol


class BeginInStage(_InStage, ceremonies.BeginCredentialAuthenticationView):  # type: ignore[misc]
    """Sign-in: hand out a challenge."""


class CompleteInStage(_InStage, ceremonies.CompleteCredentialAuthenticationView):  # type: ignore[misc]
    """Sign-in: check the answer, and sign in."""

    def handle_exception(self, exc: Exception) -> HttpResponse:
        if isinstance(exc, exceptions.OTPWebAuthnApiError) and getattr(self, "stage", None):
            actions.note(self.get_user(), "second_factor.refused", details={"kind": "passkey"}, proven=False)
        answer: HttpResponse = super().handle_exception(exc)
        return answer

    def check_device_usable(self, device: WebAuthnCredential) -> None:
        _refuse_others(device, self.get_user())
        super().check_device_usable(device)

    def complete_auth(self, device: WebAuthnCredential) -> None:
        assert self.stage is not None
        self.answer = finish(self.request, self.stage, device)

    def get_success_url(self) -> str:
        return self.answer["Location"]


class BeginEnrolment(_Enrolling, ceremonies.BeginCredentialRegistrationView):  # type: ignore[misc]
    """First second factor: hand out a challenge."""


class CompleteEnrolment(_Enrolling, ceremonies.CompleteCredentialRegistrationView):  # type: ignore[misc]
    """First second factor: keep the passkey, and sign in."""

    def post(self, *args: Any, **kwargs: Any) -> JsonResponse:
        user = self.get_user()
        _register(self, user)
        device = _newest(user)
        assert self.stage is not None
        answer = finish_enrolment(self.request, self.stage, device)
        return JsonResponse({"redirect_url": answer["Location"]})


class BeginStepUp(ceremonies.BeginCredentialAuthenticationView):  # type: ignore[misc]
    """Step-up: hand out a challenge."""


class CompleteStepUp(ceremonies.CompleteCredentialAuthenticationView):  # type: ignore[misc]
    """Step-up: check the answer."""

    def check_device_usable(self, device: WebAuthnCredential) -> None:
        _refuse_others(device, self.request.user)
        super().check_device_usable(device)

    def complete_auth(self, device: WebAuthnCredential) -> None:
        stepped_up(self.request, device)

    def get_success_url(self) -> str:
        return safe_next(self.request, self.request.GET.get("next", "/"))


class BeginAdding(ceremonies.BeginCredentialRegistrationView):  # type: ignore[misc]
    """A further passkey: hand out a challenge."""


class CompleteAdding(ceremonies.CompleteCredentialRegistrationView):  # type: ignore[misc]
    """A further passkey: keep it."""

    def post(self, *args: Any, **kwargs: Any) -> JsonResponse:
        _register(self, self.request.user)
        _newest(self.request.user)
        return JsonResponse({"redirect_url": reverse("account")})


def stepped_up(request: Any, device: Device) -> None:
    """Verify the session anew with `device`."""
    verify_session(request, device)
    actions.mark_verified(request.session)


def _refuse_others(device: WebAuthnCredential, user: Any) -> None:
    if device.user_id != user.pk:
        raise exceptions.CredentialNotFound


def _register(view: Any, user: User) -> None:
    state = view.get_state()
    with ceremonies.rewrite_exceptions(logger=None):
        view.get_helper().register_complete(user=user, state=state, data=view.request.data)


def _newest(user: User) -> WebAuthnCredential:
    device = WebAuthnCredential.objects.filter(user=user).latest("created_at", "pk")
    actions.take_up_passkey(user=user, device=device)
    return device


def _public(view: type) -> View:
    return public_view(view.as_view())  # type: ignore[attr-defined]


def _sensitive(view: type) -> View:
    return person_view(step_up(view.as_view()))  # type: ignore[attr-defined]


def _own(view: type) -> View:
    return person_view(view.as_view())  # type: ignore[attr-defined]


passkey_begin, passkey_complete = _public(BeginInStage), _public(CompleteInStage)
passkey_enrol_begin, passkey_enrol_complete = _public(BeginEnrolment), _public(CompleteEnrolment)
passkey_step_up_begin, passkey_step_up_complete = _own(BeginStepUp), _own(CompleteStepUp)
passkey_add_begin, passkey_add_complete = _sensitive(BeginAdding), _sensitive(CompleteAdding)
