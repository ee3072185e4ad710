"""Tables hold what is shown and no more; long lists of records say how many are left out."""

from __future__ import annotations

from clients.posture.catalogue import catalogue
from clients.posture.exports import HEADER, rows
from clients.posture.rules.facts import Reference
from clients.posture.rules.finding import Finding, Result
from clients.posture.rules.rollup import Posture, Waived, posture
from clients.posture.tables import MOST_RECORDS, area_tables, record_lists
from clients.posture.words import state_and_words
from portal.tenancy.models import Client
from tests.clients.posture.made import NOW, credential, days, facts

CLIENT = Client(name="Alder", slug="alder")


def of(number: int, *waivers: Waived) -> Posture:
    keys = tuple(credential(i, owner=None) for i in range(number))
    return posture(facts(credentials=keys), NOW, catalogue(), waivers)


def test_an_area_without_a_control_to_show_has_no_table() -> None:
    found = of(1)
    shown = [each for each in found.standings if each.control.id in ("SEC-07", "SEC-01")]
    tables = area_tables(CLIENT, found, shown)
    assert [each.area.key for each in tables] == ["SEC"]
    assert [row.about for row in tables[0].table.rows] == [
        "Secrets kept in a vault or platform store",
        "Credential register complete",
    ]


def test_a_long_list_of_records_is_cut_and_says_so() -> None:
    standing = of(MOST_RECORDS + 5).of("SEC-07")
    assert standing is not None
    (failing,) = record_lists(CLIENT, standing.finding)
    assert (len(failing.records), failing.count, failing.more) == (MOST_RECORDS, MOST_RECORDS + 5, 5)
    assert failing.records[0].url == "/c/alder/credentials/0/"


def test_each_control_is_a_row_of_the_download() -> None:
    table = list(rows(of(1, Waived("SEC-07", "moving", days(9))).standings))
    assert len(table) == 90
    assert {len(row) for row in table} == {len(HEADER)}
    waived = next(row for row in table if row[0] == "SEC-07")
    assert waived[4] == "Waived to 28 Nov 2026"
    assert waived[-2:] == [days(9), "moving"]


def test_a_result_is_told_by_a_state_and_a_word() -> None:
    found = of(1)
    told = {each.control.id: state_and_words(each) for each in found.standings}
    assert told["SEC-07"] == ("late", "Fails")
    assert told["ACC-04"] == ("idle", "Unknown")
    assert told["SEC-10"] == ("idle", "Does not apply")
    assert told["SEC-01"] == ("ok", "Passes")


def test_records_of_what_was_agreed_lead_to_its_pages() -> None:
    found = Finding(
        "INC-06",
        Result.FAIL,
        "",
        failing=(
            Reference("contacts", 4, "Primary contact of the client"),
            Reference("support", 2, "Support scope"),
            Reference("access-reviews", 7, "Access review"),
        ),
    )
    (shown,) = record_lists(CLIENT, found)
    assert [each.url for each in shown.records] == [
        "/c/alder/contacts/#contact-4",
        "/c/alder/support/",
        "/c/alder/access-reviews/7/",
    ]
