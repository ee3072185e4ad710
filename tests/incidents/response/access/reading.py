"""Reading a site as far as somebody gets: every link, every file, every row; and what each answer says."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit
from zipfile import ZipFile

from django.apps import apps
from django.test import Client as Browser
from django.urls import Resolver404, resolve

from tests.papers import text_of

#: Where a link changes nothing but the order, the language of the page, or who is signed in.
_ASIDE = re.compile(r"[?&](?:sort|page|theme)=|/account/(?:sign-out|email)|/static/|^/check/")
MOST_OF_A_SORT = 4
#: Bytes, where a measure is tracked, and what the reviewer wrote to the author.
CONCEALED = {"content", "tracking_url", "review_note"}
_LINK = re.compile(r'(?:href|action|hx-get)="([^"#]+)')


def text(response: Any) -> str:
    """Everything that an answer says: its headers, and its body in plain words also where it is a file."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    said = str(sorted(response.headers.items()))
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as book:
            return said + "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    if content.startswith(b"%PDF"):
        return said + text_of(content) + content.decode("latin-1")
    # A calendar breaks its lines anywhere: RFC 5545, 3.1.
    return said + content.decode("utf-8", "replace").replace("\r\n ", "")


def walk(browser: Browser, starts: list[str]) -> Iterator[tuple[str, Any, str]]:
    """Follow every link of every page from the starts on; give address, answer and what it says.

    Of pages of one sort, such as those of fifty controls, the first are read.
    """
    queue, known, sorts = deque(starts), set(starts), Counter[str]()
    while queue:
        address = queue.popleft()
        sort = _sort(address)
        sorts[sort] += 1
        if sorts[sort] > MOST_OF_A_SORT and address not in starts:
            continue
        response = browser.get(address)
        said = text(response)
        yield address, response, said
        if "text/html" not in response.headers.get("Content-Type", ""):
            queue.extend(_new(address, [response.headers.get("Location", "")], known))
        else:
            queue.extend(_new(address, [unescape(each) for each in _LINK.findall(said)], known))


def _sort(address: str) -> str:
    """Name the sort of page: its entry in the site map, and whether it is narrowed."""
    path, _, query = address.partition("?")
    try:
        return f"{resolve(path).url_name}{bool(query)}"
    except Resolver404:
        return path


def _new(base: str, links: list[str], known: set[str]) -> list[str]:
    found = []
    for link in links:
        parts = urlsplit(urljoin(base, link))
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        outside = parts.netloc and parts.netloc != "testserver"
        if not link or outside or parts.scheme == "mailto" or _ASIDE.search(address) or address in known:
            continue
        known.add(address)
        found.append(address)
    return found


def rows_in_reach() -> Iterator[tuple[str, str]]:
    """Give every row of every table that the scope sees, as text; files are read by their own pages.

    A policy lets rows through whole: of two columns it is the pages alone that keep them from the client's people.
    """
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        if "practice" in names or "practice_id" in names:
            for row in model._default_manager.values(*(names - CONCEALED)):
                yield model._meta.label, str(row)
