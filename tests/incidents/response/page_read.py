"""Pages as the tests read them: the elements of the HTML, and their words as one line."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

import tinyhtml5


class Page:
    """A page that was asked for."""

    def __init__(self, browser: Any, address: str) -> None:
        response = browser.get(address)
        assert response.status_code == 200, (address, response.status_code)
        self.root: Element = tinyhtml5.parse(response.content.decode(), namespace_html_elements=False)

    def all(self, path: str) -> list[Element]:
        """The elements at a path such as `.//h2`, in their order."""
        return list(self.root.iterfind(path))

    def of_class(self, tag: str, name: str) -> list[Element]:
        """The elements of a tag that have a class among theirs."""
        return [each for each in self.root.iter(tag) if name in each.get("class", "").split()]

    def section(self, key: str) -> Element | None:
        """The section that is named by the heading of this id."""
        return self.root.find(f".//section[@aria-labelledby='{key}']")


def words(element: Element | None) -> str:
    """What an element says, as one line."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def instant(element: Element) -> datetime:
    """The instant of the first time element in it."""
    return datetime.fromisoformat(next(element.iter("time")).get("datetime", ""))


def facts(page: Page, key: str) -> dict[str, str]:
    """The list of facts of a section, by what stands before each."""
    section = page.section(key)
    assert section is not None
    names, values = list(section.iter("dt")), list(section.iter("dd"))
    return {words(name): words(value) for name, value in zip(names, values, strict=True)}
