"""Everybody says how they hear, owners see every message with its fate, channels are looked after where they belong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.outbox import kinds
from portal.outbox.models import Channel, Delivery, Message, Preference
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_assignment, make_user
from tests.portal.outbox.samples import make_channel, make_delivery

SignedIn = Callable[[User], Browser]
HOOK = "https://hooks.example.test/zz-secret-part"


@pytest.fixture(autouse=True)
def _woken(pokes: list[Any]) -> None:
    """No broker is asked."""


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(kinds, "_titles", {"test.renewal": "Renewals"})
    monkeypatch.setattr(kinds, "_optional", {"test.renewal"})
    return "test.renewal"


class FrozenAt:
    """Stands for the module that tells the time."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def of_a(practice: Any) -> Any:
    return enter(everything_of(practice), switch=True)


class TestHowOneHears:
    def sent(self, **fields: Any) -> dict[str, Any]:
        return {"mode": "daily", "hour": "7", "weekday": "2", "by_email": "on", **fields}

    def test_what_is_chosen_is_kept_and_shown_again(
        self, signed_in: SignedIn, bob: User, practice_a: Any, kind: str
    ) -> None:
        browser = signed_in(bob)
        answer = browser.post("/account/messages/", self.sent(opt_outs=[kind]))
        assert answer.status_code == 302
        with of_a(practice_a):
            kept = Preference.objects.get(user=bob)
        assert (kept.mode, kept.hour, kept.weekday, kept.opt_outs) == ("daily", 7, 2, [kind])
        page = browser.get("/account/messages/").content.decode()
        assert re.search(r'<input[^>]*value="daily"[^>]*checked', page)
        assert "Renewals" in page

    def test_a_wrong_hour_is_refused_and_nothing_is_lost(
        self, signed_in: SignedIn, bob: User, kind: str
    ) -> None:
        answer = signed_in(bob).post("/account/messages/", self.sent(hour="31"))
        assert answer.status_code == 200
        assert "Select a valid choice" in answer.content.decode()
        assert not Preference.objects.exists()

    def test_a_clients_person_chooses_too(self, signed_in: SignedIn, carol: User, kind: str) -> None:
        assert signed_in(carol).post("/account/messages/", self.sent()).status_code == 302

    def test_ones_own_messages_are_listed_and_no_others(
        self, signed_in: SignedIn, bob: User, alice: User, practice_a: Any
    ) -> None:
        with of_a(practice_a):
            make_delivery(practice_a.pk, "zz-for-bob", bob)
            make_delivery(practice_a.pk, "zz-for-alice", alice)
        page = signed_in(bob).get("/account/messages/sent/").content.decode()
        assert "zz-for-bob" in page
        assert "zz-for-alice" not in page


class TestOnesOwnChannels:
    def test_one_is_added_its_address_sealed_and_never_shown(
        self, signed_in: SignedIn, bob: User, practice_a: Any
    ) -> None:
        browser = signed_in(bob)
        answer = browser.post(
            "/account/channels/add/", {"kind": "webhook", "name": "My phone", "address": HOOK}, follow=True
        )
        page = answer.content.decode()
        assert "My phone" in page
        assert "zz-secret-part" not in page
        assert "hooks.example.test/…" in page
        with of_a(practice_a):
            kept = Channel.objects.get(name="My phone")
            trail = str(list(AuditEvent.objects.values_list("payload", flat=True)))
        assert kept.person_id == bob.pk
        assert kept.address == HOOK
        assert "zz-secret-part" not in trail

    def test_an_address_of_another_kind_is_refused_in_words(self, signed_in: SignedIn, bob: User) -> None:
        sent = {"kind": "slack", "name": "Slack", "address": "https://elsewhere.example/hook"}
        page = signed_in(bob).post("/account/channels/add/", sent).content.decode()
        assert "as Slack shows it" in page
        assert not Channel.objects.exists()

    def test_an_owner_cannot_reach_anothers(
        self, signed_in: SignedIn, bob: User, alice: User, practice_a: Any
    ) -> None:
        with of_a(practice_a):
            theirs = make_channel(practice_a.pk, "zz-bobs", person=bob)
        browser = signed_in(alice)
        for verb in ("edit/", "remove/"):
            assert browser.get(f"/account/channels/{theirs.pk}/{verb}").status_code == 404
        assert browser.post(f"/account/channels/{theirs.pk}/test/").status_code == 404

    def test_turning_off_and_removing_keep_the_row(
        self, signed_in: SignedIn, bob: User, practice_a: Any
    ) -> None:
        with of_a(practice_a):
            mine = make_channel(practice_a.pk, "zz-mine", person=bob)
        browser = signed_in(bob)
        browser.post(f"/account/channels/{mine.pk}/off/")
        with of_a(practice_a):
            assert not Channel.objects.get(pk=mine.pk).enabled
        browser.post(f"/account/channels/{mine.pk}/remove/")
        with of_a(practice_a):
            gone = Channel.objects.get(pk=mine.pk)
        assert gone.removed_at is not None
        assert gone.address == ""


