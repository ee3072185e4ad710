"""Gives the demonstration's posture a past: invented days that lead to today's result, which is the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from zlib import crc32

from django.utils import timezone

from clients.posture.actions import add_waiver, take_snapshot
from clients.posture.catalogue import controls
from clients.posture.models import Snapshot
from clients.posture.rules.registry import VERSION, is_provable
from clients.trust.demonstration.people import House
from clients.trust.demonstration.spec import read
from portal.audit.actions import record
from portal.tenancy.models import Client
from portal.tenancy.scope import narrowed

YEAR, WEEK, DAILY, SETTLED = 364, 7, 10, 14
COLUMNS = {
    "passes": "pass",
    "warns": "warn",
    "waived": "exception",
    "fails": "fail",
    "not_applicable": "not_applicable",
}


def add_waivers(house: House, client: Client) -> None:
    """Write the client's approved exceptions down."""
    for entry in read(client.slug).get("waivers", ()):
        dates = house.calendar.values({name: entry[name] for name in ("approved_on", "until_on")})
        add_waiver(
            client,
            entry["control"],
            reason=" ".join(entry["reason"].split()),
            approved_by=house.people[entry["approved_by"]],
            by=house.people[entry["by"]],
            today=house.calendar.today,
            **dates,
        )


def note_trail_export(house: House, client: Client) -> None:
    """Record that somebody has tried the export of the trail, where the file says so."""
    if key := read(client.slug).get("trail_export"):
        record("activity.export", client=client, details={"as": "csv"}, by=house.people[key])


def add_history(client: Client) -> None:
    """Take today's snapshot, and put before it the days on which less was recorded."""
    with narrowed(clients=frozenset({client.pk})):
        today = take_snapshot(client, timezone.now())
        recorded = _recorded(client.slug, today.results)
        Snapshot.objects.bulk_create(
            [_snapshot(today, client, recorded, days) for days in _days(client, today.taken_on)]
        )


def _days(client: Client, today: date) -> list[int]:
    """List the days before today that have a snapshot: one a week for a year, each of the last ten, none too early."""
    known = (today - client.since_on).days if client.since_on else 0
    days = {*range(WEEK, YEAR + 1, WEEK), *range(1, DAILY + 1)}
    return sorted(day for day in days if day < known)


def _recorded(slug: str, results: Mapping[str, str]) -> dict[str, int]:
    """Spread evenly over the year since when something is recorded of each control, in an order of its own."""
    order = sorted(results, key=lambda control: crc32(f"{control} of {slug}".encode()))
    return {control: SETTLED + (YEAR - SETTLED) * n // len(order) for n, control in enumerate(order)}


def _snapshot(today: Snapshot, client: Client, recorded: Mapping[str, int], days: int) -> Snapshot:
    results = {
        control: _result_then(client.slug, control, now, days)
        for control, now in today.results.items()
        if days <= recorded[control] or now == "not_applicable"
    }
    counts = Counter(results.values())
    values = {column: counts[result] for column, result in COLUMNS.items()}
    return Snapshot(
        practice_id=today.practice_id,
        client=client,
        taken_on=today.taken_on - timedelta(days=days),
        unknown=today.total - len(results),
        total=today.total,
        areas=_areas(results),
        results=results,
        rules_version=VERSION,
        **values,
    )


def _result_then(slug: str, control: str, now: str, days: int) -> str:
    """Give a control's result so many days ago: what has lapsed was in order, what is waived was not yet."""
    if days > read(slug).get("lapsed", {}).get(control, YEAR):
        return "pass"
    return "fail" if now == "exception" and days > 40 else now


def _areas(results: Mapping[str, str]) -> dict[str, list[int]]:
    """Count by family: [passes, provable]; what is unknown counts where the registers could prove it."""
    found: dict[str, list[int]] = {}
    for control in controls().values():
        result = results.get(control.id)
        passes, provable = found.setdefault(control.area, [0, 0])
        counts = result != "not_applicable" if result else is_provable(control.id)
        found[control.area] = [passes + (result == "pass"), provable + counts]
    return found
