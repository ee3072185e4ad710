"""One person at one browser tab, who hears every complaint of the browser and remembers where they have been."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django_otp.oath import totp

from portal.accounts.models import TotpDevice, User

PATIENCE = 45_000  # milliseconds; a loaded machine is no fault of the product
TELL_OF_THE_POLICY = """addEventListener('securitypolicyviolation', event =>
    console.error(`the policy stopped ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""
A_REFUSAL = "Failed to load resource: the server responded with a status of 4"


class Visitor:
    """A browser context of its own: cookies, one page, its `complaints`, and what it `visited` (method, address)."""

    def __init__(self, chromium: Any, site: str, **options: Any) -> None:
        viewport = {"width": options.pop("width", 1440), "height": 900}
        self.site, self.complaints = site, list[str]()
        self.visited = dict[tuple[str, str], None]()
        self.context = chromium.new_context(base_url=site, viewport=viewport, **options)
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(TELL_OF_THE_POLICY)
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self._complain(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("request", self._note)

    def _complain(self, text: str) -> None:
        self.complaints.append(f"{urlsplit(self.page.url).path}: {text}")

    def _note(self, asked: Any) -> None:
        if not asked.url.startswith((self.site, "data:", "blob:")):
            self._complain(f"asked another host: {asked.url}")
        elif "/static/" not in asked.url:
            self.visited[asked.method, asked.url.removeprefix(self.site)] = None

    def open(self, address: str) -> Any:
        """Go to an address and give its answer."""
        return self.page.goto(address)

    def is_at(self, address: str) -> bool:
        """Tell whether the page that is open has this path."""
        return bool(urlsplit(self.page.url).path == address)

    def shows(self, text: str) -> bool:
        """Tell whether a text stands on the page, waiting for it."""
        self.page.get_by_text(text).first.wait_for()
        return True

    def press(self, name: str) -> None:
        """Press the button of that name and wait for the page that comes."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def follow(self, name: str) -> None:
        """Follow the first link of that name; a count may stand behind it."""
        named = re.compile(rf"^{re.escape(name)}( \d.*)?$")
        self.page.get_by_role("link", name=named).first.click()
        self.page.wait_for_load_state()

    def carry(self, cookies: Any) -> None:
        """Take over the session of a Django test browser."""
        here = [{"name": each.key, "value": each.value, "url": self.site} for each in cookies.values()]
        self.context.add_cookies(here)

    def give_password(self, user: User, password: str) -> None:
        """Type address and password."""
        self.open("/account/sign-in/")
        self.page.get_by_label("Email address").fill(user.email)
        self.page.get_by_label("Password").fill(password)
        self.press("Sign in")

    def sign_in(self, user: User, password: str) -> None:
        """Sign in with password and authenticator app."""
        self.give_password(user, password)
        assert self.is_at("/account/second-factor/")
        self.type_code(code_of(user), "Sign in")
        assert not self.is_at("/account/second-factor/")

    def sign_in_first(self, user: User, password: str) -> None:
        """Sign in for the first time: the key that the page shows goes into an app."""
        self.give_password(user, password)
        assert self.is_at("/account/second-factor/enrol/")
        self.enrol()
        self.press("I have kept them")

    def type_code(self, code: str, button: str) -> None:
        """Type a code of the authenticator app."""
        self.page.get_by_label("Code").fill(code)
        self.press(button)

    def enrol(self) -> None:
        """Put the key that the page shows (base 32, in groups) into an app and type the code that it gives."""
        self.page.get_by_text("You cannot scan it?").click()
        key = self.page.locator("details[open] [translate=no]").inner_text()
        self.type_code(code_from(base64.b32decode(key.replace(" ", "")).hex()), "Add this app")
        self.page.get_by_role("heading", name="Recovery codes").wait_for()

    def take(self, link: str, folder: Path) -> Path:
        """Download what a link gives, and say where it lies now."""
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=link).first.click()
        file = folder / coming.value.suggested_filename
        coming.value.save_as(file)
        return file

    def ask(self, method: str, address: str) -> int:
        """Ask for an address without going there, and give the status of the answer. What is sent is empty."""
        cookies = {each["name"]: each["value"] for each in self.context.cookies()}
        form = {"csrfmiddlewaretoken": cookies.get("csrf", "")} if method == "POST" else None
        answer = self.context.request.fetch(address, method=method, form=form, max_redirects=0)
        return int(answer.status)

    def unexpected(self) -> list[str]:
        """The complaints, without those about answers that the test asked for."""
        return [each for each in self.complaints if A_REFUSAL not in each]


def code_of(user: User) -> str:
    """What the person's authenticator app shows now."""
    device = TotpDevice.objects.get(user=user, confirmed=True)
    return code_from(device.secret)


def code_from(secret: str) -> str:
    """What an authenticator app shows now that was given this seed (hexadecimal)."""
    return f"{totp(bytes.fromhex(secret)):06d}"


def not_refused(asked: list[tuple[str, str]], outsiders: list[Visitor]) -> list[tuple[str, str, int]]:
    """Ask outsiders' browsers for every address again; give those that were answered with anything but 404."""
    answers = [(*each, other.ask(*each)) for each in asked for other in outsiders]
    return [answer for answer in answers if answer[2] != 404]
