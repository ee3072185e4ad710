"""Deliveries by webhook: what a real https server sees, how its answers are judged, and where no message may go."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from apprise.plugins.slack import NotifySlack
from django.db import connection

from portal.accounts.models import User
from portal.outbox.media import wire
from portal.outbox.models import Channel
from portal.tenancy.models import Client, Practice
from portal.tenancy.system import as_operator
from tests.portal.outbox.conftest import channel_of, empty, letter, look, prefer, send
from tests.portal.outbox.servers import Hook, Mailbox, free_port

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pokes")]
SECRET = "s3cr3t-part"


def webhook(practice: Practice, now: datetime, hook: Hook, **fields: Any) -> Channel:
    """A channel of the practice that leads to the server of the test."""
    return channel_of(practice, now, **{"address": f"{hook.address}/in/{SECRET}?team=1&team=2", **fields})


def channel_again(channel: Channel) -> Channel:
    with as_operator(channel.practice_id, "a test"):
        return Channel.objects.get(pk=channel.pk)


def test_a_webhook_gets_context_and_a_key_to_merge_by(
    practice_a: Practice, client_a1: Client, now: datetime, hook: Hook
) -> None:
    channel = webhook(practice_a, now, hook)
    (before,) = send(practice_a, now, letter("one", client_a1, channel=channel, due_on=now.date(), late=True))
    assert empty(practice_a, now) == {"sent": 1}
    ((path, headers, body),) = hook.requests
    assert path == f"/in/{SECRET}?team=1&team=2"
    assert headers["Idempotency-Key"] == str(before.envelope) == body["id"]
    assert (body["title"], body["practice"], body["type"]) == (
        "Renew one", "Northlight Automation", "warning",
    )  # fmt: skip
    (item,) = body["items"]
    assert (item["client"], item["due_on"], item["late"]) == ("Alder & Sons", "2026-11-19", True)
    assert item["url"] == "http://127.0.0.1:8000/c/alder/credentials/1/"


def test_options_hidden_in_a_pasted_address_are_not_obeyed(
    practice_a: Practice, client_a1: Client, now: datetime, hook: Hook
) -> None:
    address = f"{hook.address}/in?method=get&redirect=yes&verify=no&+X-Evil=1&:items=none&format=html"
    channel = webhook(practice_a, now, hook, address=address)
    send(practice_a, now, letter("one", client_a1, channel=channel))
    hook.answer(302, {"Location": f"{hook.address}/elsewhere"})
    assert empty(practice_a, now) == {"dead": 1}
    ((path, headers, body),) = hook.requests
    assert path.startswith("/in?method=get&redirect=yes")
    assert "X-Evil" not in headers
    assert isinstance(body["items"], list)


class TestAnswers:
    def test_a_receiver_that_asks_for_patience_gets_it(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook
    ) -> None:
        send(practice_a, now, letter("one", client_a1, channel=webhook(practice_a, now, hook)))
        hook.answer(429, {"Retry-After": "1800"})
        assert empty(practice_a, now) == {"queued": 1}
        (row,) = look(practice_a)
        assert row.next_attempt_at == now + timedelta(minutes=30)
        assert "HTTP 429" in row.last_error
        assert empty(practice_a, now + timedelta(minutes=30)) == {"sent": 1}
        assert len({headers["Idempotency-Key"] for _, headers, _ in hook.requests}) == 1

    def test_a_date_to_come_back_at_is_heeded_too(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook
    ) -> None:
        send(practice_a, now, letter("one", client_a1, channel=webhook(practice_a, now, hook)))
        hook.answer(503, {"Retry-After": format_datetime(now + timedelta(hours=2), usegmt=True)})
        empty(practice_a, now)
        assert look(practice_a)[0].next_attempt_at == now + timedelta(hours=2)

    @pytest.mark.parametrize("status", [408, 500, 502, 503])
    def test_trouble_of_the_receiver_passes(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook, status: int
    ) -> None:
        channel = webhook(practice_a, now, hook)
        send(practice_a, now, letter("one", client_a1, channel=channel))
        hook.answer(status)
        assert empty(practice_a, now) == {"queued": 1}
        assert channel_again(channel).failed_at == now
        assert empty(practice_a, now + timedelta(minutes=2)) == {"sent": 1}
        assert channel_again(channel).last_failure == ""

    @pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 410])
    def test_what_will_not_pass_is_a_dead_letter_at_once(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook, status: int
    ) -> None:
        channel = webhook(practice_a, now, hook)
        send(practice_a, now, letter("one", client_a1, channel=channel))
        hook.answer(status, {"Location": f"{hook.address}/elsewhere"})
        assert empty(practice_a, now) == {"dead": 1}
        assert len(hook.requests) == 1
        (row,) = look(practice_a)
        assert row.last_error
        assert channel_again(channel).last_failure == row.last_error

    def test_nobody_there_is_tried_again(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook
    ) -> None:
        address = f"https://127.0.0.1:{free_port()}/in"
        channel = webhook(practice_a, now, hook, address=address)
        send(practice_a, now, letter("one", client_a1, channel=channel))
        assert empty(practice_a, now) == {"queued": 1}
        assert look(practice_a)[0].last_error == "The receiver could not be reached."

    def test_an_answer_that_never_ends_is_cut_off(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(wire, "WHOLE_SECONDS", 0.5)
        hook.drip = 0.1
        send(practice_a, now, letter("one", client_a1, channel=webhook(practice_a, now, hook)))
        assert empty(practice_a, now) == {"queued": 1}
        assert look(practice_a)[0].last_error == "The receiver did not answer in time."

    def test_a_certificate_that_nobody_vouches_for_is_refused(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook, settings: Any
    ) -> None:
        settings.OUTBOX_CA_FILE = ""
        send(practice_a, now, letter("one", client_a1, channel=webhook(practice_a, now, hook)))
        assert empty(practice_a, now) == {"queued": 1}
        assert hook.requests == []
        assert "certificate" in look(practice_a)[0].last_error


class TestWhereNoMessageMayGo:
    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "100.64.0.1"],
    )
    def test_addresses_in_the_house_are_refused_for_good(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook, settings: Any, host: str
    ) -> None:
        settings.OUTBOX_PRIVATE_HOSTS = []
        port = hook.address.rpartition(":")[2]
        channel = webhook(practice_a, now, hook, address=f"https://{host}:{port}/latest/meta-data")
        send(practice_a, now, letter("one", client_a1, channel=channel))
        assert empty(practice_a, now) == {"dead": 1}
        assert "not allowed" in look(practice_a)[0].last_error
        assert hook.requests == []

    def test_a_name_that_leads_into_the_house_is_refused(
        self,
        practice_a: Practice,
        client_a1: Client,
        now: datetime,
        hook: Hook,
        settings: Any,
        monkeypatch: Any,
    ) -> None:
        import socket

        settings.OUTBOX_PRIVATE_HOSTS = []
        asked: list[str] = []

        def lookup(host: str, port: int, *args: Any) -> Any:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(wire.HTTPPolicy.resolve.__globals__["socket"], "getaddrinfo", lookup)
        channel = webhook(practice_a, now, hook, address="https://innocent.example.test/in")
        send(practice_a, now, letter("one", client_a1, channel=channel))
        assert empty(practice_a, now) == {"dead": 1}
        assert asked == ["innocent.example.test"]

    def test_plain_http_is_refused_even_where_it_was_kept(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook
    ) -> None:
        address = hook.address.replace("https", "http")
        exchange = wire.Exchange(confined=True, headers={})
        assert not exchange.allows(f"{address}/in")
        assert not exchange.allows("https://user:word@example.test/")
        assert exchange.allows(f"{hook.address}/in?x=1")


class TestSlackAndTeams:
    def test_slack_gets_words_that_notify_nobody_by_themselves(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"{hook.address}/services")
        address = "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/cccccccccccccccccccccccc"
        channel = webhook(practice_a, now, hook, kind="slack", address=address)
        send(practice_a, now, letter("<!channel>", client_a1, channel=channel, lines=("<@U123>",)))
        assert empty(practice_a, now) == {"sent": 1}
        ((path, headers, body),) = hook.requests
        assert path == "/services/T0AAAAAAA/B0BBBBBBB/cccccccccccccccccccccccc"
        assert headers["Idempotency-Key"]
        assert "&lt;!channel&gt;" in str(body)
        assert "<!channel>" not in str(body)
        assert "<@U123>" not in str(body)
        assert "http://127.0.0.1:8000/c/alder/credentials/1/" in str(body)

    def test_teams_gets_a_card_whose_words_are_no_markup(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook
    ) -> None:
        path = "/workflows/abc/triggers/manual/paths/invoke"
        address = (
            f"{hook.address}{path}?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={SECRET}"
        )
        channel = webhook(practice_a, now, hook, kind="teams", address=address)
        letters = letter("[x](https://e.test)", client_a1, channel=channel, lines=("<at>all</at> a_b_c",))
        send(practice_a, now, letters)
        hook.answer(202, body=b"")
        assert empty(practice_a, now) == {"sent": 1}
        ((asked, _, body),) = hook.requests
        assert asked.startswith(path)
        assert f"sig={SECRET}" in asked
        card = body["attachments"][0]["content"]
        title, text = (block["text"] for block in card["body"])
        assert title == r"Renew \[x\](https://e.test)"
        assert r"\<at\>all\</at\> a\_b\_c" in text
        assert "[Open the credential](http://127.0.0.1:8000/c/alder/credentials/1/)" in text
        assert "entities" not in card["msteams"]


class TestSms:
    def test_the_number_stands_in_the_operators_address(
        self, practice_a: Practice, client_a1: Client, now: datetime, hook: Hook, settings: Any
    ) -> None:
        settings.SMS_PROVIDER_URL = f"{hook.address.replace('https', 'jsons')}/send/{{number}}"
        channel = webhook(practice_a, now, hook, kind="sms", address="+447700900123")
        send(practice_a, now, letter("one", client_a1, channel=channel, urgent=True, subject="x" * 400))
        assert empty(practice_a, now) == {"sent": 1}
        ((path, _, body),) = hook.requests
        assert path == "/send/+447700900123"
        assert len(body["message"]) <= 300
        assert body["message"].endswith("… http://127.0.0.1:8000/c/alder/credentials/1/")

    @pytest.mark.parametrize(
        ("url", "says"), [("", "not set up"), ("nonsense://a/{number}", "cannot be used")]
    )
    def test_without_a_provider_it_says_so(
        self,
        practice_a: Practice,
        client_a1: Client,
        now: datetime,
        hook: Hook,
        settings: Any,
        url: str,
        says: str,
    ) -> None:
        settings.SMS_PROVIDER_URL = url
        channel = webhook(practice_a, now, hook, kind="sms", address="+447700900123")
        send(practice_a, now, letter("one", client_a1, channel=channel))
        assert empty(practice_a, now) == {"dead": 1}
        assert says in look(practice_a)[0].last_error


class TestByMailInstead:
    def test_whom_a_channel_does_not_reach_hears_by_mail(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, hook: Hook, mailbox: Mailbox
    ) -> None:
        webhook(practice_a, now, hook, person=bob, internal=False)
        prefer(bob, now, by_email=False)
        send(practice_a, now, letter("one", client_a1, bob))
        hook.answer(410)
        assert empty(practice_a, now) == {"dead": 1, "sent": 1}
        assert mailbox.recipients == ["bob@northlight.test"]

    def test_whoever_heard_by_mail_already_is_not_told_twice(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, hook: Hook, mailbox: Mailbox
    ) -> None:
        webhook(practice_a, now, hook, person=bob, internal=False)
        send(practice_a, now, letter("one", client_a1, bob))
        hook.answer(410)
        assert empty(practice_a, now) == {"dead": 1, "sent": 1}
        assert empty(practice_a, now) == {}
        assert len(mailbox.mails) == 1

    def test_a_channel_turned_off_meanwhile_is_left_alone(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, hook: Hook, mailbox: Mailbox
    ) -> None:
        channel = webhook(practice_a, now, hook, person=bob, internal=False)
        prefer(bob, now, by_email=False)
        send(practice_a, now, letter("one", client_a1, bob))
        with as_operator(practice_a.pk, "a test"):
            Channel.objects.filter(pk=channel.pk).update(enabled=False)
        assert empty(practice_a, now) == {"dropped": 1, "sent": 1}
        assert hook.requests == []


@pytest.mark.parametrize("status", [200, 404, 500])
def test_the_address_is_in_no_row_no_log_and_no_event(
    practice_a: Practice, client_a1: Client, now: datetime, hook: Hook, caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    channel = webhook(practice_a, now, hook)
    send(practice_a, now, letter("one", client_a1, channel=channel))
    hook.answer(status, body=f"no such hook {SECRET}".encode())
    empty(practice_a, now)
    assert SECRET not in caplog.text
    with as_operator(practice_a.pk, "a test"), connection.cursor() as cursor:
        for table in ("outbox_channel", "outbox_message", "outbox_delivery", "audit_event"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} AS t")
            assert SECRET not in str(cursor.fetchone()[0])
