"""The lists in the browser's eyes: filters, order, paging, what is owed, who sees what."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.clients.registers.conftest import SLUGS


def day(n):
    return timezone.localdate() + timedelta(days=n)


def names(response):
    return [row.about for row in response.context["table"].rows]


@pytest.fixture
def keys(make, client_a1, alice, bob):
    """Four credentials of one client: late, soon, far off, and one without date or owner."""
    make("credentials", client_a1, "late-key", renewal_on=day(-2), owner=alice, platform="hubspot")
    make("credentials", client_a1, "soon-key", renewal_on=day(6), owner=bob)
    make("credentials", client_a1, "far-key", renewal_on=day(80), owner=alice)
    make("credentials", client_a1, "bare-key", kind="bot_token")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["late-key", "soon-key", "far-key", "bare-key"]),
        ("sort=-due", ["bare-key", "far-key", "soon-key", "late-key"]),
        ("sort=name", ["bare-key", "far-key", "late-key", "soon-key"]),
        ("sort=nonsense", ["late-key", "soon-key", "far-key", "bare-key"]),
        ("due=overdue", ["late-key"]),
        ("due=30", ["late-key", "soon-key"]),
        ("due=90", ["late-key", "soon-key", "far-key"]),
        ("due=none", ["bare-key"]),
        ("owner=none", ["bare-key"]),
        ("owner=not-a-person", ["late-key", "soon-key", "far-key", "bare-key"]),
        ("q=SOON", ["soon-key"]),
        ("q=HubSpot", ["late-key"]),
        ("platform=hubspot", ["late-key"]),
        ("kind=bot_token", ["bare-key"]),
        ("status=revoked", []),
        ("due=30&q=late", ["late-key"]),
        ("page=99", ["late-key", "soon-key", "far-key", "bare-key"]),
    ],
)
def test_filters_and_order_come_from_the_address(query, found, keys, signed_in, alice):
    assert names(signed_in(alice).get(f"/c/alder/credentials/?{query}")) == found


def test_the_owner_filter_keeps_one_persons_rows(keys, signed_in, alice, bob):
    assert names(signed_in(alice).get(f"/c/alder/credentials/?owner={bob.pk}")) == ["soon-key"]


def test_chips_take_their_filter_away_and_the_count_says_of_how_many(keys, signed_in, alice):
    response = signed_in(alice).get("/c/alder/credentials/?due=30&q=late&sort=name")
    page = response.content.decode()
    assert [chip.label for chip in response.context["chips"]] == [
        "Name or platform: late",
        "Renews: Within 30 days",
    ]
    assert response.context["chips"][1].url == "?q=late&sort=name"
    assert "<b>1</b> of 4 credentials" in page
    assert 'aria-sort="ascending"' in page


def test_a_row_offers_the_one_thing_that_is_owed(keys, signed_in, alice):
    rows = {row.about: row for row in signed_in(alice).get("/c/alder/credentials/").context["table"].rows}
    assert rows["late-key"].action.label == "Record rotation"
    assert (rows["late-key"].state, rows["soon-key"].state) == ("late", "")
    assert rows["far-key"].action is None
    assert rows["bare-key"].action.label == "Name an owner"
    assert rows["far-key"].menu[-1].danger


def test_an_empty_register_says_why_and_what_to_do(client_a1, signed_in, alice):
    page = signed_in(alice).get("/c/alder/credentials/").content.decode()
    assert "No credentials recorded yet" in page
    assert "Add a credential" in page


def test_a_filter_that_leaves_nothing_offers_to_clear_it(keys, signed_in, alice):
    page = signed_in(alice).get("/c/alder/credentials/?q=zzz").content.decode()
    assert "No credentials match" in page
    assert "Clear filters" in page


def test_retired_rows_are_found_by_status_alone(make, in_a, client_a1, alice, signed_in):
    from clients.registers.actions import retire_record

    retire_record(make("workflows", client_a1, "Old one"), by=alice, why="Replaced")
    browser = signed_in(alice)
    assert names(browser.get("/c/alder/workflows/")) == []
    assert names(browser.get("/c/alder/workflows/?status=retired")) == ["Old one"]
    assert names(browser.get("/c/alder/workflows/?status=all")) == ["Old one"]


def test_fifty_rows_make_a_page(make, client_a1, alice, signed_in):
    for n in range(51):
        make("workflows", client_a1, f"Workflow {n:02}")
    browser = signed_in(alice)
    first = browser.get("/c/alder/workflows/")
    assert (len(names(first)), names(browser.get("/c/alder/workflows/?page=2"))) == (50, ["Workflow 50"])
    assert "Page 1 of 2" in first.content.decode()


def test_htmx_gets_the_rows_alone(keys, signed_in, alice):
    headers = {"HX-Request": "true", "HX-Target": "rows"}
    page = signed_in(alice).get("/c/alder/credentials/?q=late", headers=headers).content.decode()
    assert page.strip().startswith('<div id="rows">')
    assert "late-key" in page
    assert "<html" not in page


@pytest.mark.parametrize("register", SLUGS)
@pytest.mark.parametrize("address", ["/c/alder/{}/", "/records/{}/"])
def test_a_list_asks_the_database_the_same_however_long_it_is(
    register, address, make, client_a1, alice, signed_in
):
    browser = signed_in(alice)
    asked = []
    made = 0
    for wanted in (1, 3, 30):
        for n in range(made, wanted):
            make(register, client_a1, f"Row {n}", owner=alice)
        made = wanted
        browser.get(address.format(register))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = browser.get(address.format(register))
        assert len(names(response)) == wanted
        asked.append(len(queries))
    assert asked[0] == asked[1] == asked[2]


@pytest.mark.parametrize("register", SLUGS)
def test_the_list_over_all_clients_holds_those_in_reach(
    register, make, client_a1, client_a2, client_b1, alice, bob, dan, signed_in
):
    make(register, client_a1, "Ours one")
    make(register, client_a2, "Ours two")
    make(register, client_b1, "Theirs", by=dan)
    assert sorted(names(signed_in(alice).get(f"/records/{register}/"))) == ["Ours one", "Ours two"]
    assert names(signed_in(alice).get(f"/records/{register}/?client=birch")) == ["Ours two"]
    assert names(signed_in(bob).get(f"/records/{register}/")) == ["Ours one"]
    assert "Birch" not in signed_in(bob).get(f"/records/{register}/").content.decode()
    assert names(signed_in(dan).get(f"/records/{register}/")) == ["Theirs"]


def test_a_clients_person_has_no_list_over_all_clients(make, client_a1, carol, signed_in):
    for address in ("/records/", "/records/credentials/", "/records/credentials/export/"):
        assert signed_in(carol).get(address).status_code == 404


@pytest.mark.parametrize("register", SLUGS)
def test_internal_rows_and_buttons_are_kept_from_the_clients_people(
    register, make, client_a1, carol, signed_in
):
    make(register, client_a1, "Shown to all")
    hidden = make(register, client_a1, "Kept to ourselves", internal=True)
    browser = signed_in(carol)
    page = browser.get(f"/c/alder/{register}/?status=all").content.decode()
    assert "Shown to all" in page
    assert "Kept to ourselves" not in page
    assert "Add a" not in page and "More actions" not in page and "Import" not in page
    assert browser.get(f"/c/alder/{register}/{hidden.pk}/").status_code == 404
    for kind in ("csv", "xlsx"):
        exported = browser.get(f"/c/alder/{register}/export/?format={kind}&status=all").content
        assert b"Kept to ourselves" not in exported
    assert "Kept to ourselves" not in browser.get("/search/?q=Kept").content.decode()


def test_search_finds_records_in_reach_by_name(make, client_a1, client_a2, client_b1, bob, dan, signed_in):
    make("credentials", client_a1, "xero-ours")
    make("credentials", client_a2, "xero-not-bobs")
    make("credentials", client_b1, "xero-theirs", by=dan)
    page = signed_in(bob).get("/search/?q=xero-").content.decode()
    assert "xero-ours" in page
    assert "xero-not-bobs" not in page and "xero-theirs" not in page


def test_today_says_what_is_owed_and_what_to_do(keys, make, client_a1, alice, signed_in):
    make(
        "sub-processors",
        client_a1,
        "Mailer",
        dpa_signed_on=date(2020, 1, 1),
        dpa_review_on=day(-3),
        owner=alice,
    )
    page = signed_in(alice).get("/").content.decode()
    for words in (
        "late-key",
        "soon-key",
        "Mailer",
        "bare-key",
        "Record rotation",
        "Name an owner",
        "DPA review",
    ):
        assert words in page
    assert "far-key" not in page
    for words in ("Renew late-key", "Review the DPA with Mailer", "Name an owner for bare-key"):
        assert words in page


def test_a_list_says_no_owner_as_a_warning_and_a_long_past_date_once(make, client_a1, alice, signed_in):
    make("credentials", client_a1, "old-key", renewal_on=day(-200))
    page = signed_in(alice).get("/c/alder/credentials/").content.decode()
    assert '<span class="status is-late">No owner</span>' in page
    table = page[page.index("<tbody") :].partition("</tbody>")[0]
    assert table.count(str(day(-200).year)) == 1
