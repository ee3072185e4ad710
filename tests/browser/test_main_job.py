"""The main job as people do it: from an export that is dropped on a page to a pack that the client takes away."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from clients.registers.models import Credential
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.browser.visitor import Visitor, not_refused
from tests.browser.world import EXPORTS, PASSWORD, World, make_world
from tests.clients.workflows.readers.test_corpus import corpus_file
from tests.conftest import everything_of, make_client, sign_in
from tests.papers import text_of

CREDENTIAL, WORKFLOW, REFERENCE = "HubSpot – sales", "Lead router", "op://Automation/hubspot/oauth"
DROP = """([name, text]) => {
    const carried = new DataTransfer();
    carried.items.add(new File([text], name, {type: 'application/json'}));
    return carried;
}"""


@pytest.fixture(scope="module")
def world(site: str) -> World:
    """The cast, with nothing in the registers."""
    return make_world()


@pytest.fixture
def new_client(world: World) -> Client:
    """A client of practice A for one test alone."""
    slug = f"new-{uuid.uuid4().hex[:8]}"
    return make_client(world.practices["a"], slug.capitalize(), slug)


@pytest.fixture
def alice(world: World, visitor: Callable[..., Visitor]) -> Visitor:
    """Alice, signed in."""
    return at_work(visitor(), world.people["alice"])


def at_work(visitor: Visitor, user: User) -> Visitor:
    visitor.carry(sign_in(user).cookies)
    return visitor


def drop(visitor: Visitor, name: str, text: str) -> None:
    """Let go of a file over the drop zone."""
    carried = visitor.page.evaluate_handle(DROP, [name, text])
    visitor.page.dispatch_event(".drop", "drop", {"dataTransfer": carried})


def test_from_an_export_to_a_pack(world: World, visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    bob, carol, erin, dan = (visitor() for _ in range(4))
    bob.sign_in(world.people["bob"], PASSWORD)
    bob.follow("Clients")
    bob.follow("Alder & Sons")
    bob.follow("Exports")
    drop(bob, "lead router.json", (EXPORTS / "n8n_lead_router.json").read_text())
    assert bob.shows("1 of 1 files read.")
    assert bob.page.locator(".uploads li").count() == 1
    bob.follow("Continue")
    assert bob.is_at("/c/alder/proposals/")
    bob.press("Accept all")
    assert bob.shows("written to the registers.")
    _set_owner_and_renewal(bob)

    carol.sign_in_first(world.people["carol"], PASSWORD)
    _see_the_same_facts(carol)
    text = _make_and_read_the_pack(carol, tmp_path)
    for words in (WORKFLOW, "HubSpot", CREDENTIAL, "Bob Baker", "15 Mar 2031", "Alder & Sons"):
        assert words in text, words
    for words in (REFERENCE, "op://", "Birch", "Cedar", "Southgate"):
        assert words not in text, words

    erin.sign_in(world.people["erin"], PASSWORD)
    dan.sign_in(world.people["dan"], PASSWORD)
    asked = [each for each in {**bob.visited, **carol.visited} if each[1].startswith("/c/alder/")]
    assert {method for method, _ in asked} == {"GET", "POST"}
    assert len(asked) >= 14
    assert not_refused(asked, [erin, dan]) == []


def _set_owner_and_renewal(bob: Visitor) -> None:
    bob.open("/c/alder/credentials/")
    bob.follow(CREDENTIAL)
    bob.follow("Change")
    page = bob.page
    page.get_by_label("Owner", exact=False).first.select_option(label="Bob Baker")
    page.locator("[name=renewal_on_day]").fill("15")
    page.locator("[name=renewal_on_month]").fill("3")
    page.locator("[name=renewal_on_year]").fill("2031")
    page.locator("[name=storage][value=vault]").check()
    page.locator("[name=storage_ref]").fill(REFERENCE)
    page.locator("main form button[type=submit].is-primary").click()
    page.get_by_role("heading", name=CREDENTIAL, exact=True).wait_for()
    assert bob.shows("15 Mar 2031")
    assert bob.shows(REFERENCE)


def _see_the_same_facts(carol: Visitor) -> None:
    assert carol.is_at("/c/alder/")
    page = carol.page
    assert page.locator(".rail").count() == 0
    assert "Alder & Sons" in page.locator("header .brand").inner_text()
    assert "Northlight Automation" in page.locator("footer").inner_text()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Credentials").click()
    row = page.get_by_role("row").filter(has_text=CREDENTIAL).inner_text().replace("\xa0", " ")
    assert "Bob Baker" in row
    assert "15 Mar 2031" in row
    carol.follow(CREDENTIAL)
    page.get_by_role("heading", name=CREDENTIAL).wait_for()
    assert "op://" not in page.content()


def _make_and_read_the_pack(carol: Visitor, folder: Path) -> str:
    page = carol.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Documents").click()
    carol.follow("Make a pack")
    page.get_by_label("Prepared for").fill("Harwood Procurement")
    carol.press("Make the pack")
    assert carol.shows("Ready, ")
    file = carol.take("Download the PDF", folder)
    assert file.name.startswith("pack-alder-")
    return text_of(file.read_bytes())


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "entry"),
    [("n8n/Intelligent_Invoice_Agent.json", "Live Agent Studio Test"), ("make/blueprint-zoom.json", "Zoom")],
)
def test_a_real_export_becomes_register_entries(
    alice: Visitor, new_client: Client, name: str, entry: str
) -> None:
    alice.open(f"/c/{new_client.slug}/exports/")
    drop(alice, Path(name).name, corpus_file(name).decode())
    assert alice.shows("1 of 1 files read.")
    alice.follow("Continue")
    alice.press("Accept all")
    assert alice.shows("written to the registers.")
    alice.open(f"/c/{new_client.slug}/credentials/")
    assert alice.shows(entry)


def test_several_files_are_chosen_and_a_broken_one_stops_nothing(alice: Visitor, new_client: Client) -> None:
    alice.open(f"/c/{new_client.slug}/exports/")
    good = EXPORTS / "make_ticket_answer.json"
    alice.page.locator("input[type=file]").set_input_files(
        [
            {"name": "broken.json", "mimeType": "application/json", "buffer": b'{"nodes": [}'},
            {"name": good.name, "mimeType": "application/json", "buffer": good.read_bytes()},
        ]
    )
    alice.press("Read the files")
    assert alice.shows("1 of 2 files read.")
    broken, read = alice.page.locator(".uploads li").all_inner_texts()
    assert "Not read" in broken
    assert "line 1" in broken
    assert "Not read" not in read
    alice.page.locator(".uploads li a").last.click()
    alice.page.get_by_role("heading", name="Ticket answer").first.wait_for()


def test_the_same_works_without_javascript(
    world: World, visitor: Callable[..., Visitor], new_client: Client
) -> None:
    alice = at_work(visitor(java_script_enabled=False), world.people["alice"])
    alice.open(f"/c/{new_client.slug}/exports/")
    alice.page.locator("input[type=file]").set_input_files(EXPORTS / "n8n_lead_router.json")
    alice.press("Read the files")
    alice.page.get_by_role("heading", name="1 of 1 files read").wait_for()
    alice.follow("Decide on the proposals")
    alice.press("Accept all")
    assert alice.shows("written to the registers.")
    alice.open(f"/c/{new_client.slug}/credentials/")
    alice.follow(CREDENTIAL)
    alice.follow("Change")
    alice.page.locator("[name=owner]").select_option(label="Alice Archer")
    alice.page.locator("main form button[type=submit].is-primary").click()
    alice.page.get_by_role("heading", name=CREDENTIAL).wait_for()
    with enter(everything_of(world.practices["a"]), switch=True):
        assert Credential.objects.for_client(new_client).get(name=CREDENTIAL).owner == world.people["alice"]
