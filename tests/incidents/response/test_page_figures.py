"""Every figure about an incident on a page is the one that the rows of the database give, counted here anew."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser
from django.utils import timezone

from incidents.response import actions
from incidents.response.breach_actions import decide_not_to_notify, record_notified, start_clocks
from incidents.response.models import BreachClock, Incident, Measure, PostMortemSection, TimelineEntry, Update
from incidents.response.post_mortems.actions import write_section
from incidents.response.post_mortems.measures import add_measure, drop_measure, finish_measure
from incidents.response.timeline_actions import add_entry
from incidents.response.update_actions import Words, record_update
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.tenancy.models import Client
from tests.incidents.response.made import agree, fresh
from tests.incidents.response.page_read import Page, facts, instant, words

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]
LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
STRIPS = {
    "incident.response": "First response",
    "incident.postmortem": "Post-mortem to the client",
    "incident.update": "Next word to the client",
}
#: What the post-mortem of a major breach of personal data needs, by incident.yaml.
NEEDED = {
    "summary", "impact", "timeline", "detection", "response_and_recovery", "root_cause", "contributing_factors",
    "what_went_well", "what_went_badly", "corrective_measures", "preventive_measures", "notifications",
    "client_message",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """Two incidents of one client and one of another, all looked at in the same instant."""

    now: datetime
    resolved: Incident
    running: Incident
    foreign: Incident


@pytest.fixture
def scene(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, bob: User, carol: User,
    monkeypatch: pytest.MonkeyPatch,
) -> Scene:  # fmt: skip
    now = timezone.now().replace(microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: now)
    for client in (client_a1, client_a2):
        agree(client, alice, "scale")
    return Scene(
        now,
        _resolved(client_a1, alice, bob, now),
        _running(client_a1, bob, now),
        _running(client_a2, alice, now - HOUR),
    )


def _resolved(client: Client, alice: User, bob: User, now: datetime) -> Incident:
    """A breach with a long timeline: its clocks run, were met, met late, and decided."""
    known = {
        "personal_data": "yes",
        "jurisdictions": ["GB"],
        "people_affected": 1204,
        "records_affected": 31999,
    }
    [incident] = actions.open_incident(
        [client], title="Invoices went to others", severity="SEV2", by=alice, now=now - 70 * HOUR,
        detected_at=now - 71.2 * HOUR, facts=known,
    )  # fmt: skip
    actions.acknowledge(incident, by=bob, now=now - 65 * HOUR)
    for number in range(37):
        at = now - (64 - number * 1.3) * HOUR
        add_entry(incident, f"Step {number}", at=at, by=bob, now=now, internal=number % 3 == 0)
    for hours in (64, 40, 30):
        told = now - hours * HOUR
        said = Words(f"Known at {hours}", next_at=told + 4 * HOUR)
        record_update(incident, said, channel="Telephone", told_at=told, by=bob, now=told)
    clocks = start_clocks(incident, ["uk-gdpr-processor", "uk-gdpr-ico"], by=alice, now=now - 60 * HOUR)
    record_notified(clocks[0], at=now - 59 * HOUR, by=alice, now=now - 59 * HOUR)
    actions.record_instant(incident, "contained_at", now - 50.25 * HOUR, by=bob, now=now)
    actions.record_instant(incident, "resolved_at", now - 20 * HOUR, by=bob, now=now - 20 * HOUR)
    for key in ("summary", "impact"):
        write_section(incident, key, f"About {key}.", version=0, by=bob, now=now)
    write_section(incident, "detection", "  ", version=0, by=bob, now=now)
    made = [
        add_measure(incident, {"kind": "corrective", "text": text, "owner": bob}, by=bob, now=now)
        for text in ("One", "Two", "Three")
    ]
    finish_measure(made[0], "Done on Friday.", by=bob, now=now)
    drop_measure(made[1], by=bob, now=now, why="Not needed")
    return fresh(incident)


def _running(client: Client, by: User, now: datetime) -> Incident:
    """One that nobody has taken up, late in every clock but one of the law."""
    [incident] = actions.open_incident(
        [client], title="The host is down", severity="SEV1", by=by, now=now - 5 * HOUR,
        facts={"personal_data": "suspected", "jurisdictions": ["GB"]},
    )  # fmt: skip
    actions.record_instant(incident, "aware_at", now - 4.5 * HOUR, by=by, now=now - 4.4 * HOUR)
    clock = start_clocks(incident, ["uk-gdpr-processor"], by=by, now=now - 4 * HOUR)[0]
    decide_not_to_notify(clock, by=by, now=now - 3 * HOUR, why="No person is affected")
    return fresh(incident)


def address(incident: Incident, rest: str = "") -> str:
    return f"{incident.get_absolute_url()}{rest}"


def span(length: timedelta) -> str:
    """A length as the page says it, worked out in whole minutes."""
    minutes = int(length.total_seconds() // 60)
    if minutes > 120 * 60:
        return f"{minutes // 1440} days"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def countdown(length: timedelta) -> str:
    seconds = int(abs(length).total_seconds())
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


Strip = tuple[str, str, str, datetime, datetime | None]


def strips_by_rows(incident: Incident, now: datetime, *, inside: bool) -> list[Strip]:
    """Name, figure, words, start and end of each clock that the page must have, in its order."""
    found: list[tuple[bool, datetime | None, Strip]] = []
    rows = Deadline.objects.filter(subject_type="response.incident", subject_id=str(incident.pk))
    for row in rows.exclude(outcome="cancelled"):
        hidden = row.internal and not inside
        if hidden or (row.kind == "incident.update" and row.ended_at):
            continue
        said = _said(row.started_at, row.due_at, row.ended_at, now)
        strip = (STRIPS[row.kind], *said, row.started_at, row.due_at)
        found.append((row.ended_at is not None, row.due_at, strip))
    for clock in BreachClock.objects.filter(incident=incident):
        figure, text = "Without delay", "no fixed time"
        ended = clock.notified_at if clock.outcome == "notified" else clock.decided_at
        if clock.due_at:
            figure, text = _said(clock.trigger_at, clock.due_at, ended, now)
        elif clock.outcome:
            figure, text = (
                {"notified": "Notified", "not_notified": "Decided not to notify"}[clock.outcome],
                "",
            )
        if clock.due_at and clock.outcome == "not_notified":
            figure = "Decided"
        strip = (clock.title, figure, text, clock.trigger_at, clock.due_at)
        found.append((bool(clock.outcome), clock.due_at, strip))
    last = datetime.max.replace(tzinfo=UTC)
    return [strip for _, _, strip in sorted(found, key=lambda each: (each[0], each[1] or last))]


def _said(start: datetime, due: datetime, ended: datetime | None, now: datetime) -> tuple[str, str]:
    if ended:
        return "Met", f"in {span(ended - start)}{', late' if ended > due else ''}"
    if now > due:
        return countdown(now - due), "late"
    total = due - start
    hours, days = round(total / HOUR), round(total / timedelta(days=1))
    of = f"{hours} hour{'' if hours == 1 else 's'}" if total <= timedelta(hours=120) else f"{days} days"
    return countdown(due - now), f"left of {of}"


def strips_on(page: Page) -> list[Strip]:
    found = []
    for clock in page.of_class("div", "clock"):
        parts = {each.get("class"): each for each in clock.iter("p")}
        figure, text = parts["left"].find("b"), parts["left"].find("span")
        times = [datetime.fromisoformat(each.get("datetime", "")) for each in parts["ends"].iter("time")]
        due = times[1] if len(times) > 1 else None
        found.append((words(parts["name"]), words(figure), words(text), times[0], due))
    return found


def to_minutes(strips: list[Strip]) -> list[Strip]:
    """Instants are printed to the minute."""
    cut = [each[3].replace(second=0, microsecond=0) for each in strips]
    ends = [each[4] and each[4].replace(second=0, microsecond=0) for each in strips]
    return [(*each[:3], start, end) for each, start, end in zip(strips, cut, ends, strict=True)]


@pytest.mark.parametrize("which", ["resolved", "running"])
@pytest.mark.parametrize("who", ["alice", "bob", "carol"])
def test_the_clocks_are_those_of_the_rows_to_the_second(
    scene: Scene, signed_in: SignedIn, which: str, who: str, request: pytest.FixtureRequest
) -> None:
    incident, user = getattr(scene, which), request.getfixturevalue(who)
    page = Page(signed_in(user), address(incident))
    expected = strips_by_rows(incident, scene.now, inside=who != "carol")
    assert len(expected) >= 2
    assert strips_on(page) == to_minutes(expected)
    timers = page.all(".//b[@role='timer']")
    dues = [datetime.fromisoformat(each.get("data-deadline", "")) for each in timers]
    running = [each[4] for each in expected if each[4] and each[1] not in ("Met", "Decided")]
    assert sorted(dues) == sorted(running), "the script counts to the instant of the row"
    assert datetime.fromisoformat(page.all(".//section[@data-now]")[0].get("data-now", "")) == scene.now


@pytest.mark.parametrize("which", ["resolved", "running"])
@pytest.mark.parametrize("who", ["alice", "carol"])
def test_the_timeline_has_every_row_under_its_day(
    scene: Scene, signed_in: SignedIn, which: str, who: str, request: pytest.FixtureRequest
) -> None:
    incident, user = getattr(scene, which), request.getfixturevalue(who)
    rows = list(
        TimelineEntry.objects.filter(incident=incident).values("at", "lead_in", "text", "internal", "pk")
    )
    told = [row for row in rows if not row["internal"]]
    mine = told if who == "carol" else rows
    counted = f"{len(mine)} events" + ("" if who == "carol" else f", {len(told)} shown to the client")
    whole, first = (Page(signed_in(user), address(incident, rest)) for rest in ("?timeline=all", ""))
    for page, shown in ((whole, mine), (first, sorted(mine, key=_newest)[:30])):
        assert words(page.section("s-timeline").find(".//span[@class='count']")) == counted
        latest = sorted(shown, key=_newest)
        lines = [line for each in page.of_class("ol", "timeline") for line in each.iterfind("li")]
        assert [instant(line) for line in lines] == [row["at"].replace(microsecond=0) for row in latest]
        texts = [" ".join(f"{row['lead_in']} {row['text']}".split()) for row in latest]
        assert [words(line.find("div/p")) for line in lines] == texts
        days = [
            (day, len(list(of)))
            for day, of in groupby(latest, key=lambda row: row["at"].astimezone(LONDON).date())
        ]
        headings = [words(each) for each in page.of_class("h3", "day")]
        assert headings == [f"{day:%A} {day.day} {day:%B %Y}" for day, _ in days]
        assert [len(each.findall("li")) for each in page.of_class("ol", "timeline")] == [n for _, n in days]


def _newest(row: dict[str, Any]) -> tuple[float, int]:
    return -row["at"].timestamp(), -row["pk"]


@pytest.mark.parametrize("who", ["alice", "carol"])
def test_the_phases_carry_the_instants_and_the_lengths_of_the_rows(
    scene: Scene, signed_in: SignedIn, who: str, request: pytest.FixtureRequest
) -> None:
    row = Incident.objects.filter(pk=scene.resolved.pk).values().get()
    page = Page(signed_in(request.getfixturevalue(who)), address(scene.resolved))
    lines = {words(each.find("b")): each for each in page.of_class("ol", "phases")[0].iterfind("li")}
    detected = row["detected_at"]
    expected = {
        "Detection": (detected, f"taken up in {span(row['acknowledged_at'] - row['reported_at'])}"),
        "Containment": (row["contained_at"], f"after {span(row['contained_at'] - detected)}"),
    }
    for title, (at, said) in expected.items():
        assert instant(lines[title]) == at.replace(second=0, microsecond=0)
        assert words(lines[title].find("span")) == said
    assert instant(lines["Remediation"]) == row["resolved_at"].replace(second=0, microsecond=0)
    assert list(lines) == ["Detection", "Containment", "Investigation", "Notification", "Remediation"]
    open_clocks = BreachClock.objects.filter(incident=scene.resolved, outcome="").count()
    said = words(lines["Notification"].find("span"))
    assert open_clocks == 1
    assert said == ("" if who == "carol" else f"Notify, or decide not to, for {open_clocks} running clock.")


@pytest.mark.parametrize("who", ["alice", "carol"])
def test_the_facts_and_the_updates_are_those_of_the_rows(
    scene: Scene, signed_in: SignedIn, who: str, request: pytest.FixtureRequest
) -> None:
    row = Incident.objects.filter(pk=scene.resolved.pk).values().get()
    page = Page(signed_in(request.getfixturevalue(who)), address(scene.resolved))
    known = facts(page, "s-facts")
    assert known["People affected"] == f"{row['people_affected']:,}"
    assert known["Records affected"] == f"{row['records_affected']:,}"
    for title, name in (
        ("Detected", "detected_at"),
        ("Reported", "reported_at"),
        ("Acknowledged", "acknowledged_at"),
    ):
        at = row[name].astimezone(LONDON)
        assert known[title].startswith(f"{at:%a} {at.day} {at:%b}, {at:%H:%M}")
    updates = Update.objects.filter(incident=scene.resolved).order_by("-sent_at").values()
    shown = page.section("s-updates").findall(".//li")
    assert [instant(each) for each in shown] == [each["sent_at"].replace(second=0) for each in updates[:3]]
    assert known["Next update"] == "None promised", "what was promised ended with the resolution"


def test_parts_and_measures_are_counted_from_the_rows(
    scene: Scene, signed_in: SignedIn, alice: User, carol: User
) -> None:
    page = Page(signed_in(alice), address(scene.resolved))
    measures = Measure.objects.filter(incident=scene.resolved, dropped_at__isnull=True)
    states = Counter("Done" if each.done_at else "To do" for each in measures)
    listed = page.section("s-measures").findall(".//li")
    shown = [
        words(next(each for each in line.iter("span") if "status" in each.get("class", "")))
        for line in listed
    ]
    assert Counter(shown) == states == Counter({"Done": 1, "To do": 1})
    texts = PostMortemSection.objects.filter(post_mortem__incident=scene.resolved)
    by_hand = {each.key for each in texts if each.text.strip()}
    by_record = {f"{each.kind}_measures" for each in measures} | {"timeline"}
    by_record |= {"notifications"} if BreachClock.objects.exclude(outcome="").exists() else set()
    section = page.section("s-pm")
    counted = f"{len((by_hand | by_record) & (NEEDED | by_hand))} of {len(NEEDED | by_hand)} parts, in draft"
    assert words(section.find(".//span[@class='count']")) == counted
    assert len(section.findall(".//li")) == len(NEEDED | by_hand)
    hidden = Page(signed_in(carol), address(scene.resolved))
    assert hidden.section("s-pm") is None
    assert hidden.section("s-measures") is None


def test_a_clock_that_only_runs_does_not_write_the_notifications(
    scene: Scene, signed_in: SignedIn, alice: User
) -> None:
    BreachClock.objects.filter(incident=scene.resolved).update(
        outcome="", decided_at=None, decided_by=None, notified_at=None
    )
    listed = Page(signed_in(alice), address(scene.resolved)).section("s-pm").findall(".//li")
    assert any(words(each) == "NotificationsNot started" for each in listed)


def test_the_form_of_the_post_mortem_follows_the_severity_until_it_is_shared(
    scene: Scene, signed_in: SignedIn, alice: User
) -> None:
    actions.edit_facts(scene.resolved, {"personal_data": "no"}, by=alice, now=scene.now)
    actions.change_severity(scene.resolved, "SEV3", by=alice, now=scene.now, why="It was smaller")
    listed = Page(signed_in(alice), address(scene.resolved)).section("s-pm").findall(".//li")
    assert len(listed) == 7
    actions.change_severity(scene.resolved, "SEV1", by=alice, now=scene.now, why="It was not")
    again = Page(signed_in(alice), address(scene.resolved)).section("s-pm").findall(".//li")
    assert len(again) == len(NEEDED - {"notifications"})


def cells(row: Element) -> dict[str, str]:
    return {each.get("data-label") or "Incident": words(each) for each in row if each.tag in ("th", "td")}


@pytest.mark.parametrize(
    ("who", "list_", "names"),
    [
        ("alice", "/incidents/", {"resolved", "running", "foreign"}),
        ("bob", "/incidents/", {"resolved", "running"}),
        ("alice", "/c/alder/incidents/", {"resolved", "running"}),
        ("carol", "/c/alder/incidents/", {"resolved", "running"}),
    ],
)
def test_the_list_says_of_each_what_its_row_says(
    scene: Scene, signed_in: SignedIn, who: str, list_: str, names: set[str], request: pytest.FixtureRequest
) -> None:
    page = Page(signed_in(request.getfixturevalue(who)), list_)
    rows = {row.get("id"): cells(row) for row in page.all(".//div[@id='incidents']//tbody/tr[@id]")}
    expected = [getattr(scene, name) for name in names]
    assert set(rows) == {f"incident-{each.pk}" for each in expected}
    assert words(page.of_class("div", "filters-on")[0].find("p")).startswith(f"{len(expected)} incidents")
    for each in expected:
        row = rows[f"incident-{each.pk}"]
        assert each.reference in row["Incident"]
        assert row["Severity"] == each.get_severity_display()
        day = each.detected_at.astimezone(LONDON)
        assert row["Detected"] == f"{day.day} {day:%b} {day:%Y}"
        assert row["State"] == each.get_status_display()
        assert row["Next clock"] == _next_clock(each, scene.now, inside=who != "carol")


def _next_clock(incident: Incident, now: datetime, *, inside: bool) -> str:
    rows = Deadline.objects.filter(
        subject_type="response.incident", subject_id=str(incident.pk), ended_at=None
    )
    due = sorted((row.due_at, row.kind) for row in rows if inside or not row.internal)
    if not due:
        return "None runs"
    at, kind = due[0]
    name = {
        "incident.response": "Response",
        "incident.postmortem": "Post-mortem",
        "incident.update": "Update",
    }[kind]
    minutes = abs((at - now).total_seconds()) / 60
    if at < now:
        whole = -int(-minutes // 60) if minutes > 60 else int(minutes)
        return f"{_count(whole, 'hour' if minutes > 60 else 'minute')} overdue{name}"
    return f"In {_count(int(minutes // 60), 'hour')}{name}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def test_the_contents_and_the_tab_count_what_is_not_closed(
    scene: Scene, signed_in: SignedIn, alice: User, bob: User
) -> None:
    def beside(user: User, at: str) -> list[str]:
        page = Page(signed_in(user), at)
        return [words(each) for each in page.root.iter("a") if re.match(r"Incidents ?\d", words(each))]

    actions.open_incident(
        [scene.running.client], title="Drill", severity="SEV1", by=alice, now=scene.now, drill=True
    )
    assert beside(alice, "/") == ["Incidents3 due, 2 overdue"]
    assert beside(bob, "/") == ["Incidents2 due, 1 overdue"]
    assert "Incidents 2" in beside(alice, "/c/alder/")
    Incident.objects.filter(pk=scene.resolved.pk).update(closed_at=scene.now, status="closed")
    assert "Incidents 1" in beside(alice, "/c/alder/")


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_today_shows_the_running_clocks_of_the_rows(
    scene: Scene, signed_in: SignedIn, who: str, request: pytest.FixtureRequest
) -> None:
    page = Page(signed_in(request.getfixturevalue(who)), "/")
    rows = Deadline.objects.filter(ended_at=None, due_on=None, due_at__lte=scene.now + timedelta(days=14))
    if who == "bob":
        rows = rows.filter(client=scene.running.client)
    expected = sorted(rows, key=lambda row: (row.due_at, row.pk))
    section = page.section("s-clocks")
    assert words(section.find(".//span[@class='count']")) == str(len(expected))
    shown = [each for each in section.iter("div") if "clock" in each.get("class", "").split()]
    assert 3 <= len(shown) <= len(expected)
    for each, row in zip(shown, expected, strict=False):
        assert words(each.find("p[@class='name']")) == row.title
        figure, said = each.find(".//b"), each.find("p[@class='left']/span")
        assert (words(figure), words(said)) == _said(row.started_at, row.due_at, None, scene.now)
        assert datetime.fromisoformat(figure.get("data-deadline")) == row.due_at
