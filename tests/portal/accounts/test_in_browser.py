"""The pages of signing in and of people in Chromium: axe, reflow, policy; and passkey.js with a virtual authenticator.

Requests of the browser are answered by Django in this process, with forgery checks on.
"""

from __future__ import annotations

import contextvars
import json
import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client as Browser

from portal.accounts.models import TotpDevice, User
from portal.embedded.install import find_chromium
from portal.shell.context import THEME_COOKIE
from portal.tenancy.models import Client, Practice
from tests.conftest import sign_in
from tests.portal.accounts.conftest import CHALLENGE, ENROL, PASSWORD, SIGN_IN, give_password
from tests.portal.accounts.inviting import invite

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine"),
]
SITE = "http://localhost"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STRANGERS = (
    SIGN_IN,
    "/account/sign-up/",
    "/account/password/forgotten/",
    "/account/confirm/",
    "/set-up/none/",
)
INSIDE = (
    "/account/",
    "/account/sessions/",
    "/account/second-factors/add/",
    "/account/email/",
    "/account/password/change/",
    "/account/recovery-codes/renew/",
    "/account/confirm-it-is-you/",
    "/practice/people/",
    "/practice/people/invite/",
    "/practice/clients/",
    "/practice/clients/add/",
    "/c/alder/edit/",
    "/c/alder/end/",
    "/c/alder/people/",
    "/c/alder/people/assign/",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def axe() -> str:
    import axe_playwright_python

    return next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text()


class Tab:
    """A browser tab whose every request is answered by one Django test browser."""

    def __init__(self, chromium: Any, behind: Browser, width: int = 1440) -> None:
        self.behind, self.said = behind, []
        self.context = contextvars.copy_context()  # Django keeps the test's database connection in it
        self.page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self._hear("error", str(error)))
        self.page.route("**/*", self._answer)

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error":
            self.said.append(text)

    def _answer(self, route: Any) -> None:
        asked = route.request
        parts = urlsplit(asked.url)
        if f"{parts.scheme}://{parts.netloc}" != SITE:
            self._hear("error", f"asked another host: {asked.url}")
            route.abort()
        elif parts.path.startswith("/static/"):
            file = Path(finders.find(parts.path.removeprefix("/static/")))
            kind = mimetypes.guess_type(file.name)[0] or "font/woff2"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            answer = self.context.run(self._ask, asked, parts)
            if answer.has_header("Location"):
                # The browser would follow by itself, past this handler.
                there = json.dumps(answer["Location"])
                route.fulfill(body=f"<script>location.replace({there})</script>", content_type="text/html")
            else:
                headers = dict(answer.headers.items())
                route.fulfill(status=answer.status_code, body=answer.content, headers=headers)

    def _ask(self, asked: Any, parts: Any) -> Any:
        kept = {"accept", "x-csrftoken", "origin", "referer"}
        headers = {name: value for name, value in asked.headers.items() if name in kept}
        return self.behind.generic(
            asked.method,
            parts.path + (f"?{parts.query}" if parts.query else ""),
            asked.post_data_buffer or b"",
            content_type=asked.headers.get("content-type", ""),
            headers={**headers, "Host": "localhost"},
        )

    def open(self, address: str) -> Any:
        self.page.goto(SITE + address)
        return self.page

    def faults(self, axe: str) -> list[object]:
        """What is wrong with the page that is open. Once a tab: the policy stops styles of axe's own, and says so."""
        page, said = self.page, [said for said in self.said if "status of 4" not in said]
        page.evaluate(axe)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
        wrong: list[object] = [(each["id"], [node["html"][:90] for node in each["nodes"]]) for each in found]
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            wide = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
            wrong.append(
                ("scrolls sideways", page.evaluate(f"{wide}.map(e => e.outerHTML.slice(0, 60)).slice(0, 5)"))
            )
        return wrong + said


@pytest.fixture
def world(alice: User, bob: User, carol: User, client_a1: Client, practice_a: Practice) -> User:
    """Enough people that every table has rows."""
    invite(alice, practice_a, "gus@northlight.test")
    invite(alice, client_a1, "ivy@alder.test")
    TotpDevice.objects.create(user=alice, name="Tablet", confirmed=True)
    return alice


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark"), (320, "light")])
def test_pages_are_accessible_reflow_and_keep_the_policy(
    chromium: Any, axe: str, world: User, eve: User, enrolled: User, width: int, theme: str
) -> None:
    wrong = {}
    for addresses, behind in ((STRANGERS, Browser()), (INSIDE, sign_in(world))):
        behind.cookies[THEME_COOKIE] = theme
        for address in addresses:
            tab = Tab(chromium, behind, width)
            tab.open(address)
            if faults := tab.faults(axe):
                wrong[address] = faults
            tab.page.context.close()
    assert wrong == {}


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (320, "light")])
def test_the_steps_of_signing_in_are_accessible(
    chromium: Any, axe: str, eve: User, alice: User, practice_a: Practice, width: int, theme: str
) -> None:
    behind = Browser()
    behind.cookies[THEME_COOKIE] = theme
    give_password(behind, eve)
    first = Tab(chromium, behind, width)
    first.open(ENROL)
    assert first.faults(axe) == []
    TotpDevice.objects.create(user=eve, name="Phone", confirmed=True)
    second = Tab(chromium, behind, width)
    second.open(CHALLENGE).get_by_role("button", name="Sign in", exact=True).click()
    second.page.get_by_text("There is a problem").wait_for()
    assert second.faults(axe) == []
    third = Tab(chromium, behind, width)
    third.open(invite(alice, practice_a, "gus@northlight.test"))
    assert third.faults(axe) == []


def test_a_passkey_is_made_and_used_by_the_pages_own_script(chromium: Any, eve: User, settings: Any) -> None:
    settings.OTP_WEBAUTHN_RP_ID = "localhost"
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = [SITE]
    tab = Tab(chromium, Browser(enforce_csrf_checks=True))
    wire = tab.page.context.new_cdp_session(tab.page)
    wire.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page = tab.open(SIGN_IN)

    def password() -> None:
        page.get_by_label("Email address").fill(eve.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()

    password()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.get_by_role("button", name="I have kept them").click()
    tab.open("/account/sign-out/").get_by_role("button", name="Sign out").last.click()
    tab.open(SIGN_IN)
    password()
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(f"{SITE}/")
    tab.open("/account/")
    assert page.get_by_role("row", name="Passkey").is_visible()
    assert tab.said == []
