"""An incident from the machine's first sign to the client's own copy of what was learned, as people do it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from incidents.response.models import Incident
from incidents.response.rules.post_mortem import FROM_THE_RECORD, sections
from incidents.response.rules.signatures import signature_of
from portal.outbox.models import Message
from portal.tenancy.scope import enter
from tests.browser.visitor import Visitor, not_refused
from tests.browser.world import PASSWORD, World, make_world
from tests.conftest import everything_of, sign_in
from tests.incidents.response.made import agree
from tests.papers import text_of

TITLE = "Orders are not invoiced"
OURS, SEEN = "The queue belongs to nobody yet.", "The invoice step was turned off."
TOLD, LEARNED = "Invoices since Thursday wait; none is lost.", "What the portal learned of"
BIRCH_WORDS = "Clinic letters were stopped."
PAGE = "/c/alder/incidents/1/"


@pytest.fixture(scope="module")
def world(site: str) -> World:
    """The cast; Alder is supported, so that its first response has a clock."""
    made = make_world()
    with enter(everything_of(made.practices["a"]), switch=True):
        agree(made.clients["alder"], made.people["alice"], "scale")
    return made


@pytest.fixture
def working(world: World, visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """Give somebody's browser, signed in."""

    def give(who: str, **options: Any) -> Visitor:
        made = visitor(**options)
        made.carry(sign_in(world.people[who]).cookies)
        return made

    return give


def test_from_an_alert_to_the_clients_own_copy(
    world: World, working: Callable[..., Visitor], visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    alice, bob, carol, erin, dan = (*map(working, ("alice", "bob")), *(visitor() for _ in range(3)))
    _send_alert(visitor(), *_set_up_source(alice))
    _take_it_up(bob)
    _hit_another_client_too(alice)
    _respond(bob)
    _write_post_mortem(bob)
    _review_and_share(alice, bob)

    carol.sign_in_first(world.people["carol"], PASSWORD)
    _read_ones_own_part(carol)
    file = carol.take("PDF", tmp_path)
    assert file.name.startswith("post-mortem-alder-")
    text = text_of(file.read_bytes())
    for words in (TITLE, "INC-0001", "Alder & Sons", SEEN, TOLD, "Check the step each hour", "Bob Baker"):
        assert words in text, words
    assert all(f"{LEARNED} {name}" in text for name in _section_names())
    for words in (OURS, "Birch", BIRCH_WORDS, "Cedar", "Southgate"):
        assert words not in text, words

    erin.sign_in(world.people["erin"], PASSWORD)
    dan.sign_in(world.people["dan"], PASSWORD)
    asked = {**alice.visited, **bob.visited, **carol.visited}
    of_alder = [each for each in asked if each[1].startswith("/c/alder/")]
    assert {method for method, _ in of_alder} == {"GET", "POST"}
    assert len({address for _, address in of_alder}) >= 25
    assert not_refused(of_alder, [erin, dan]) == []


def _set_up_source(alice: Visitor) -> tuple[str, str]:
    alice.open("/c/alder/alert-sources/")
    alice.follow("Add a source")
    alice.page.get_by_label("Name").fill("n8n of the shop")
    alice.press("Add source")
    page = alice.page
    address, secret = page.locator("#address").input_value(), page.locator("#secret").input_value()
    alice.follow("Done: to the alert sources")
    assert alice.shows("Not yet")
    return f"{alice.site}{urlsplit(address).path}", secret


def _send_alert(machine: Visitor, address: str, secret: str) -> None:
    """Send an alert as a machine does: by the source's address and secret alone."""
    before = datetime.now(UTC) - timedelta(minutes=50)
    alert = {"reference": "invoices-7", "summary": TITLE, "severity": "high", "at": before.isoformat()}
    body, at = json.dumps(alert).encode(), str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": uuid.uuid4().hex,
        "X-Plumbline-Timestamp": at,
        "X-Plumbline-Signature": signature_of(secret, at, body),
    }
    answer = machine.context.request.post(address, data=body, headers=headers)
    assert (answer.status, answer.json()) == (201, {"incident": "INC-0001", "result": "opened"})


