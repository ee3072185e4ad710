"""A signed message opens or updates one incident of one client; everything else is refused, and that is on record."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.urls import reverse

from incidents.response.intake import sources
from incidents.response.models import AlertReceipt, AlertSource, Incident, TimelineEntry
from incidents.response.rules.signatures import signature_of
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.outbox.models import Channel, Message
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.clients.engagements.made import add
from tests.conftest import everything_of

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ALERT = {"reference": "orders-1", "summary": "Orders stopped", "severity": "high", "state": "firing"}


BODY = json.dumps(ALERT).encode()


def written(alert: Any) -> bytes:
    """Two alerts that are alike are two messages, also within one second."""
    return json.dumps({**alert, "sent": uuid.uuid4().hex} if isinstance(alert, dict) else alert).encode()


class Sender:
    """A machine that has a source's address and secret."""

    def __init__(self, source: AlertSource, secret: str) -> None:
        kwargs = {"practice_id": source.practice_id, "public_id": source.public_id}
        self.url = reverse("alert_ingest", kwargs=kwargs)
        self.secret = secret

    def __call__(self, alert: Any = None, key: str = "", **more: Any) -> Any:
        body = more.pop("body", None) or written(ALERT if alert is None else alert)
        timestamp = str(int(time.time()) + more.pop("seconds", 0))
        headers = {
            "X-Plumbline-Timestamp": timestamp,
            "X-Plumbline-Signature": signature_of(self.secret, timestamp, body),
            "Idempotency-Key": key or uuid.uuid4().hex,
            **more.pop("headers", {}),
        }
        kind = more.pop("content_type", "application/json")
        browser = Browser(enforce_csrf_checks=True)
        return browser.post(self.url, body, content_type=kind, headers=headers, **more)


def source_of(client: Client, by: User, name: str = "n8n", **values: Any) -> tuple[AlertSource, str]:
    with enter(everything_of(client.practice_id), switch=True):
        return sources.add_source(client, {"name": name, **values}, by=by, now=datetime.now(UTC))


@pytest.fixture
def source(client_a1, alice) -> tuple[AlertSource, str]:
    return source_of(client_a1, alice)


@pytest.fixture
def send(source) -> Sender:
    return Sender(*source)


@pytest.fixture
def refusals(in_a) -> Callable[[], list[dict[str, Any]]]:
    def give() -> list[dict[str, Any]]:
        rows = AuditEvent.objects.in_scope().filter(action="alert.refuse").order_by("id")
        found = [dict(row.payload["changes"]) for row in rows]
        assert all(set(each.pop("address")) == {"token"} for each in found)
        return found

    return give


def test_an_alert_opens_an_incident_of_its_client(send, client_a1, in_a) -> None:
    answer = send()
    incident = Incident.objects.get()
    assert (answer.status_code, answer.json()) == (201, {"incident": "INC-0001", "result": "opened"})
    assert (incident.client, incident.title, incident.severity) == (client_a1, "Orders stopped", "SEV2")
    assert (incident.alert_reference, incident.source) == ("orders-1", "Alert: n8n")
    assert AlertSource.objects.get().last_at is not None


def test_the_trail_names_the_machine_where_nobody_acted(send, source, in_a) -> None:
    send()
    events = AuditEvent.objects.filter(
        client_id=source[0].client_id, action__in=["incident.open", "alert.receive"]
    )
    assert {event.payload["why"] for event in events} == {f"A signed message of {source[0].name}"}


def test_only_the_context_is_kept(send, in_a) -> None:
    send({**ALERT, "customer": "Jane Roe", "items": [{"email": "jane@roe.test"}], "source": "orders flow"})
    kept = AlertReceipt.objects.get().context
    assert set(kept) == {
        "source", "reference", "at", "severity", "summary", "state", "result", "body", "signed"
    }  # fmt: skip
    assert "roe" not in json.dumps(kept).lower()


def test_a_secret_in_the_summary_is_cut_out(send, in_a) -> None:
    send({**ALERT, "summary": "Login failed with token ghp_" + "a1B2" * 9})
    incident = Incident.objects.get()
    assert incident.title == "Login failed with token [secret removed]"
    assert "ghp_" not in json.dumps(AlertReceipt.objects.get().context)


def test_the_same_reference_is_an_entry_of_the_running_incident(send, in_a) -> None:
    send()
    answer = send({**ALERT, "summary": "Still stopped"})
    assert (answer.status_code, answer.json()) == (200, {"incident": "INC-0001", "result": "updated"})
    entry = TimelineEntry.objects.get(kind="alert")
    assert (entry.text, entry.said_by, entry.internal) == ("Still stopped Severity SEV2.", "n8n", True)
    assert Incident.objects.count() == 1


def test_an_alert_that_goes_on_leaves_the_record_to_whoever_edits_it(send, in_a) -> None:
    send()
    before = Incident.objects.get()
    send({**ALERT, "summary": "Still stopped", "severity": "critical"})
    after = Incident.objects.get()
    assert (after.version, after.updated_at, after.severity) == (before.version, before.updated_at, "SEV2")
    entry = TimelineEntry.objects.filter(kind=TimelineEntry.Kind.ALERT).latest("pk")
    assert entry.text == "Still stopped Severity SEV1."


