"""Texts that people write in Markdown, as safe HTML: CommonMark with tables; no raw HTML, no pictures."""

from __future__ import annotations

from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
DEEPEST = 6


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20})
    return reader.enable(["table", "strikethrough"]).disable("image")


def to_html(text: str, *, top: int = 3) -> SafeString:
    """Turn Markdown into HTML that a page may hold. `top`: the level that a first heading gets, 2 to 6.

    What is typed as HTML appears as text; links lead to http, https and mail addresses only; there are no pictures.
    """
    tokens = _reader().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + top - 1, DEEPEST)}"
    html = _reader().renderer.render(tokens, _reader().options, {})
    clean = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow"
    )
    return mark_safe(clean)  # noqa: S308 - cleaned on the line above


def to_text(text: str) -> str:
    """Give the words alone, a block a line: for searches and plain messages."""
    blocks = (token.children or () for token in _reader().parse(text) if token.type == "inline")
    lines = ["".join(map(_words, children)) for children in blocks]
    return "\n".join(line.strip() for line in lines if line.strip())


def _words(token: Token) -> str:
    if token.type in ("text", "code_inline"):
        return token.content
    return " " if token.type in ("softbreak", "hardbreak") else ""
