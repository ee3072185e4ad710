"""The links enter directly as their persona, in a demonstration and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser
from django_otp import DEVICE_ID_SESSION_KEY

from clients.trust.demonstration.entrances import Entrance, entrances, others
from portal.lib.refused import Refused

pytestmark = pytest.mark.usefixtures("northgate")


@pytest.fixture
def enter_as(settings: object) -> Callable[[str], Browser]:
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]
    found = {each.name: each for each in entrances()}

    def enter_by(name: str) -> Browser:
        browser = Browser()
        answer = follow(browser, found[name])
        assert answer.status_code == 302, answer.content[:400]
        return browser

    return enter_by


def follow(browser: Browser, entrance: Entrance) -> object:
    return browser.get(urlsplit(entrance.link).path)


def page(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return " ".join(answer.content.decode().split())


class TestEntering:
    def test_the_owner_finds_what_is_overdue_and_soon(self, enter_as: Callable[[str], Browser]) -> None:
        today = page(enter_as("Priya Nair"), "/")
        assert "xero-invoices-sync" in today and "2 days overdue" in today
        assert "hubspot-intake-app" in today and "In 2 days" in today
        assert "zendesk-triage-key" in today and "No owner" in today

    def test_the_session_has_a_verified_second_factor(self, enter_as: Callable[[str], Browser]) -> None:
        session = enter_as("Priya Nair").session
        assert "demonstrationdevice" in session[DEVICE_ID_SESSION_KEY]

    def test_the_client_sees_itself_and_nobody_else(self, enter_as: Callable[[str], Browser]) -> None:
        browser = enter_as("Margaret Hale")
        credentials = page(browser, "/c/harbour-finch/credentials/")
        assert "xero-invoices-sync" in credentials
        assert "sentry-error-reports" not in credentials, "it is marked internal"
        assert browser.get("/c/penrose-legal/").status_code == 404
        assert browser.get("/records/credentials/").status_code == 404

    def test_the_auditor_reads_everything_and_changes_nothing(
        self, enter_as: Callable[[str], Browser]
    ) -> None:
        browser = enter_as("Ruth Adeyemi")
        assert "hubspot-intake-app" in page(browser, "/c/penrose-legal/credentials/")
        assert browser.get("/c/penrose-legal/credentials/add/").status_code == 403

    def test_a_link_works_again(self, settings: object) -> None:
        settings.DEMONSTRATION = True  # type: ignore[attr-defined]
        entrance = entrances()[0]
        for _ in range(2):
            assert follow(Browser(), entrance).status_code == 302  # type: ignore[attr-defined]


class TestElsewhere:
    def test_no_link_is_made_outside_a_demonstration(self, settings: object) -> None:
        settings.DEMONSTRATION = False  # type: ignore[attr-defined]
        with pytest.raises(Refused, match="demonstration only"):
            entrances()

    def test_a_link_that_was_made_opens_nothing_outside_a_demonstration(self, settings: object) -> None:
        settings.DEMONSTRATION = True  # type: ignore[attr-defined]
        entrance = entrances()[0]
        settings.DEMONSTRATION = False  # type: ignore[attr-defined]
        browser = Browser()
        follow(browser, entrance)
        assert browser.get("/").status_code == 302, "still not signed in"
        assert "_auth_user_id" not in browser.session


def test_the_others_are_named() -> None:
    staff, clients = others()
    assert "Tom Okafor (consultant)" in staff and "Hannah Whitlock (has left)" in staff
    assert clients.count("people)") == 7
