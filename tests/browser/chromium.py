"""Chromium for the tests: how it is started, and axe-core, which runs in its pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from portal.embedded.install import find_chromium

#: Nothing but this machine can be reached, whatever a page asks for.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations'], preload: false}))
    .violations.map(each => [each.id, ...each.nodes.slice(0, 3).map(node => node.html.slice(0, 120))])"""


def the_browser() -> str:
    """The path of Chromium. Without one the test is skipped, and fails in CI."""
    found = find_chromium()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("No Chromium was found, and in CI it must be there: set CHROMIUM to its path.")
        pytest.skip("NO CHROMIUM ON THIS MACHINE: set CHROMIUM to its path to run the browser tests.")
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A running browser without a page."""
    path = the_browser()
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=120_000)
        yield browser
        browser.close()


@cache
def source_of_axe() -> str:
    """The script of axe-core."""
    import axe_playwright_python

    return next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text()


def axe_faults(page: Any) -> list[list[str]]:
    """What axe-core finds on the page that is open: rule and elements. Loads it when it is not there yet."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(source_of_axe())
    found: list[list[str]] = page.evaluate(RUN_AXE, RULES)
    return found


def scrolls_sideways(page: Any) -> str:
    """Name the elements that stick out to the right where the page scrolls sideways; empty where it does not."""
    found: str = page.evaluate("""() => {
        const wide = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= wide) return '';
        const out = [...document.querySelectorAll('main *, header *, footer *')].filter(each => {
            if (each.getBoundingClientRect().right <= wide + 1) return false;
            for (let up = each.parentElement; up; up = up.parentElement)
                if (getComputedStyle(up).overflowX !== 'visible') return false;
            return true;
        });
        const name = each => each.tagName.toLowerCase() + (each.className ? '.' + each.className : '');
        return document.documentElement.scrollWidth + ' px: ' + out.slice(-3).map(name).join(', ');
    }""")
    return found


def overlaps(page: Any) -> list[str]:
    """Name the controls in the page's main part that lie over text of something else."""
    found: list[str] = page.evaluate("""() => {
        const seen = each => each.checkVisibility({visibilityProperty: true}) && !each.closest('.vh, svg, option');
        const main = document.querySelector('main');
        const controls = [...main.querySelectorAll('.btn, button, input, select, textarea')].filter(seen);
        const words = [], walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
        for (let text; (text = walker.nextNode());)
            if (text.data.trim() && seen(text.parentElement)) words.push(text);
        const range = document.createRange(), out = [];
        const boxes = words.map(text => { range.selectNodeContents(text); return [...range.getClientRects()]; });
        for (const control of controls) {
            const at = control.getBoundingClientRect();
            words.forEach((text, index) => {
                if (control.contains(text)) return;
                if (boxes[index].some(box => Math.min(at.right, box.right) - Math.max(at.left, box.left) > 4
                        && Math.min(at.bottom, box.bottom) - Math.max(at.top, box.top) > 4))
                    out.push(`"${(control.innerText || control.name).trim()}" over "${text.data.trim()}"`);
            });
        }
        return out.slice(0, 5);
    }""")
    return found
