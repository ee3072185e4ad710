"""Telling the client by page: how it wishes to hear is said before, and what went otherwise afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from incidents.response.models import Incident, Update
from portal.accounts.models import User
from portal.outbox.models import Channel
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of
from tests.incidents.response.made import agree, opened

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]
PAGE = "/c/alder/incidents/1/update/"
SENT = {"known": "Two invoices went out twice.", "how": "send", "day_day": "19", "day_month": "11", "day_year": "2026",
        "clock": "10:40", "channel": "Telephone"}  # fmt: skip


@pytest.fixture
def incident(practice_a: object, client_a1: Client, alice: User, carol: User) -> Incident:
    with enter(everything_of(practice_a), switch=True):
        agree(client_a1, alice, "growth", channel="slack", channel_name="#alder")
        return opened(client_a1, alice, "SEV1")


def body(browser: Browser, address: str = PAGE) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_channel_that_is_not_set_up_is_said_with_where_to_do_it(
    signed_in: SignedIn, incident: Incident, alice: User
) -> None:
    shown = body(signed_in(alice))
    assert "wishes to hear by Slack, #alder, which is not set up here. It goes by e-mail instead" in shown
    assert 'href="/c/alder/channels/"' in shown


def test_a_channel_that_is_set_up_needs_no_warning(
    signed_in: SignedIn, incident: Incident, practice_a: object, client_a1: Client, alice: User
) -> None:
    with enter(everything_of(practice_a), switch=True):
        Channel.objects.create(
            practice_id=client_a1.practice_id, client=client_a1, internal=False, kind="slack", name="theirs",
            address="https://hooks.test/theirs", created_at=incident.detected_at,
        )  # fmt: skip
    shown = body(signed_in(alice))
    assert "an update that is sent from here goes there, and by e-mail besides" in shown
    assert "not set up here" not in shown


def test_what_went_otherwise_is_said_and_stands_on_the_page_for_the_practice(
    signed_in: SignedIn, incident: Incident, alice: User, carol: User
) -> None:
    browser = signed_in(alice)
    shown = browser.post(PAGE, SENT, follow=True).content.decode()
    assert "was not told by Slack, #alder, as it wishes" in shown
    assert "not by Slack as the client wishes" in shown
    assert "as the client wishes" not in body(signed_in(carol), "/c/alder/incidents/1/")


def test_somebody_who_was_told_in_slack_was_told_as_wished(
    signed_in: SignedIn, incident: Incident, practice_a: object, alice: User
) -> None:
    shown = signed_in(alice).post(PAGE, {**SENT, "how": "told", "channel": "Slack"}, follow=True)
    assert "as it wishes" not in shown.content.decode()
    with enter(everything_of(practice_a), switch=True):
        assert Update.objects.get().on_preferred is True