def _take_it_up(bob: Visitor) -> None:
    bob.open("/")
    assert bob.shows("Acknowledge INC-0001")
    bob.follow("Incidents")
    row = bob.page.get_by_role("row").filter(has_text=TITLE).inner_text()
    assert "Alder & Sons" in row
    assert "Open" in row
    bob.follow(TITLE)
    assert bob.is_at(PAGE)
    assert bob.shows("nobody has taken it up")
    bob.press("Acknowledge")
    assert bob.shows("You have taken up INC-0001.")
    assert bob.shows("Bob Baker has taken it up.")


def _hit_another_client_too(alice: Visitor) -> None:
    """Birch gets a part of its own; nobody of Alder may learn of it."""
    alice.open(f"{PAGE}clients/")
    alice.page.get_by_label("Client", exact=True).select_option(label="Birch Clinic")
    alice.page.locator("main form button.is-primary").click()
    assert alice.shows("Also hit")
    alice.follow("Birch Clinic")
    assert alice.is_at("/c/birch/incidents/1/")
    alice.follow("Add to timeline")
    alice.page.get_by_label("What happened").fill(BIRCH_WORDS)
    alice.press("Add to timeline")
    assert alice.shows(BIRCH_WORDS)


def _respond(bob: Visitor) -> None:
    page = bob.page
    for words, internal in ((OURS, True), (SEEN, False)):
        bob.follow("Add to timeline")
        page.get_by_label("What happened").fill(words)
        page.get_by_label("Internal: only people of the practice read it").set_checked(internal)
        bob.press("Add to timeline")
        assert bob.shows(words)
    bob.follow("Send an update")
    page.get_by_label("What is known").fill(TOLD)
    bob.press("Send update")
    assert bob.shows("The client was told.")
    bob.follow("Edit")
    page.get_by_label("Is personal data involved").select_option(label="No")
    bob.press("Save")
    for name, words in (("contained", "The queue is held."), ("resolved", "All invoices went out.")):
        bob.follow(f"Record {name}")
        page.get_by_label("What was done").fill(words)
        bob.press("Record")
        assert bob.shows(words)
    assert bob.shows("Resolved")


def _section_names() -> list[str]:
    """The sections that have to be written for a major incident without personal data."""
    return [
        each.title.lower()
        for each in sections(short=False)
        if each.is_required(data_involved=False) and each.key not in FROM_THE_RECORD
    ]


def _write_post_mortem(bob: Visitor) -> None:
    page = bob.page
    bob.follow("Write the post-mortem")
    assert bob.shows("Before it can be reviewed")
    for section in sections(short=False):
        if section.title.lower() not in _section_names():
            continue
        bob.follow(f"Write {section.title}")
        page.get_by_label("Text").fill(f"{LEARNED} **{section.title.lower()}**.")
        bob.press("Save")
        assert bob.shows(f"“{section.title}” is saved.")
    for kind, words in (("corrective", "Turn the step on again"), ("preventive", "Check the step each hour")):
        bob.follow(f"Add a {kind} measure")
        page.get_by_label("What is to be done").fill(words)
        page.get_by_label("Owner").select_option(label="Bob Baker")
        for part, value in zip(("day", "month", "year"), ("15", "3", "2031"), strict=True):
            page.locator(f"[name=due_on_{part}]").fill(value)
        page.locator("main form button.is-primary").click()
        assert bob.shows(words)
    assert page.get_by_text("Before it can be reviewed").count() == 0
    bob.press("Ask for review")
    assert bob.shows("The post-mortem waits for its review.")


def _review_and_share(alice: Visitor, bob: Visitor) -> None:
    bob.open(f"{PAGE}post-mortem/review/")
    assert bob.shows("You began this post-mortem. Somebody else reviews it.")
    alice.open(f"{PAGE}post-mortem/")
    alice.follow("Review…")
    alice.page.get_by_label("Yes, it may be shared").check()
    alice.press("Record the review")
    alice.follow("Share with the client…")
    alice.press("Share it now")
    assert alice.shows("The post-mortem is shared with Alder & Sons.")
    alice.open(PAGE)
    alice.press("Close")
    assert alice.shows("Every phase is done.")


