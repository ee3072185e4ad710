"""Kinds of record: whoever asks finds what their scope lets through, by ids that may be any text."""

from __future__ import annotations

import pytest

from clients.registers.models import Credential
from portal.accounts.models import User
from portal.documents.evidence.subjects import about_of, nouns, readable, subject_of
from portal.tenancy.access import access_of
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.portal.documents.evidence.conftest import CREDENTIAL, credential_of


def test_every_record_that_shows_something_takes_files() -> None:
    assert {noun for _, noun in nouns()} >= {
        "workflow", "integration", "credential", "sub-processor", "access review", "incident", "measure",
    }  # fmt: skip
    assert subject_of("tenancy.member") is None


@pytest.mark.django_db
def test_only_records_of_the_client_and_in_scope_are_found(
    client_a1: Client, client_a2: Client, credential: Credential, hidden: Credential, bob: User, carol: User
) -> None:
    other = credential_of(client_a2)
    kind = subject_of(CREDENTIAL)
    assert kind is not None
    ids = [str(each.pk) for each in (credential, hidden, other)] + ["", "x", "-1", "9" * 30, "١٢"]
    with enter(scope_of(bob), switch=True):
        assert set(kind.find(client_a1, ids)) == {str(credential.pk), str(hidden.pk)}
    with enter(scope_of(carol), switch=True):
        assert set(kind.find(client_a1, ids)) == {str(credential.pk)}
        about = about_of(client_a1, CREDENTIAL, str(credential.pk))
    assert about is not None
    assert (about.words, about.url, about.internal) == ("HubSpot key", credential.get_absolute_url(), False)


@pytest.mark.django_db
def test_who_may_view_a_client_may_read_its_files_and_nobody_else(
    client_a1: Client, client_a2: Client, carol: User, now: object
) -> None:
    assert CREDENTIAL in readable(access_of(carol, now), client_a1)  # type: ignore[arg-type]
    assert list(readable(access_of(carol, now), client_a2)) == []  # type: ignore[arg-type]
