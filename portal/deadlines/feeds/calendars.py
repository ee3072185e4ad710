"""A calendar as RFC 5545 text, from values alone: no Django, no clock, so the same values give the same bytes.

There is no METHOD, so DTSTAMP says when an event was last revised (3.8.7.2), and nothing needs an organiser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import icalendar

PRODUCT = "-//Plumbline//Deadlines//EN"
REFRESH = timedelta(hours=1)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True)
class Event:
    """One event. `starts` is a day, or an instant; `cancelled` tells programs to take it away or strike it out.

    sequence: how often it was revised; it only ever rises. changed_at: when it was last revised.
    """

    uid: str
    summary: str
    starts: date | datetime
    url: str
    category: str
    description: str
    sequence: int
    made_at: datetime
    changed_at: datetime
    cancelled: bool = False


def written(name: str, events: Iterable[Event]) -> bytes:
    """Write a calendar; lines are folded at 75 octets and end in CRLF."""
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", icalendar.vText(_clean(name)))
    calendar.add("x-wr-calname", icalendar.vText(_clean(name)))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    listed = list(events)
    for event in listed:
        calendar.add_component(_component(event))
    if not listed:
        calendar.add_component(_universal_time())
    return bytes(calendar.to_ical())


def _component(event: Event) -> icalendar.Event:
    made = icalendar.Event()
    made.add("uid", event.uid)
    made.add("dtstamp", _instant(event.changed_at))
    made.add("created", _instant(event.made_at))
    made.add("last-modified", _instant(event.changed_at))
    made.add("sequence", event.sequence)
    made.add("summary", _clean(event.summary))
    if isinstance(event.starts, datetime):
        # An instant without an end: DTEND must be later than DTSTART, and there is nothing later to say.
        made.add("dtstart", _instant(event.starts))
    else:
        made.add("dtstart", event.starts)
        made.add("dtend", event.starts + timedelta(days=1))
    made.add("description", _clean(event.description))
    made.add("url", event.url)
    made.add("categories", [_clean(event.category)])
    made.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    made.add("transp", "TRANSPARENT")
    return made


def _universal_time() -> icalendar.Timezone:
    """A calendar must hold a component, also when there is no event in it."""
    zone = icalendar.Timezone()
    zone.add("tzid", "Etc/UTC")
    standard = icalendar.TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))
    standard.add("tzoffsetfrom", timedelta(0))
    standard.add("tzoffsetto", timedelta(0))
    standard.add("tzname", "UTC")
    zone.add_component(standard)
    return zone


def _instant(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _clean(text: str) -> str:
    """Leave out what a calendar cannot hold."""
    return _CONTROL.sub(" ", text.replace("\r\n", "\n"))
