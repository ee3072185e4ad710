"""One's own account: name, second factors, recovery codes, and the page that asks for a second factor again."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from portal.accounts import actions, factors
from portal.accounts.forms import AddAppForm, CodeForm, DeviceNameForm, PersonForm
from portal.accounts.limits import limited
from portal.accounts.models import DemonstrationDevice
from portal.accounts.qr import qr_code
from portal.accounts.step_up import safe_next, step_up
from portal.accounts.views.passkeys import stepped_up
from portal.accounts.views.sign_in import AFTER_CODES, wrong_code
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, person_view

NEW_APP = "new_app"


@require_http_methods(["GET", "POST"])
@person_view
def account(request: PortalRequest) -> HttpResponse:
    """Everything about one's own account, and its name to change."""
    person = request.access.user
    form = PersonForm(request.POST or None, initial={"name": person.name})
    if request.method == "POST" and form.is_valid():
        actions.rename_person(by=person, name=form.cleaned_data["name"])
        messages.success(request, "Your name was changed.")
        return redirect("account")
    return render(
        request,
        "accounts/account.html",
        {
            "form": form,
            "person": person,
            "factors": factors.listed(person),
            "codes_left": factors.codes_left(person),
            "passkeys_offered": factors.passkeys_offered(),
            "has_password": person.has_usable_password(),
            "single_sign_on": bool(settings.OIDC_SERVER_URL)
            or SocialAccount.objects.filter(user=person).exists(),
        },
    )


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
@person_view
@step_up
def app_add(request: PortalRequest) -> HttpResponse:
    """Add an authenticator app to those one has."""
    person = request.access.user
    device = actions.begun_app(person, request.session.get(NEW_APP))
    form = AddAppForm(request.POST or None)
    if request.method == "POST" and device is not None and form.is_valid():
        code, name = form.cleaned_data["code"], form.cleaned_data["name"]
        if actions.confirm_app(by=person, device=device, code=code, name=name):
            request.session.pop(NEW_APP, None)
            messages.success(request, f"{name} is now one of your second factors.")
            return redirect("account")
        form.add_error("code", "That code was not accepted. Check the phone's clock and enter the next one.")
    if device is None:
        device = actions.begin_app(by=person)
        request.session[NEW_APP] = device.pk
    context = {"form": form, "qr": qr_code(device.address), "secret": device.groups}
    return render(request, "accounts/app_add.html", context)


def _verified_with(request: PortalRequest) -> Any:
    return request.access.user.otp_device  # type: ignore[union-attr]


def _device(request: PortalRequest, kind: str, pk: int) -> Any:
    for found_kind, device in factors.confirmed(request.access.user):
        if (found_kind, device.pk) == (kind, pk):
            return device
    raise Http404


@require_http_methods(["GET", "POST"])
@person_view
@step_up
def device_rename(request: PortalRequest, kind: str, pk: int) -> HttpResponse:
    """Give a second factor another name."""
    device = _device(request, kind, pk)
    form = DeviceNameForm(request.POST or None, initial={"name": device.name})
    if request.method == "POST" and form.is_valid():
        actions.rename_device(by=request.access.user, device=device, name=form.cleaned_data["name"])
        messages.success(request, "The name was changed.")
        return redirect("account")
    return render(request, "accounts/device_rename.html", {"form": form, "device": device})


@require_http_methods(["GET", "POST"])
@person_view
@step_up
def device_remove(request: PortalRequest, kind: str, pk: int) -> HttpResponse:
    """Remove a second factor, but never the last one."""
    device = _device(request, kind, pk)
    person = request.access.user
    if request.method == "GET":
        is_current = device.persistent_id == _verified_with(request).persistent_id
        return render(request, "accounts/device_remove.html", {"device": device, "is_current": is_current})
    try:
        actions.remove_device(by=person, device=device)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The second factor was removed.")
    return redirect("account")


@require_http_methods(["GET", "POST"])
@person_view
@step_up
def recovery_codes_renew(request: PortalRequest) -> HttpResponse:
    """Replace the recovery codes; the old ones stop working."""
    if request.method == "GET":
        return render(request, "accounts/recovery_codes_renew.html")
    actions.issue_codes(by=request.access.user, session=request.session)
    return redirect("recovery_codes")


@never_cache
@require_http_methods(["GET", "POST"])
@person_view
def recovery_codes(request: PortalRequest) -> HttpResponse:
    """Show new recovery codes, until the person says that they are kept."""
    codes = actions.new_codes(request.session)
    if request.method == "POST":
        request.session.pop(actions.NEW_CODES, None)
        return redirect(request.session.pop(AFTER_CODES, None) or "account")
    if not codes:
        return redirect("account")
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


@never_cache
@require_GET
@person_view
def recovery_codes_text(request: PortalRequest) -> HttpResponse:
    """The new recovery codes as a text file."""
    codes = actions.new_codes(request.session)
    if not codes:
        raise Http404
    lines = [f"Plumbline recovery codes of {request.access.user.email}", "Each works once.", "", *codes, ""]
    headers = {"Content-Disposition": 'attachment; filename="plumbline-recovery-codes.txt"'}
    return HttpResponse("\r\n".join(lines), content_type="text/plain; charset=utf-8", headers=headers)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
@person_view
def step_up_ask(request: PortalRequest) -> HttpResponse:
    """Ask a signed-in person for a second factor again, before something sensitive."""
    person, wished = request.access.user, safe_next(request, request.GET.get("next", "/"))
    in_demonstration = settings.DEMONSTRATION and isinstance(_verified_with(request), DemonstrationDevice)
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        if answer := limited(request, "step_up", user=person):
            return answer
        device = _verified_with(request) if in_demonstration else None
        if device is None and form.is_valid():
            device = factors.verify(person, form.cleaned_data["code"])
        if device is not None:
            return _passed(request, device, wished)
        if form.is_valid():
            actions.note(person, "second_factor.refused", proven=False)
            form.add_error("code", wrong_code(person))
    context = {
        "form": form,
        "passkey": factors.has_passkey(person),
        "in_demonstration": in_demonstration,
        "next_quoted": quote(wished),
    }
    return render(request, "accounts/step_up.html", context)


def _passed(request: PortalRequest, device: Any, wished: str) -> HttpResponse:
    stepped_up(request, device)
    if factors.kind_words(device) == "recovery code":
        left = factors.codes_left(request.access.user)
        actions.note(request.access.user, "recovery_code.use", details={"left": left})
    # allauth's own gate asks for this record before it lets its sensitive pages through.
    record_authentication(request, request.access.user, method="second_factor", reauthenticated=True)
    resumed: HttpResponse | None = resume_request(request)
    return resumed or redirect(wished)