def test_an_alert_that_clears_never_resolves_by_itself(send, in_a) -> None:
    send()
    answer = send({**ALERT, "state": "resolved"})
    assert answer.json() == {"incident": "INC-0001", "result": "cleared"}
    assert TimelineEntry.objects.get(kind="alert").lead_in == "The alert has cleared."
    assert Incident.objects.get().resolved_at is None


def test_what_clears_without_having_fired_opens_nothing(send, in_a) -> None:
    answer = send({**ALERT, "state": "resolved"})
    assert (answer.status_code, answer.json()) == (200, {"incident": None, "result": "nothing_open"})
    assert not Incident.objects.exists()


def test_after_the_close_the_same_reference_opens_one_that_follows(send, in_a) -> None:
    send()
    now = datetime.now(UTC)
    Incident.objects.update(resolved_at=now, closed_at=now)
    assert send().json() == {"incident": "INC-0002", "result": "opened"}
    first, second = Incident.objects.order_by("number")
    assert second.follows == first
    texts = [entry.text for entry in TimelineEntry.objects.filter(lead_in="Came back.").order_by("pk")]
    assert texts == [
        "The alert of INC-0001 fired again after that was over.",
        "The alert fired again: INC-0002 was opened.",
    ]


def test_within_a_day_of_the_resolution_the_incident_is_reopened_with_its_clocks(send, in_a) -> None:
    send()
    Incident.objects.update(resolved_at=datetime.now(UTC), status="resolved")
    answer = send()
    assert (answer.status_code, answer.json()) == (200, {"incident": "INC-0001", "result": "reopened"})
    incident = Incident.objects.get()
    assert (incident.resolved_at, incident.status) == (None, "investigating")
    assert TimelineEntry.objects.get(lead_in="Reopened.").text.startswith("The alert fired again 0 min")
    assert send().json() == {"incident": "INC-0001", "result": "updated"}


def test_later_it_is_another_incident(send, in_a) -> None:
    send()
    Incident.objects.update(detected_at=LONG_AGO, reported_at=LONG_AGO, resolved_at=LONG_AGO)
    assert send({**ALERT, "state": "resolved"}).json() == {"incident": "INC-0001", "result": "cleared"}
    assert send().json() == {"incident": "INC-0002", "result": "opened"}
    assert Incident.objects.get(number=1).resolved_at is not None


def test_whoever_answers_hears_at_once_of_what_a_machine_opened(
    send, client_a1, alice, bob, carol, in_a
) -> None:
    add(client_a1, alice, "Bob Baker", side="practice", user=bob)
    add(client_a1, alice, "Carol Clarke", side="client", user=carol)
    for name, client in (("ours", None), ("theirs", client_a1)):
        Channel.objects.create(
            practice_id=client_a1.practice_id, client=client, internal=client is None, kind="slack", name=name,
            address=f"https://hooks.test/{name}", created_at=datetime.now(UTC),
        )  # fmt: skip
    send()
    told = list(Message.objects.filter(kind="incident.opened"))
    assert {str(each.person or each.channel) for each in told} == {"Bob Baker", "ours"}
    assert all(each.urgent and each.internal for each in told)
    send()
    assert Message.objects.filter(kind="incident.opened").count() == 2


def test_where_nobody_answers_the_practices_owners_hear(send, alice, in_a) -> None:
    send()
    assert [each.person for each in Message.objects.filter(kind="incident.opened")] == [alice]


def test_without_a_severity_one_is_assumed_and_said(send, in_a) -> None:
    send({"reference": "a", "summary": "Down"})
    assert Incident.objects.get().severity == "SEV3"
    assert "assumed" in TimelineEntry.objects.get(kind="alert").text


