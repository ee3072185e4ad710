"""Attaching files as people do it: several chosen at once, each with its line, then on the record's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clients.registers.models import Credential
from portal.documents.models import EvidenceFile
from portal.tenancy.scope import enter
from tests.browser.chromium import axe_faults, scrolls_sideways
from tests.browser.visitor import Visitor
from tests.browser.world import World, make_world
from tests.conftest import everything_of, sign_in
from tests.portal.documents.evidence.made import HTML, PDF, png


@pytest.fixture(scope="module")
def world(site: str) -> World:
    return make_world()


@pytest.fixture
def credential(world: World) -> Credential:
    client = world.clients["alder"]
    with enter(everything_of(client.practice_id), switch=True):
        return Credential.objects.create(
            practice_id=client.practice_id, client=client, name="HubSpot key", platform="hubspot"
        )


def test_files_are_attached_shown_and_downloaded(
    world: World, credential: Credential, visitor: Callable[..., Visitor]
) -> None:
    alice, carol = visitor(reduced_motion="reduce"), visitor(reduced_motion="reduce")
    alice.carry(sign_in(world.people["alice"]).cookies)
    carol.carry(sign_in(world.people["carol"]).cookies)
    alice.open(credential.get_absolute_url())
    alice.follow("Attach files")
    alice.page.set_input_files(
        "input[type=file]",
        [
            {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": PDF},
            {"name": "shot.png", "mimeType": "image/png", "buffer": png()},
            {"name": "page.html", "mimeType": "text/html", "buffer": HTML},
        ],
    )
    alice.page.get_by_label("What they show").fill("The agreement")
    alice.page.get_by_role("button", name="Attach").click()
    alice.page.get_by_text("2 of 3 files attached.").wait_for()
    assert alice.shows("This is a web page. Print it into a PDF, and attach that.")
    assert not axe_faults(alice.page)
    alice.page.set_viewport_size({"width": 390, "height": 800})
    assert not scrolls_sideways(alice.page)
    alice.follow("Continue")
    assert alice.shows("shot.png")
    assert not axe_faults(alice.page)
    carol.open(credential.get_absolute_url())
    with carol.page.expect_download() as taken:
        carol.page.get_by_role("link", name="signed.pdf", exact=True).click()
    assert taken.value.suggested_filename == "signed.pdf"
    assert taken.value.path().read_bytes() == PDF
    with enter(everything_of(credential.practice_id), switch=True):
        assert EvidenceFile.objects.filter(shows="The agreement").count() == 2