class TestChannelsOfClientAndPractice:
    def test_a_test_message_is_written_and_a_second_at_once_refused(
        self,
        signed_in: SignedIn,
        alice: User,
        practice_a: Any,
        now: datetime,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with of_a(practice_a):
            channel = make_channel(practice_a.pk, "zz-operations")
        browser = signed_in(alice)
        monkeypatch.setattr("portal.outbox.views.channels.timezone", FrozenAt(now))
        pages = [
            browser.post(f"/practice/channels/{channel.pk}/test/", follow=True).content.decode()
            for _ in range(2)
        ]
        with of_a(practice_a):
            assert Message.objects.filter(channel=channel).count() == 1
        assert "on its way to zz-operations" in pages[0]
        assert "Wait half a minute" in pages[1]

    def test_a_clients_admin_adds_one_that_is_theirs_and_not_internal(
        self, signed_in: SignedIn, client_a1: Any, practice_a: Any
    ) -> None:
        admin = make_user("Cleo Crane", "cleo@alder.test")
        make_assignment(client_a1, admin, Role.CLIENT_ADMIN)
        sent = {"kind": "webhook", "name": "zz-ours", "address": HOOK, "internal": "yes"}
        assert signed_in(admin).post("/c/alder/channels/add/", sent).status_code == 302
        with of_a(practice_a):
            kept = Channel.objects.get(name="zz-ours")
        assert kept.client_id == client_a1.pk
        assert not kept.internal

    def test_a_channel_of_another_client_is_not_found(
        self, signed_in: SignedIn, alice: User, client_a1: Any, client_a2: Any, practice_a: Any
    ) -> None:
        with of_a(practice_a):
            other = make_channel(practice_a.pk, "zz-birch", client=client_a2)
        assert signed_in(alice).get(f"/c/alder/channels/{other.pk}/edit/").status_code == 404


class TestEveryMessage:
    def test_it_says_to_whom_by_what_and_what_became_of_it(
        self, signed_in: SignedIn, alice: User, bob: User, practice_a: Any
    ) -> None:
        with of_a(practice_a):
            make_delivery(practice_a.pk, "zz-renewal", bob)
        page = signed_in(alice).get("/practice/messages/").content.decode()
        for words in (
            "zz-renewal",
            "Bob Baker",
            "E-mail",
            "Not delivered",
            "The mail server refused it.",
            "Try again",
        ):
            assert words in page

    def test_a_dead_one_is_tried_again_and_so_are_all(
        self, signed_in: SignedIn, alice: User, bob: User, practice_a: Any
    ) -> None:
        with of_a(practice_a):
            dead = [make_delivery(practice_a.pk, f"zz-{number}", bob) for number in range(3)]
        browser = signed_in(alice)
        browser.post(f"/practice/messages/{dead[0].pk}/again/")
        with of_a(practice_a):
            assert Delivery.objects.filter(state="queued").count() == 1
        browser.post("/practice/messages/again/")
        with of_a(practice_a):
            assert Delivery.objects.filter(state="queued").count() == 3

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("", 2),
            ("?state=dead", 1),
            ("?state=sent", 1),
            ("?medium=sms", 0),
            ("?q=second", 1),
            ("?state=nonsense", 2),
        ],
    )
    def test_filters_leave_what_they_name(
        self, signed_in: SignedIn, alice: User, bob: User, practice_a: Any, query: str, shown: int
    ) -> None:
        with of_a(practice_a):
            make_delivery(practice_a.pk, "zz-first", bob)
            second = make_delivery(practice_a.pk, "zz-second", bob)
            Delivery.objects.filter(pk=second.pk).update(state="sent", last_error="")
        page = signed_in(alice).get(f"/practice/messages/{query}").content.decode()
        assert page.count("data-row") == shown

    def test_the_file_has_the_rows_of_the_list_and_is_recorded(
        self, signed_in: SignedIn, alice: User, bob: User, practice_a: Any
    ) -> None:
        with of_a(practice_a):
            make_delivery(practice_a.pk, "zz-first", bob)
        answer = signed_in(alice).get("/practice/messages/export/?state=dead")
        assert "zz-first" in answer.content.decode("utf-8-sig")
        with of_a(practice_a):
            assert AuditEvent.objects.filter(payload__action="messages.export").exists()

    def test_a_consultant_has_no_list_of_everybodys(self, signed_in: SignedIn, bob: User) -> None:
        assert signed_in(bob).get("/practice/messages/").status_code == 403

    def test_a_list_costs_the_same_at_one_row_and_at_three(
        self, signed_in: SignedIn, alice: User, bob: User, practice_a: Any
    ) -> None:
        browser = signed_in(alice)
        costs = []
        for number in range(3):
            with of_a(practice_a):
                make_delivery(practice_a.pk, f"zz-{number}", bob)
            browser.get("/practice/messages/")
            with CaptureQueriesContext(connection) as queries:
                browser.get("/practice/messages/")
            costs.append(len(queries))
        assert costs[0] == costs[2]


def test_fate_names_the_next_attempt_of_what_failed_once(alice: User, practice_a: Any) -> None:
    from zoneinfo import ZoneInfo

    from portal.outbox.tables import fate

    waiting = Delivery(
        state="queued",
        attempts=1,
        last_error="No answer.",
        next_attempt_at=datetime(2026, 11, 19, 10, tzinfo=UTC),
    )
    state, words, under = fate(waiting, ZoneInfo("Europe/London"))
    assert (state, words) == ("soon", "Trying again")
    assert under == "No answer. Next attempt Thu 19 Nov, 10:00."
