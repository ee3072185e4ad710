"""The scripts of the frame in Chromium: keys, menus, the error summary, the theme, uploads.

Pages are fetched first and then served to the browser from memory, with the headers they came with.
"""

import json
import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client as Browser

from portal.accounts.models import User
from portal.shell.context import THEME_COOKIE

pytestmark = pytest.mark.browser
SITE = "http://localhost"
Served = dict[str, tuple[int, bytes, dict[str, str]]]


def fetched(browser: Browser, *addresses: str) -> Served:
    served = {}
    for address in addresses:
        answer = browser.get(address)
        served[address] = (answer.status_code, answer.content, dict(answer.headers.items()))
    return served


class Tab:
    """One browser tab that knows only the pages given to it, and keeps what the console says."""

    def __init__(self, chromium: Any, served: Served, width: int = 1440) -> None:
        self.served, self.said, self.posts = served, [], []
        self.page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
        self.page.on(
            "console", lambda message: self.said.append(message.text) if message.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.route("**/*", self._answer)

    def _answer(self, route: Any) -> None:
        parts = urlsplit(route.request.url)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        if f"{parts.scheme}://{parts.netloc}" != SITE:
            self.said.append(f"asked another host: {route.request.url}")
            route.abort()
        elif route.request.method == "POST":
            self.posts.append((address, route.request.post_data or ""))
            good = "good.json" in (route.request.post_data or "")
            words = "12 nodes, 3 proposals" if good else "This is not an export: it broke at line 1."
            route.fulfill(
                status=200, content_type="application/json", body=json.dumps({"ok": good, "words": words})
            )
        elif parts.path.startswith("/static/"):
            file = Path(finders.find(parts.path.removeprefix("/static/")))
            route.fulfill(
                body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "font/woff2"
            )
        elif address in self.served:
            status, body, headers = self.served[address]
            route.fulfill(status=status, body=body, headers=headers)
        else:
            route.fulfill(status=404, content_type="text/plain", body="")

    def open(self, address: str) -> Any:
        self.page.goto(SITE + address)
        return self.page


@pytest.fixture
def pages(alice: User, signed_in: Callable[[User], Browser]) -> Callable[..., Served]:
    def fetch(*addresses: str, theme: str = "light") -> Served:
        browser = signed_in(alice)
        browser.cookies[THEME_COOKIE] = theme
        return fetched(browser, *addresses)

    return fetch


def test_single_keys_find_move_and_open(pages: Callable[..., Served], chromium: Any) -> None:
    page = Tab(chromium, pages("/specimen/", "/")).open("/specimen/")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.value") == "j"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "Name an owner for the Zendesk API key"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "Rotate the Xero OAuth token"
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(SITE + "/")


def test_single_keys_are_off_for_who_turned_them_off(
    alice: User, pages: Callable[..., Served], chromium: Any
) -> None:
    alice.shortcuts = False
    alice.save()
    page = Tab(chromium, pages("/settings/")).open("/settings/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "find"


def test_a_menu_closes_on_escape_and_on_a_click_outside(pages: Callable[..., Served], chromium: Any) -> None:
    page = Tab(chromium, pages("/specimen/")).open("/specimen/")
    menu = page.locator(".register details.menu").first
    menu.locator("summary").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    menu.locator("summary").click()
    page.locator("h1").click()
    assert menu.get_attribute("open") is None


def test_the_error_summary_is_focused_and_leads_to_the_wrong_part(
    pages: Callable[..., Served], chromium: Any
) -> None:
    page = Tab(chromium, pages("/specimen/")).open("/specimen/")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.get_by_role("link", name="that month has no day 31").click()
    assert page.evaluate("document.activeElement.name") == "renewal_on_day"


def test_the_theme_changes_at_once_and_is_told_to_the_server(
    pages: Callable[..., Served], chromium: Any
) -> None:
    tab = Tab(chromium, pages("/settings/"))
    page = tab.open("/settings/")
    with page.expect_response("**/settings/theme/"):
        page.get_by_role("button", name="Use the dark theme").click()
    assert page.locator("html[data-theme=dark]").count() == 1
    assert page.get_by_role("button", name="Use the light theme").count() == 1
    [(address, body)] = tab.posts
    assert address == "/settings/theme/"
    assert "dark" in body


def test_each_file_is_sent_alone_and_says_what_came_of_it(
    pages: Callable[..., Served], chromium: Any
) -> None:
    served = pages("/settings/")
    status, body, headers = served["/settings/"]
    form = (
        b'<form method="post" action="/upload/" enctype="multipart/form-data" data-upload data-upload-done="/">'
        b'<input type="hidden" name="csrfmiddlewaretoken" value="proof"><label>Files <input type="file" name="files" '
        b'multiple></label><button>Read</button></form><script src="/static/js/upload.js" defer></script>'
    )
    served["/settings/"] = (
        status,
        body.replace(b'<div class="masthead">', form + b'<div class="masthead">'),
        headers,
    )
    tab = Tab(chromium, served)
    page = tab.open("/settings/")
    files = [
        {"name": name, "mimeType": "application/json", "buffer": b"{}"}
        for name in ("good.json", "broken.json")
    ]
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="Read").click()
    page.get_by_text("1 of 2 files read.").wait_for()
    lines = page.locator(".uploads li").all_inner_texts()
    assert "12 nodes, 3 proposals" in lines[0]
    assert "Not read" in lines[1]
    assert "it broke at line 1" in lines[1]
    assert [body.count('name="files"') for _, body in tab.posts] == [1, 1]
    assert all("proof" in body for _, body in tab.posts)
    assert page.get_by_role("link", name="Continue").get_attribute("href") == "/"
    assert tab.said == []
