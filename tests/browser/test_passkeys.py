"""A passkey from the page's own script to the session, with an authenticator that Chromium plays."""

from __future__ import annotations

from collections.abc import Callable

from django.test import override_settings

from portal.tenancy.permissions import Role
from tests.browser.visitor import Visitor
from tests.browser.world import PASSWORD, make_person
from tests.conftest import make_member, make_practice

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


def test_a_passkey_is_made_and_used(site: str, visitor: Callable[..., Visitor]) -> None:
    user = make_person("Eve Ellis", "eve@northlight.test", enrolled=False)
    make_member(make_practice("Northlight Automation", "northlight"), user, Role.CONSULTANT)
    eve = visitor()
    wire = eve.context.new_cdp_session(eve.page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    with override_settings(OTP_WEBAUTHN_RP_ID="localhost", OTP_WEBAUTHN_ALLOWED_ORIGINS=[site]):
        eve.give_password(user, PASSWORD)
        eve.page.get_by_role("button", name="Add a passkey").click()
        eve.page.get_by_role("heading", name="Recovery codes").wait_for()
        eve.press("I have kept them")
        eve.open("/account/sign-out/")
        eve.page.get_by_role("button", name="Sign out").last.click()
        eve.page.wait_for_url("**/account/sign-in/**")
        eve.give_password(user, PASSWORD)
        eve.page.get_by_role("button", name="Use your passkey").click()
        eve.page.wait_for_url(f"{site}/")
    eve.open("/account/")
    assert eve.page.get_by_role("row", name="Passkey").is_visible()
