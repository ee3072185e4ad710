"""The list of platforms is sound and finds what people type."""

import re

import pytest

from clients.registers.platforms import is_broad, platform_id, platform_name, platforms


def test_every_platform_has_a_clean_id_and_plain_answers():
    for key, platform in platforms().items():
        assert re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", key)
        assert platform.name and platform.category
        for answer in (platform.oauth, platform.granular, platform.service_accounts):
            assert answer in {"yes", "no", "partly", "unknown"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Xero", "xero"),
        ("google sheets", "google_workspace"),
        ("Make.com", "make"),
        ("Acme CRM", "acme_crm"),
        ("", ""),
    ],
)
def test_a_name_becomes_an_id(typed, found):
    assert platform_id(typed) == found


def test_an_unknown_platform_is_named_by_its_id():
    assert platform_name("acme_crm") == "Acme crm"


@pytest.mark.parametrize(
    ("platform", "scope", "broad"),
    [
        ("xero", "accounting.transactions", True),
        ("xero", "accounting.contacts.read", False),
        ("acme", "admin:everything", True),
        ("acme", "Full access", True),
        ("acme", "s3:*", True),
        ("acme", "administrative.notes.read", False),
    ],
)
def test_broad_scopes_are_seen(platform, scope, broad):
    assert is_broad(platform, scope) is broad
