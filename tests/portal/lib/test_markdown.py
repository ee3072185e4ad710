"""Markdown becomes HTML that a page may hold, whatever was typed."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.markdown import to_html, to_text


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_paragraphs_lists_and_tables_are_shown() -> None:
    html = to_html("What **broke**:\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "<strong>broke</strong>" in html
    assert html.count("<li>") == 2
    assert "<td>2</td>" in html


@pytest.mark.parametrize(("top", "expected"), [(2, "<h2>"), (3, "<h3>"), (6, "<h6>")])
def test_headings_take_their_place_under_the_pages_own(top: int, expected: str) -> None:
    assert to_html("# Cause", top=top).startswith(expected)


def test_headings_never_go_deeper_than_six() -> None:
    assert to_html("###### Small", top=4).startswith("<h6>")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        "![x](https://elsewhere.test/pixel.png)",
        "<img src=x onerror=alert(1)>",
        "[x](https://a.test 'a\" onmouseover=\"alert(1)')",
        "<a href='https://a.test' style='position:fixed'>x</a>",
        "```\n</code><script>alert(1)</script>\n```",
    ],
)
def test_nothing_that_runs_loads_or_styles_comes_through(text: str) -> None:
    page = Page()
    page.feed(to_html(text))
    assert not page.tags & {"script", "img", "iframe", "style"}
    assert not page.attributes - {"href", "title", "rel"}
    assert not [link for link in page.links if not link.startswith(("https://", "http://", "mailto:"))]


def test_a_link_keeps_its_address_and_tells_nobody_where_it_was() -> None:
    html = to_html("[the log](https://logs.example.test/1)")
    assert 'href="https://logs.example.test/1"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


@given(st.text(max_size=300))
def test_any_text_gives_html_with_our_tags_alone(text: str) -> None:
    html = to_html(text).lower()
    for tag in ("<script", "<iframe", "<img", "<style", "<form", "<svg", "<object"):
        assert tag not in html


def test_the_words_alone_can_be_had() -> None:
    assert (
        to_text("# Cause\n\nThe *retry* step, see `run 7`.\n\n- a\n- b")
        == "Cause\nThe retry step, see run 7.\na\nb"
    )
