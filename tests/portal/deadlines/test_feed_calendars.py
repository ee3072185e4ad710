"""The text of a calendar keeps RFC 5545: folding, escaping, dates; checked line by line and read back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import icalendar
import pytest

from portal.deadlines.feeds.calendars import Event, written

PLAIN = Event(
    uid="deadline-7@0b6a6b52-8d0a-4f0c-9a63-111111111111",
    summary="Renew the key",
    starts=date(2026, 11, 30),
    url="https://portal.example.com/c/alder/",
    category="Alder & Sons",
    description="Credential renewal for Alder & Sons. Due by the end of the day.",
    sequence=2,
    made_at=datetime(2026, 11, 1, 9, 0, 0, 5, tzinfo=UTC),
    changed_at=datetime(2026, 11, 2, 9, tzinfo=UTC),
)
HARD = [
    'comma, semicolon; backslash \\ colon: "quotes" and \\n',
    "Łukasz Zieliński – Žižek – Sørensen " * 6,
    "日本語の期限" * 20,
    "👩🏽‍🚀" * 30,
    "a\x00b\x0bc\x7fd\u2028e\rf",
    "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM",
    "=cmd|' /C calc'!A0",
    "x" * 75,
]


def lines_of(text: bytes) -> list[bytes]:
    """Check what holds for every content line, and give them unfolded."""
    assert text.endswith(b"\r\n")
    assert b"\n" not in text.replace(b"\r\n", b"")
    assert b"\r" not in text.replace(b"\r\n", b"")
    physical = text.split(b"\r\n")[:-1]
    assert max(map(len, physical)) <= 75
    for line in physical:
        line.decode("utf-8")  # no character is torn apart by folding
        assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line)
    unfolded = text.replace(b"\r\n ", b"").split(b"\r\n")[:-1]
    assert all(re.match(rb"[A-Z-]+[;:]", line) for line in unfolded)
    return unfolded


def event_in(text: bytes) -> icalendar.Event:
    [event] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return event


@pytest.mark.parametrize("words", HARD)
def test_any_text_comes_back_as_it_was_and_cannot_break_out(words: str) -> None:
    text = written(words, [replace(PLAIN, summary=words, category=words, description=words)])
    lines = lines_of(text)
    assert sum(line.startswith(b"BEGIN:") for line in lines) == 2
    event = event_in(text)
    kept = re.sub(r"[\x00-\x08\x0b\x0d\x7f\u2028]", " ", words.replace("\r\n", "\n"))
    assert str(event["summary"]) == kept
    assert str(event["description"]) == kept
    assert [str(each) for each in event["categories"].cats] == [kept]


def test_every_needed_property_stands_there_once() -> None:
    lines = lines_of(written("Alder & Sons: deadlines", [PLAIN]))
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-1] == b"END:VCALENDAR"
    expected = {
        b"VERSION:2.0", b"PRODID:-//Plumbline//Deadlines//EN", b"CALSCALE:GREGORIAN",
        b"NAME:Alder & Sons: deadlines", b"X-WR-CALNAME:Alder & Sons: deadlines",
        b"REFRESH-INTERVAL;VALUE=DURATION:PT1H", b"X-PUBLISHED-TTL:PT1H",
        b"UID:deadline-7@0b6a6b52-8d0a-4f0c-9a63-111111111111", b"DTSTAMP:20261102T090000Z",
        b"CREATED:20261101T090000Z", b"LAST-MODIFIED:20261102T090000Z", b"SEQUENCE:2",
        b"SUMMARY:Renew the key", b"DTSTART;VALUE=DATE:20261130", b"DTEND;VALUE=DATE:20261201",
        b"URL:https://portal.example.com/c/alder/", b"CATEGORIES:Alder & Sons", b"STATUS:CONFIRMED",
        b"TRANSP:TRANSPARENT",
    }  # fmt: skip
    assert expected <= set(lines)
    names = [re.split(rb"[;:]", line)[0] for line in lines]
    assert len(names) == len(set(names) - {b"BEGIN", b"END"}) + 4


def test_an_instant_is_written_in_universal_time_without_an_end() -> None:
    at = datetime(2026, 11, 30, 12, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    lines = lines_of(written("c", [replace(PLAIN, starts=at, cancelled=True)]))
    assert b"DTSTART:20261130T063000Z" in lines
    assert b"STATUS:CANCELLED" in lines
    assert not any(line.startswith(b"DTEND") for line in lines)


def test_the_same_values_give_the_same_bytes() -> None:
    assert written("c", [PLAIN]) == written("c", [PLAIN])


def test_an_empty_calendar_holds_a_component() -> None:
    lines = lines_of(written("c", []))
    assert b"BEGIN:VTIMEZONE" in lines
    assert b"TZOFFSETTO:+0000" in lines
