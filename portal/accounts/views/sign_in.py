"""Between the password and the session: the second factor asked for, or enrolled for the first time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import stash_login
from allauth.account.stages import LoginStageController
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp.models import Device

from portal.accounts import actions, factors
from portal.accounts.forms import CodeForm, EnrolForm
from portal.accounts.limits import limited
from portal.accounts.qr import qr_code
from portal.accounts.stages import SecondFactorStage
from portal.tenancy.decorators import View, public_view

MOST_TRIES = 5
AFTER_CODES = "after_recovery_codes"
StageView = Callable[..., HttpResponseBase]


def waiting_stage(request: HttpRequest) -> SecondFactorStage | None:
    """Give the stage at which somebody has shown a password and is not signed in yet."""
    if request.user.is_authenticated:
        return None
    stage: SecondFactorStage | None = LoginStageController.enter(request, SecondFactorStage.key)
    return stage


def in_stage(view: StageView) -> View:
    """Guard a page between password and session; the view is called as `view(request, stage)`."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("today")
        stage = waiting_stage(request)
        return view(request, stage, *args, **kwargs) if stage else redirect("account_login")

    return public_view(guarded)


def finish(request: HttpRequest, stage: SecondFactorStage, device: Device) -> HttpResponse:
    """Sign in the person who has shown `device`, and note it. Gives where to go."""
    user = stage.login.user
    user.otp_device = device  # django-otp's receiver of the login signal puts it into the session
    response: HttpResponse = stage.exit()
    if request.user.is_authenticated:
        actions.mark_verified(request.session)
        record_authentication(request, user, method="second_factor", reauthenticated=True)
        kind = factors.kind_words(device)
        if kind == "recovery code":
            actions.note(user, "recovery_code.use", details={"left": factors.codes_left(user)})
        actions.note(user, "session.start", details={"second_factor": kind})
    return response


def finish_enrolment(request: HttpRequest, stage: SecondFactorStage, device: Device) -> HttpResponse:
    """Sign in with the factor just enrolled, replace what a sign-in link set aside, and show recovery codes."""
    user = stage.login.user
    if stage.state.get("replaces"):
        actions.set_aside_others(by=user, keep=device)
    response = finish(request, stage, device)
    if not request.user.is_authenticated:
        return response
    actions.issue_codes(by=user, session=request.session)
    request.session[AFTER_CODES] = response["Location"]
    return redirect("recovery_codes")


def refused(request: HttpRequest, stage: SecondFactorStage) -> HttpResponse | None:
    """Count a wrong code. Gives an answer when it was the last try: the password has to be entered again."""
    actions.note(stage.login.user, "second_factor.refused", proven=False)
    stage.state["tries"] = stage.state.get("tries", 0) + 1
    stash_login(request, stage.login)
    if stage.state["tries"] < MOST_TRIES:
        return None
    actions.note(stage.login.user, "second_factor.lock", details={"tries": MOST_TRIES}, proven=False)
    messages.error(request, "Too many wrong codes. Start again with your password.")
    aborted: HttpResponse = stage.abort()
    return aborted


def wrong_code(user: Any) -> str:
    """Say what to do after a wrong code."""
    wait = factors.must_wait(user)
    if wait > 2:
        return f"That code was not accepted. Wait {wait} seconds, then enter a new one."
    return "That code was not accepted. Wait for the next one and enter that."


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@in_stage
def second_factor(request: HttpRequest, stage: SecondFactorStage) -> HttpResponse:
    """Ask for a code or a passkey."""
    if stage.must_enrol:
        return redirect("second_factor_enrol")
    user = stage.login.user
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if answer := limited(request, "second_factor", key=str(user.pk)):
            return answer
        device = factors.verify(user, form.cleaned_data["code"])
        if device is not None:
            return finish(request, stage, device)
        if answer := refused(request, stage):
            return answer
        form.add_error("code", wrong_code(user))
    return render(
        request,
        "accounts/second_factor.html",
        {"form": form, "passkey": factors.has_passkey(user), "person": user},
    )


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@in_stage
def second_factor_enrol(request: HttpRequest, stage: SecondFactorStage) -> HttpResponse:
    """Enrol the first second factor. With one in place a password alone never gets here."""
    if not stage.must_enrol:
        return redirect("second_factor")
    user = stage.login.user
    device = actions.begun_app(user, stage.state.get("device"))
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and device is not None and form.is_valid():
        if answer := limited(request, "second_factor", key=str(user.pk)):
            return answer
        if actions.confirm_app(by=user, device=device, code=form.cleaned_data["code"]):
            return finish_enrolment(request, stage, device)
        form.add_error("code", "That code was not accepted. Check the phone's clock and enter the next one.")
    if device is None:
        device = actions.begin_app(by=user)
        stage.state["device"] = device.pk
        stash_login(request, stage.login)
    return render(
        request,
        "accounts/second_factor_enrol.html",
        {
            "form": form,
            "qr": qr_code(device.address),
            "secret": device.groups,
            "passkeys_offered": factors.passkeys_offered(),
            "replaces": stage.state.get("replaces", False),
            "person": user,
        },
    )


@require_POST
@in_stage
def sign_in_cancel(request: HttpRequest, stage: SecondFactorStage) -> HttpResponse:
    """Leave the stage, to sign in as somebody else."""
    aborted: HttpResponse = stage.abort()
    return aborted
