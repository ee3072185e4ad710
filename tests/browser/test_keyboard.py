"""The keyboard alone, on real pages: past the frame, into the finder, out of menus."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.visitor import Visitor
from tests.browser.world import World, fill, make_world
from tests.conftest import sign_in


@pytest.fixture(scope="module")
def world(site: str) -> World:
    """The cast and their clients with rows."""
    made = make_world()
    fill(made)
    return made


@pytest.fixture
def at(world: World, visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """Open an address as somebody who is signed in."""

    def open_as(who: str, address: str) -> Visitor:
        made = visitor()
        made.carry(sign_in(world.people[who]).cookies)
        made.open(address)
        return made

    return open_as


def focused(visitor: Visitor, of: str) -> str:
    return str(visitor.page.evaluate(f"String(document.activeElement.{of})"))


@pytest.mark.parametrize("who", ["alice", "carol"])
def test_the_first_tab_leads_past_the_frame(at: Callable[..., Visitor], who: str) -> None:
    visitor = at(who, "/c/alder/")
    keys = visitor.page.keyboard
    keys.press("Tab")
    assert focused(visitor, "hash") == "#main"
    assert visitor.page.evaluate("document.activeElement.getBoundingClientRect().top >= 0")
    keys.press("Enter")
    assert focused(visitor, "id") == "main"
    keys.press("Tab")
    assert visitor.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_slash_finds_from_anywhere(at: Callable[..., Visitor]) -> None:
    visitor = at("alice", "/c/alder/credentials/")
    keys = visitor.page.keyboard
    keys.press("/")
    assert focused(visitor, "id") == "find"
    keys.type("zz-alder key")
    with visitor.page.expect_navigation():
        keys.press("Enter")
    assert visitor.is_at("/search/")
    assert visitor.page.get_by_role("link", name="zz-alder key").first.is_visible()


def test_a_row_menu_opens_by_enter_and_closes_by_escape(at: Callable[..., Visitor]) -> None:
    visitor = at("alice", "/c/alder/credentials/")
    menu = visitor.page.locator("tbody details.menu").first
    menu.locator("summary").focus()
    visitor.page.keyboard.press("Enter")
    assert menu.get_attribute("open") is not None
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.closest('details.menu li') !== null")
    visitor.page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert focused(visitor, "tagName") == "SUMMARY"


def test_everything_in_view_can_be_reached_and_seen_by_tab(at: Callable[..., Visitor]) -> None:
    visitor = at("alice", "/c/alder/credentials/")
    page = visitor.page
    reached: list[str] = []
    for _ in range(120):
        page.keyboard.press("Tab")
        if focused(visitor, "tagName") == "BODY":
            break
        reached.append(focused(visitor, "outerHTML")[:80])
        ring = page.evaluate("(({outlineStyle, boxShadow}) => outlineStyle !== 'none' || boxShadow !== 'none')"
                             "(getComputedStyle(document.activeElement))")  # fmt: skip
        assert ring, f"no focus ring: {reached[-1]}"
    names = page.get_by_role("main").get_by_role("link").count()
    assert len(reached) > names