def _read_ones_own_part(carol: Visitor) -> None:
    page = carol.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Incidents").click()
    page.get_by_label("State").select_option(label="All")
    carol.press("Apply")
    carol.follow(TITLE)
    assert carol.is_at(PAGE)
    for words in (TOLD, SEEN, "The queue is held.", "All invoices went out."):
        assert carol.shows(words)
    for words in (OURS, "Birch", BIRCH_WORDS, "Add to timeline", "shown to the client"):
        assert words not in page.content(), words
    carol.follow("Read the post-mortem")
    assert carol.is_at(f"{PAGE}post-mortem/")
    assert carol.shows("Check the step each hour")


def _opened(world: World, title: str) -> Incident:
    with enter(everything_of(world.practices["a"]), switch=True):
        return Incident.objects.select_related("client").get(title=title)


def test_an_incident_is_logged_on_a_phone_by_three_answers(
    world: World, working: Callable[..., Visitor]
) -> None:
    alice = working("alice", width=390, has_touch=True, is_mobile=True)
    page = alice.page
    alice.open("/renewals/")
    page.get_by_role("link", name="Log an incident").tap()
    page.get_by_label("Client", exact=True).select_option(label="Alder & Sons")
    page.get_by_label("What happened").fill("The shop shows old prices")
    page.get_by_label("SEV3", exact=False).first.tap()
    page.get_by_role("button", name="Log incident").tap()
    page.get_by_role("heading", name="The shop shows old prices").wait_for()
    incident = _opened(world, "The shop shows old prices")
    assert (incident.client.name, incident.severity, incident.drill) == ("Alder & Sons", "SEV3", False)
    asked = [address for method, address in alice.visited if method == "GET"]
    assert asked == ["/renewals/", "/incidents/log/", incident.get_absolute_url()]


def test_an_incident_is_logged_and_taken_up_by_the_keyboard_alone(
    world: World, working: Callable[..., Visitor]
) -> None:
    alice = working("alice")
    keys, title = alice.page.keyboard, "The ledger stands still"
    alice.open("/c/alder/")
    _tab_to(alice, "a", "Log an incident")
    with alice.page.expect_navigation():
        keys.press("Enter")
    _tab_to(alice, "input", "title")
    keys.type(title)
    keys.press("Tab")
    keys.press("Space")
    keys.press("ArrowDown")
    with alice.page.expect_navigation():
        keys.press("Enter")
    assert alice.shows(title)
    _tab_to(alice, "button", "Acknowledge")
    with alice.page.expect_navigation():
        keys.press("Enter")
    assert alice.shows("You have taken up")
    incident = _opened(world, title)
    assert (incident.severity, incident.acknowledged_by) == ("SEV2", world.people["alice"])


def _tab_to(visitor: Visitor, tag: str, name: str) -> None:
    """Press Tab until an element of this kind and this name (of a field) or text is reached."""
    for _ in range(80):
        visitor.page.keyboard.press("Tab")
        reached = visitor.page.evaluate("""() => {
            const at = document.activeElement;
            return [at.tagName.toLowerCase(), at.name || at.innerText];
        }""")
        if reached == [tag, name]:
            return
    pytest.fail(f"{name} is not reached by Tab")


def test_a_drill_runs_its_clocks_and_reaches_nobody_outside(
    world: World, working: Callable[..., Visitor]
) -> None:
    alice, carol, title = working("alice"), working("carol"), "Exercise of the spring"
    alice.open("/incidents/log/?client=alder&severity=SEV1")
    alice.page.get_by_label("What happened").fill(title)
    alice.page.get_by_text("More details").click()
    alice.page.get_by_label("This is a drill").check()
    alice.press("Log incident")
    assert alice.shows("Drill: nobody outside is told")
    assert alice.shows("First response")
    drill = _opened(world, title)
    alice.follow("Send an update")
    alice.page.get_by_label("What is known").fill("Nobody hears this.")
    alice.press("Send update")
    assert carol.open(drill.get_absolute_url()).status == 404
    carol.open("/c/alder/incidents/")
    assert title not in carol.page.content()
    with enter(everything_of(world.practices["a"]), switch=True):
        assert not Message.objects.filter(subject__contains=title, person=world.people["carol"]).exists()
