"""The activity pages in Chromium, at three widths and in both themes: axe and reflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from portal.accounts.models import User
from portal.audit.actions import action, record
from portal.shell.context import THEME_COOKIE
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.browser.chromium import axe_faults, scrolls_sideways
from tests.conftest import scope_of
from tests.portal.shell.test_in_browser import Tab, fetched

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
ADDRESSES = ("/c/alder/activity/", "/c/alder/activity/?q=no+such+words", "/practice/activity/")


@pytest.fixture
def busy(add: Callable[..., Any], alice: User, client_a1: Client, client_a2: Client) -> None:
    """Entries of every kind."""
    with enter(scope_of(alice), switch=True):
        with action("probe.add", by=alice, why="Their new finance lead asked for it by phone on Tuesday"):
            row = add(client_a1, name="hubspot-api", renewal_on="2026-11-17", internal=True)
        row.renewal_on, row.owner_id, row.note = "2027-02-15", alice.pk, "x"
        row.save()
        record("pack.make", client=client_a2, label="Autumn pack")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_the_activity_is_accessible_and_reflows(
    busy: None,
    alice: User,
    signed_in: Callable[[User], Browser],
    chromium: Any,
    theme: str,
    width: int,
) -> None:
    browser = signed_in(alice)
    browser.cookies[THEME_COOKIE] = theme
    served = fetched(browser, *ADDRESSES)
    for address in ADDRESSES:
        tab = Tab(chromium, served, width)
        page = tab.open(address)
        assert tab.said == [], address
        assert scrolls_sideways(page) == "", address
        assert axe_faults(page) == [], address
        page.context.close()
