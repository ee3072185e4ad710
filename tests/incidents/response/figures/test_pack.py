"""The pack's section on incidents equals the tables, names nothing that happened, and owns up to nothing recorded."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from clients.trust.contents import pack_of
from clients.trust.pack import FurtherSection
from incidents.response.figures.pack import section
from portal.accounts.models import User
from portal.documents import actions, press
from portal.documents.fingerprints import fingerprint
from portal.documents.queries import file_of
from portal.tenancy.models import Client
from portal.tenancy.scope import Scope
from tests.incidents.response.figures.recorded import expected, record, row
from tests.incidents.response.made import NOW

pytestmark = pytest.mark.django_db


def cells(found: FurtherSection, table: str) -> dict[str, list[str]]:
    rows = next(each for each in found.tables if each.title == table).rows
    return {each.cells[0]: list(each.cells[1:]) for each in rows}


def test_the_section_says_what_the_tables_hold(
    in_a: Scope, client_a1: Client, client_a2: Client, alice: User
) -> None:
    rows = record(client_a1, alice)
    record(client_a2, alice, first=50)
    found, wanted = section(client_a1, NOW), expected(rows[:4], NOW)
    assert found.lead == (
        "Four incidents were detected since 1 December 2025. No post-mortems were shared with the client."
        " Two are not resolved yet."
    )
    for severity, line in cells(found, "By severity").items():
        assert line[0] == str(wanted["severities"].get(severity[:4], 0))
    names = {"First response": "response", "Client updates": "update", "Breach notices": "notice"}
    for title, name in names.items():
        said = cells(found, "Promises")[title][:3]
        assert said == [str(wanted["promises"].get((name, each), 0)) for each in ("kept", "late", "running")]
    assert cells(found, "Promises")["First response"][3] == str(4 - wanted["targeted"]) == "1"
    assert cells(found, "Times")["Until it was taken up"] == ["3 hours", "4 hours", "3", "1"]
    assert "Measures" not in cells(found, "Promises")


def test_what_was_late_is_marked_and_what_happened_is_not_told(
    in_a: Scope, client_a1: Client, alice: User
) -> None:
    record(client_a1, alice)
    found = section(client_a1, NOW)
    marked = {each.cells[0] for table in found.tables for each in table.rows if each.wrong is not None}
    assert marked == {
        "SEV1 Critical", "SEV3 Medium", "First response", "Client updates", "Post-mortem within 48 hours",
        "The client’s own notices",
    }  # fmt: skip
    for table in found.tables:
        assert all(each.cells[each.wrong] != "0" for each in table.rows if each.wrong is not None)
    assert "alder 1" not in json.dumps([table.rows for table in found.tables], default=str) + found.lead
    assert found.sources[0].numbers == ("INC-0001", "INC-0002", "INC-0003", "INC-0004")


def test_without_an_incident_the_section_says_that_none_is_recorded(
    in_a: Scope, client_a1: Client, alice: User
) -> None:
    row(client_a1, 1, "SEV1", NOW, alice, drill=True, internal=True)
    found = section(client_a1, NOW)
    assert found.lead == "No incident is recorded since 1 December 2025."
    assert (found.tables, found.sources) == ((), ())


def test_many_references_are_cut(in_a: Scope, client_a1: Client, alice: User) -> None:
    for number in range(1, 16):
        row(client_a1, number, "SEV4", NOW - timedelta(days=number), alice)
    numbers = section(client_a1, NOW).sources[0].numbers
    assert (len(numbers), numbers[-1]) == (13, "and 3 more")


def test_the_section_is_in_the_pack_its_data_and_its_fingerprint(
    in_a: Scope, client_a1: Client, alice: User
) -> None:
    record(client_a1, alice)
    data = pack_of(client_a1, NOW, number="1").as_data()
    assert [each["key"] for each in data["further"]] == ["incidents"]
    document = press.make(actions.ask_for("pack", client_a1, by=None, at=timezone.now()).pk, task="test")
    assert document is not None
    assert document.is_ready, document.error
    file = file_of(document)
    assert file is not None
    reader = PdfReader(io.BytesIO(bytes(file.content)))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert "8 Incidents of the last 12 months" in text
    assert "Drills never count." in text
    attached = json.loads(reader.attachments["pack.json"][0])
    assert attached["further"][0]["key"] == "incidents"
    assert fingerprint(attached) == document.data_fingerprint
