"""What is read of an alert, whoever sends it, and what is refused in words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.response.rules.alerts import (
    FIRING,
    LEVELS,
    RESOLVED,
    Alert,
    UnreadableError,
    read_alert,
)

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
PLAIN = {"reference": "orders-1", "summary": "Orders stopped"}
PAYLOADS = Path(__file__).resolve().parents[5] / "shared" / "corpus" / "payloads"


def read(now: datetime = NOW, **alert: Any) -> Alert:
    return read_alert(json.dumps({**PLAIN, **alert}).encode(), now)


def test_the_plain_form_is_read() -> None:
    found = read(source="n8n", severity="critical", state="resolved", at="2026-11-19T11:00:00+01:00")
    at = NOW - timedelta(minutes=30)
    assert found == Alert("n8n", "orders-1", at, "SEV1", "Orders stopped", RESOLVED)


@pytest.mark.parametrize(("level", "words"), LEVELS.items())
def test_each_word_for_a_severity_is_known(level: str, words: tuple[str, ...]) -> None:
    assert {read(severity=word.upper()).severity for word in words} == {level}


def test_a_severity_that_is_missing_stays_open_and_an_unknown_one_is_refused() -> None:
    assert read().severity == ""
    with pytest.raises(UnreadableError, match="not one of critical"):
        read(severity="purple")


@pytest.mark.parametrize("state", ["firing", "triggered", "", "Down", "anything"])
def test_what_is_not_said_to_be_over_fires(state: str) -> None:
    assert read(state=state).state == FIRING


@pytest.mark.parametrize("state", ["resolved", "OK", "Up", "recovered"])
def test_what_is_over_is_resolved(state: str) -> None:
    assert read(status=state).state == RESOLVED


@pytest.mark.parametrize(
    "at", [1795084200, "1795084200", 1795084200000, "2026-11-19T10:30:00Z", "2026-11-19T10:30"]
)
def test_times_are_read_as_seconds_milliseconds_or_iso(at: Any) -> None:
    assert read(timestamp=at).at == NOW


def test_a_clock_that_runs_ahead_a_little_is_taken_for_now() -> None:
    assert read(at="2026-11-19T10:34:00Z").at == NOW


@pytest.mark.parametrize(
    ("alert", "said"),
    [
        ({"summary": ""}, "“summary”"),
        ({"reference": None}, "“reference”"),
        ({"at": "2026-11-19T10:36:00Z"}, "future"),
        ({"at": "2026-10-01T10:36:00Z"}, "31 days"),
        ({"at": "soon"}, "not an instant"),
        ({"alerts": [{}, {}]}, "one alert a message"),
    ],
)
def test_what_is_no_alert_is_refused_in_words(alert: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        read(**alert)


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"{", b"[" * 60_000, b'{"a":' * 10_000, b"\xff{}"])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableError, match="JSON"):
        read_alert(body, NOW)


def test_secrets_are_cut_out_and_a_secret_reference_is_known_by_its_fingerprint() -> None:
    token = "ghp_" + "a1B2" * 9
    found = read(summary=f"Refused: {token}", reference=token, source=token)
    assert token not in repr(found)
    assert found.reference == read(reference=token).reference
    assert found.reference.startswith("ref-")


def test_long_texts_are_shortened_and_control_characters_are_left_out() -> None:
    found = read(summary="a\x00b" + "c " * 5000, reference="r" * 500, source="s" * 500)
    assert len(found.summary) == 1500
    assert len(found.title) == 200
    assert len(found.source) == 120
    assert found.reference.startswith("ref-")
    assert found.summary.startswith("abc")


N8N = {
    "execution": {
        "id": "231", "url": "https://n8n.test/execution/231",
        "error": {"message": "The service refused the request", "stack": "at node"}, "lastNodeExecuted": "HTTP",
    },
    "workflow": {"id": "1", "name": "Orders to invoices"},
}  # fmt: skip
ALERTMANAGER = {
    "status": "firing", "groupKey": "{}:{alertname=Down}",
    "alerts": [{"status": "firing", "labels": {"alertname": "Down", "severity": "warning"},
                "annotations": {"summary": "It is down"}, "startsAt": "2026-11-19T10:20:00Z"}],
}  # fmt: skip


def test_an_error_workflow_of_n8n_is_known_by_its_workflow() -> None:
    found = read_alert(json.dumps(N8N).encode(), NOW)
    assert (found.reference, found.summary) == ("Orders to invoices", "The service refused the request")


def test_one_alert_of_an_alertmanager_is_read() -> None:
    found = read_alert(json.dumps(ALERTMANAGER).encode(), NOW)
    assert (found.summary, found.severity, found.state) == ("It is down", "SEV3", FIRING)
    assert found.at == NOW - timedelta(minutes=10)


def payload(name: str) -> bytes:
    file = PAYLOADS / name
    if not file.is_file():
        pytest.skip(f"{file} is absent")
    return file.read_bytes()


@pytest.mark.corpus
def test_a_real_message_of_pagerduty_is_read() -> None:
    body = payload("alerts/zulip-pagerduty-triggered_v3.json")
    found = read_alert(body, datetime(2021, 6, 4, 14, tzinfo=UTC))
    assert (found.source, found.reference, found.severity) == ("pig208", "PFQZPSY", "SEV2")
    assert (found.summary, found.state) == ("Test Incident 3", FIRING)
    assert found.at.isoformat() == "2021-06-04T13:35:29.781000+00:00"
    with pytest.raises(UnreadableError, match="31 days"):
        read_alert(body, NOW)


@pytest.mark.corpus
def test_a_real_message_of_uptimerobot_is_read() -> None:
    found = read_alert(payload("alerts/zulip-uptimerobot-monitor_down.json"), NOW)
    assert (found.source, found.reference) == ("Web Server", "server1.example.com")
    assert (found.summary, found.severity, found.at) == ("Host Is Unreachable", "", NOW)


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["ping", "workflow_run.completed", "security_advisory.published"])
def test_what_is_no_alert_of_ours_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(UnreadableError, match=r"\.$"):
        read_alert(payload(f"github/{name}.json"), NOW)


@settings(
    suppress_health_check=[HealthCheck.too_slow]
)  # the first text of a fresh checkout reads all of Unicode
@given(st.dictionaries(st.sampled_from(["reference", "summary", "at", "severity", "state", "source", "data", "alerts"]),
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner)
    | st.dictionaries(st.text(), inner), max_leaves=10)))  # fmt: skip
def test_anything_is_read_or_refused_in_words(data: dict[str, Any]) -> None:
    try:
        found = read_alert(json.dumps(data).encode(), NOW)
    except UnreadableError as fault:
        assert str(fault).endswith(("”.", "."))
    else:
        assert found.title
        assert found.reference
        assert found.at <= NOW
