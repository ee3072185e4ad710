"""Every address that answers with a page, as those who may open it: axe-core, reflow at three widths, both themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.urls import reverse

from tests.access_samples import Sample
from tests.browser.chromium import axe_faults, scrolls_sideways
from tests.browser.visitor import Visitor
from tests.browser.world import World, fill, make_world
from tests.conftest import sign_in
from tests.test_access import ADDRESSES

WIDTHS = (1440, 390, 320)
WHO = {
    "public": ("nobody",),
    "person": ("alice", "carol"),
    "practice": ("alice",),
    "client": ("alice", "carol"),
}
MARKS = {each.name: each.mark for each in ADDRESSES}


@pytest.fixture(scope="module")
def world(site: str) -> Iterator[World]:
    """The cast; nobody is asked for a second factor again while the module lasts."""
    with override_settings(
        STEP_UP_SECONDS=24 * 3600, SESSION_COOKIE_AGE=24 * 3600, ACCOUNT_RATE_LIMITS=False
    ):
        yield make_world()


@pytest.fixture(scope="module")
def places(world: World) -> dict[str, list[Sample]]:
    """The addresses with arguments, by name; those of a client for client A1."""
    found: dict[str, list[Sample]] = {}
    for sample in fill(world):
        if sample.client in ("", "alder"):
            found.setdefault(sample.name, []).append(sample)
    return found


@pytest.fixture(scope="module")
def visitors(world: World, chromium: Any, site: str) -> Iterator[Callable[[str], Visitor]]:
    """A visitor for each person, kept for the whole module."""
    kept: dict[str, Visitor] = {}

    def give(who: str) -> Visitor:
        if who not in kept:
            kept[who] = Visitor(chromium, site, reduced_motion="reduce")
            if who != "nobody":
                kept[who].carry(sign_in(world.people[who]).cookies)
        return kept[who]

    yield give
    for each in kept.values():
        each.context.close()


def faults_of_page(visitor: Visitor) -> list[object]:
    """What is wrong with the page that is open."""
    wrong: list[object] = list(visitor.unexpected())
    for theme, width in (("light", 1440), ("dark", 390)):
        look(visitor, theme, width)
        wrong += [(theme, width, *fault) for fault in axe_faults(visitor.page)]
    for theme in ("light", "dark"):
        for width in WIDTHS:
            look(visitor, theme, width)
            if sticks_out := scrolls_sideways(visitor.page):
                wrong.append((theme, width, sticks_out))
    visitor.complaints.clear()  # the policy stops styles of axe-core's own
    return wrong


def look(visitor: Visitor, theme: str, width: int) -> None:
    """Look at the page by day or by night, through a window of this width."""
    visitor.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    visitor.page.set_viewport_size({"width": width, "height": 900})


def is_page(visitor: Visitor, address: str) -> bool:
    """Tell whether an address answers this person with a page, and not with a file, a refusal or another address."""
    answer = visitor.context.request.get(address, max_redirects=0)
    return answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html")


def faults_at(visitor: Visitor, address: str) -> list[object]:
    """Open an address in a wide window and say what is wrong there."""
    visitor.complaints.clear()
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    visitor.open(address)
    return faults_of_page(visitor)


@pytest.mark.parametrize("name", sorted(MARKS))
def test_every_page_is_accessible_reflows_and_keeps_the_policy(
    name: str, places: dict[str, list[Sample]], visitors: Callable[[str], Visitor]
) -> None:
    wrong, pages = {}, 0
    for sample in places[name]:
        address = reverse(name, kwargs=sample.kwargs)
        for who in WHO[MARKS[name].kind]:
            if not is_page(visitors(who), address):
                continue
            pages += 1
            if faults := faults_at(visitors(who), address):
                wrong[f"{who} at {address}"] = faults
    assert wrong == {}
    assert (pages == 0) == (name in WITHOUT_PAGE), "an address with a page must be looked at"


WITHOUT_PAGE: set[str] = set()
