"""A service account is named for its purpose and for nobody."""

import pytest

from clients.registers.rules.service_accounts import Person, check_account_name

PEOPLE = [
    Person("Alice Archer", "alice@northlight.test"),
    Person("Łukasz Zieliński", "lukasz@alder.test"),
    Person("Sales Team", "sales@alder.test"),
    Person("Bo", "bo@alder.test"),
]


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("", "fine"),
        ("svc-invoice-sync", "fine"),
        ("automation@alder.test", "fine"),
        ("xero.integration", "fine"),
        ("board-pack", "fine"),
        ("malice-detector", "fine"),
        ("sales-leads@alder.test", "fine"),
        ("ALICE@northlight.test", "person"),
        ("alice.archer@elsewhere.test", "person"),
        ("archer_alice", "person"),
        ("aarcher", "person"),
        ("a.archer", "person"),
        ("alicearcher-svc", "person"),
        ("svc-lukasz-zielinski", "person"),
        ("Łukasz.Zieliński", "person"),
        ("alice-sync", "maybe"),
        ("archer-imports", "maybe"),
        ("jane.doe@alder.test", "maybe"),
        ("jane@alder.test", "maybe"),
        ("jane.support@alder.test", "fine"),
    ],
)
def test_names_of_people_are_told_from_purposes(account, kind):
    assert check_account_name(account, PEOPLE).kind == kind


def test_the_words_name_the_person_and_the_way_out():
    words = check_account_name("a.archer", PEOPLE).words
    assert "Alice Archer" in words
    assert "svc-invoice-sync" in words
