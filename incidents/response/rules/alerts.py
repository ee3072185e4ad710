"""What is read of an alert: source, reference, time, severity, summary, and whether it fires. No Django.

The names that tools give these fields are tried in turn, at the top and inside the usual envelopes. Everything else
of a message is dropped: it may hold personal data or secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from portal.lib.secrets import find_secret, strip_text

FIRING, RESOLVED = "firing", "resolved"
LONGEST_NAME, LONGEST_SUMMARY = 120, 1500
AHEAD, BACK = timedelta(minutes=5), timedelta(days=31)
ASSUMED = "SEV3"

_ENVELOPES = (
    "alert", "event", "data", "incident", "monitor", "check", "essentials", "payload", "body", "execution", "error",
)  # fmt: skip
_REFERENCES = (
    "reference", "dedup_key", "alias", "incident_key", "fingerprint", "groupKey", "alert_id", "alertId",
    "incident_id", "monitor_id", "monitorID", "check_id", "workflow_id", "workflowId", "scenario_id", "scenarioId",
    "workflow", "monitor_url", "id", "uuid",
)  # fmt: skip
_SUMMARIES = (
    "summary", "title", "message", "error_message", "alert_details", "description", "monitor_friendly_name",
    "alertname", "name", "text",
)  # fmt: skip
_SOURCES = (
    "source",
    "service",
    "monitor_friendly_name",
    "workflow_name",
    "workflow",
    "scenario",
    "app",
    "platform",
)
_TIMES = (
    "at",
    "occurred_at",
    "timestamp",
    "time",
    "triggered_at",
    "startsAt",
    "created_at",
    "alert_date_time",
)
_SEVERITIES = ("severity", "priority", "urgency", "level")
_STATES = ("state", "status", "alert_type_friendly_name", "event_type")
LEVELS = {
    "SEV1": ("sev1", "critical", "crit", "fatal", "emergency", "disaster", "p1", "1"),
    "SEV2": ("sev2", "high", "error", "major", "urgent", "alert", "p2", "2"),
    "SEV3": ("sev3", "medium", "moderate", "warning", "warn", "average", "minor", "normal", "p3", "3"),
    "SEV4": ("sev4", "low", "info", "informational", "information", "notice", "debug", "p4", "p5", "4", "5"),
}
_LEVEL_OF = {word: level for level, words in LEVELS.items() for word in words}
_CLEARED = frozenset(
    ("resolved", "recovered", "recovery", "ok", "up", "closed", "cleared", "success", "incident.resolved")
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SPACES = re.compile(r"\s+")


class UnreadableError(ValueError):
    """A message that is no alert; the sentence says what is missing and never what the message holds."""


@dataclass(frozen=True)
class Alert:
    """What is kept of a message. severity: "" when the message gave none."""

    source: str
    reference: str
    at: datetime
    severity: str
    summary: str
    state: str

    @property
    def title(self) -> str:
        """The first line of the summary, as short as a title is."""
        first = _SPACES.sub(" ", self.summary.splitlines()[0]).strip()
        return first if len(first) <= 200 else f"{first[:199]}…"

    def context(self) -> dict[str, str]:
        """Give what is kept, as data."""
        return {
            "source": self.source,
            "reference": self.reference,
            "at": self.at.isoformat(),
            "severity": self.severity,
            "summary": self.summary,
            "state": self.state,
        }


def read_alert(body: bytes, now: datetime) -> Alert:
    """Read the alert in a message. Raises UnreadableError, in words, for what is no alert."""
    places = list(_places(_parsed(body)))
    summary = _text(_first(places, _SUMMARIES))
    if not summary:
        raise UnreadableError("Say what happened in the field “summary”.")
    reference = _text(_first(places, _REFERENCES))
    if not reference:
        raise UnreadableError("Send in “reference” what stays the same while the alert lasts.")
    return Alert(
        source=_short(_text(_first(places, _SOURCES))),
        reference=_reference(reference),
        at=_instant(_first(places, _TIMES), now),
        severity=_severity(_first(places, _SEVERITIES)),
        summary=_summary(summary),
        state=RESOLVED if _text(_first(places, _STATES)).casefold() in _CLEARED else FIRING,
    )


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnreadableError("The message is not JSON in UTF-8.") from None
    if not isinstance(data, dict):
        raise UnreadableError("The message must be one JSON object.")
    return data


def _places(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the innermost envelope first: what it says is about the alert, not about the message around it."""
    inner = next((data[name] for name in _ENVELOPES if isinstance(data.get(name), dict)), None)
    several = data.get("alerts")
    if inner is None and isinstance(several, list):
        if len(several) != 1 or not isinstance(several[0], dict):
            raise UnreadableError("Send one alert a message.")
        inner = several[0]
    if inner is not None:
        yield from _places(inner)
    yield data
    for name in ("labels", "annotations", "commonLabels", "commonAnnotations"):
        if isinstance(data.get(name), dict):
            yield data[name]


def _first(places: list[dict[str, Any]], names: tuple[str, ...]) -> Any:
    """Give the first name that is there at all, from the innermost place that has it."""
    for name in names:
        for place in places:
            value = place.get(name)
            if isinstance(value, dict):
                value = value.get("summary") or value.get("name")
            if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
                return value
    return None


def _text(value: Any) -> str:
    """Give a value as text that a database takes: no control characters, no halves of letters."""
    if value is None:
        return ""
    whole = str(value).replace("\r\n", "\n").encode("utf-8", "ignore").decode()
    return _CONTROL.sub("", whole).strip()


def _short(text: str) -> str:
    clean = strip_text(_SPACES.sub(" ", text))[0][:LONGEST_NAME].strip()
    return "" if find_secret(clean) else clean


def _summary(text: str) -> str:
    clean = strip_text(text)[0]
    clean = clean if len(clean) <= LONGEST_SUMMARY else f"{clean[: LONGEST_SUMMARY - 1]}…"
    return "The alert's own words looked like a secret and were not kept." if find_secret(clean) else clean


def _reference(text: str) -> str:
    """Keep a reference; one that is too long, or looks like a secret, is known by its fingerprint."""
    if len(text) <= LONGEST_NAME and not find_secret(text):
        return text
    return f"ref-{sha256(text.encode()).hexdigest()[:16]}"


def _severity(value: Any) -> str:
    word = _text(value).casefold().replace(" ", "")
    if not word:
        return ""
    if word not in _LEVEL_OF:
        raise UnreadableError("The severity is not one of critical, high, medium, low, or SEV1 to SEV4.")
    return _LEVEL_OF[word]


def _instant(value: Any, now: datetime) -> datetime:
    if value is None:
        return now
    at = _seconds(value) or _iso(str(value).strip())
    if at is None:
        raise UnreadableError("The time is not an instant. Write it as 2026-11-19T10:30:00Z.")
    if at > now + AHEAD:
        raise UnreadableError("The time lies in the future.")
    if at < now - BACK:
        raise UnreadableError("The time lies more than 31 days back.")
    return min(at, now)


def _seconds(value: Any) -> datetime | None:
    try:
        number = float(value)
        return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.utcoffset() is not None else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