def test_the_same_message_is_answered_alike_and_done_once(send, in_a) -> None:
    first, second = (send(key="one", body=BODY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Incident.objects.count() == AlertReceipt.objects.count() == 1
    assert AuditEvent.objects.in_scope().filter(action="alert.repeat").count() == 1


def test_a_key_with_another_message_is_refused(send, refusals) -> None:
    send(key="one")
    assert send({**ALERT, "summary": "Other"}, key="one").status_code == 409
    assert refusals() == [{"status": 409, "reason": "repeated"}]


def test_a_replay_with_another_key_is_refused(source, refusals) -> None:
    row, secret = source
    stamp = str(int(time.time()))
    signed = {"X-Plumbline-Timestamp": stamp}
    signed["X-Plumbline-Signature"] = signature_of(secret, stamp, BODY)
    send = Sender(row, secret)
    assert send(body=BODY, headers=signed).status_code == 201
    assert send(body=BODY, headers=signed).status_code == 409
    assert refusals() == [{"status": 409, "reason": "repeated"}]


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"headers": {"X-Plumbline-Signature": "0" * 64}}, 401, "signature"),
    ({"headers": {"X-Plumbline-Signature": "schlüssel".encode().decode("latin-1")}}, 401, "signature"),
    ({"headers": {"X-Plumbline-Signature": ""}}, 401, "unsigned"),
    ({"headers": {"X-Plumbline-Timestamp": ""}}, 401, "unsigned"),
    ({"seconds": -301}, 401, "stale"),
    ({"seconds": 302}, 401, "stale"),
    ({"content_type": "text/plain"}, 415, "type"),
    ({"body": b'{"summary": "' + b"x" * 65536 + b'"}'}, 413, "size"),
    ({"body": b"{"}, 422, "unreadable"),
    ({"alert": {"reference": "a"}}, 422, "unreadable"),
    ({"alert": [ALERT]}, 422, "unreadable"),
    ({"alert": {**ALERT, "severity": "purple"}}, 422, "unreadable"),
    ({"headers": {"Idempotency-Key": ""}}, 422, "no key"),
    ({"headers": {"Idempotency-Key": "x" * 121}}, 422, "no key"),
]


def test_what_is_refused_gets_its_status_a_sentence_and_an_event_without_the_message(send, refusals) -> None:
    for message, status, _ in REFUSED:
        answer = send(**message)
        assert answer.status_code == status, message
        assert answer.json()["error"].endswith((".", "SEV4."))
    assert refusals() == [{"status": status, "reason": reason} for _, status, reason in REFUSED]
    assert not Incident.objects.exists()
    assert not AlertReceipt.objects.exists()


def test_anything_but_post_is_refused(send) -> None:
    answer = Browser().get(send.url)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_an_address_that_nobody_was_given_is_not_there(send, source, client_b1, refusals) -> None:
    row, _ = source
    send.url = reverse("alert_ingest", kwargs={"practice_id": row.practice_id, "public_id": uuid.uuid4()})
    assert send().status_code == 404
    kwargs = {"practice_id": client_b1.practice_id, "public_id": row.public_id}
    send.url = reverse("alert_ingest", kwargs=kwargs)
    assert send().status_code == 404
    assert refusals() == []


def test_a_source_that_is_off_is_not_there_either(send, source, alice, refusals) -> None:
    sources.set_enabled(source[0], False, by=alice)
    assert send().status_code == 404
    assert refusals() == [{"status": 404, "reason": "turned off"}]


def test_a_secret_of_another_client_signs_nothing_here(send, client_a2, alice, in_a) -> None:
    other, secret = source_of(client_a2, alice)
    assert Sender(source_of(client_a2, alice, "Make")[0], send.secret)().status_code == 401
    assert Sender(other, secret)().status_code == 201
    assert [incident.client for incident in Incident.objects.select_related("client")] == [client_a2]


def test_the_former_secret_signs_for_a_day(send, source, alice, in_a) -> None:
    row = source[0]
    former = send.secret
    _, send.secret = sources.rotate(row, by=alice, now=datetime.now(UTC))
    assert send(key="new").status_code == 201
    send.secret = former
    assert send(key="old").status_code == 200
    AlertSource.objects.update(previous_until=datetime.now(UTC) - timedelta(seconds=1))
    assert send(key="late").status_code == 401


def test_only_allowed_networks_may_send(client_a1, alice, refusals, settings) -> None:
    send = Sender(*source_of(client_a1, alice, allowed_addresses=["203.0.113.0/24", "2001:db8::/32"]))
    assert send(REMOTE_ADDR="198.51.100.7").status_code == 403
    assert send(REMOTE_ADDR="203.0.113.7").status_code == 201
    assert send(REMOTE_ADDR="2001:db8::1").status_code == 200
    forged = {"X-Forwarded-For": "203.0.113.7"}
    assert send(REMOTE_ADDR="198.51.100.7", headers=forged).status_code == 403
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    chain = {"X-Forwarded-For": "203.0.113.7, 198.51.100.9"}
    assert send(REMOTE_ADDR="10.0.0.1", headers=chain).status_code == 403
    assert send(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 200
    assert refusals() == [{"status": 403, "reason": "address"}] * 3


def test_too_many_alerts_of_one_source_wait(send, settings, refusals) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"alert_source": "1/m/key"}
    assert send().status_code == 201
    answer = send()
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert refusals() == [{"status": 429, "reason": "too many"}]


def test_a_closed_incident_is_left_alone_by_its_alert(send, in_a) -> None:
    send()
    now = datetime.now(UTC)
    Incident.objects.update(resolved_at=now, closed_at=now)
    assert send({**ALERT, "state": "resolved"}).json() == {"incident": None, "result": "nothing_open"}


@pytest.mark.django_db(transaction=True)
def test_two_tries_at_once_with_one_key_open_one_incident(send, in_a) -> None:
    def once(_: int) -> int:
        try:
            return int(send(key="one", body=BODY).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(once, range(2))) == [200, 201]
    assert Incident.objects.count() == AlertReceipt.objects.count() == 1
