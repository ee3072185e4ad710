"""A post-mortem from its first word to the client: saved by itself, in conflict, reviewed, shared, read, downloaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from incidents.response.actions import acknowledge, open_incident, record_instant
from incidents.response.models import Incident
from incidents.response.post_mortems.actions import write_section
from incidents.response.post_mortems.measures import add_measure
from incidents.response.rules.post_mortem import sections
from portal.tenancy.scope import enter
from tests.browser.visitor import Visitor
from tests.browser.world import World, make_world
from tests.conftest import everything_of, sign_in


@pytest.fixture(scope="module")
def world(site: str) -> World:
    """The cast."""
    return make_world()


@pytest.fixture
def at(world: World, visitor: Callable[..., Visitor]) -> Callable[[str, str], Visitor]:
    """Open an address as somebody who is signed in."""

    def open_as(who: str, address: str) -> Visitor:
        made = visitor()
        made.carry(sign_in(world.people[who]).cookies)
        made.open(address)
        return made

    return open_as


@pytest.fixture
def incident(world: World) -> Incident:
    """One that was resolved an hour ago."""
    now = datetime.now(UTC)
    alder, alice = world.clients["alder"], world.people["alice"]
    with enter(everything_of(alder.practice_id), switch=True):
        made = open_incident(
            [alder],
            title="Duplicate invoices were sent",
            severity="SEV3",
            by=alice,
            now=now - timedelta(hours=5),
            facts={"personal_data": "no", "source": "the client", "systems": ["Invoice sync"]},
        )[0]
        acknowledge(made, by=alice, now=now - timedelta(hours=4))
        for name, hours in (("contained_at", 3), ("resolved_at", 1)):
            record_instant(made, name, now - timedelta(hours=hours), by=alice, now=now)
    return made


def write_the_rest(world: World, incident: Incident) -> None:
    alice, now = world.people["alice"], datetime.now(UTC)
    with enter(everything_of(incident.practice_id), switch=True):
        for section in sections(short=True):
            if section.key not in ("summary", "timeline"):
                text = f"- What is to be said of **{section.title.lower()}**\n- And more"
                write_section(incident, section.key, text, version=0, by=alice, now=now)
        for kind in ("corrective", "preventive"):
            facts = {"kind": kind, "text": f"A {kind} step", "owner": alice, "due_on": now.date()}
            add_measure(incident, facts, by=alice, now=now)


def test_a_post_mortem_reaches_the_client(
    world: World, at: Callable[[str, str], Visitor], incident: Incident
) -> None:
    base = f"/c/alder/incidents/{incident.number}/post-mortem/"
    author = at("alice", base)
    assert author.shows("Before it can be reviewed")
    author.open(f"{base}summary/")
    field = author.page.get_by_label("Text")
    field.fill("Invoices were sent twice. It was human error.")
    assert author.shows("Saved ")
    assert author.shows("Say what made the mistake possible")
    with enter(everything_of(incident.practice_id), switch=True):
        write_section(
            incident, "summary", "By Bob.", version=1, by=world.people["bob"], now=datetime.now(UTC)
        )
    field.fill("Invoices were sent twice.")
    assert author.shows("Somebody else saved this section")
    author.press("Save")
    assert author.shows("What is saved now")
    author.press("Save my text over it")
    assert author.shows("“Summary” is saved.")
    write_the_rest(world, incident)
    author.open(base)
    author.press("Ask for review")
    reviewer = at("bob", f"{base}review/")
    reviewer.page.get_by_label("Yes, it may be shared").check()
    reviewer.press("Record the review")
    author.open(f"{base}share/")
    author.press("Share it now")
    assert author.shows("The post-mortem is shared with Alder & Sons.")
    reader = at("carol", base)
    assert reader.shows("Invoices were sent twice.")
    with reader.page.expect_download() as download:
        reader.page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename.startswith("post-mortem-alder-")
