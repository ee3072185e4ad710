"""The files at records as their pages show them: what is in use first, counted, with one query for all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.registers.models import Credential
from portal.accounts.models import User
from portal.documents.evidence import actions
from portal.documents.evidence.tables import order_of, panel_of, panels_of
from portal.documents.models import EvidenceFile
from portal.tenancy.access import access_of
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.portal.documents.evidence.conftest import CREDENTIAL

pytestmark = pytest.mark.django_db


def test_a_panel_counts_what_is_in_use_and_lists_it_first(
    credential: Credential,
    hidden: Credential,
    attached: Callable[..., EvidenceFile],
    bob: User,
    carol: User,
    now: datetime,
) -> None:
    gone = attached(credential, "gone.txt", b"1", at=now + timedelta(hours=1))
    attached(credential, "first.txt", b"2")
    attached(credential, "last.txt", b"3", at=now + timedelta(minutes=1), internal=True)
    with enter(scope_of(bob), switch=True):
        actions.withdraw(gone, by=bob, at=now, why="Old.")
        with CaptureQueriesContext(connection) as asked:
            panels = panels_of(access_of(bob, now), credential.client, CREDENTIAL, [credential.pk, hidden.pk])
    ours = panels[str(credential.pk)]
    assert [file.name for file in ours.files] == ["last.txt", "first.txt", "gone.txt"]
    assert (ours.live, panels[str(hidden.pk)].live) == (2, 0)
    assert ours.attach_url.endswith(f"/attach/{CREDENTIAL}/{credential.pk}/")
    assert sum("documents_evidencefile" in each["sql"] for each in asked) == 1
    with enter(scope_of(carol), switch=True):
        theirs = panel_of(access_of(carol, now), credential.client, CREDENTIAL, credential.pk)
    assert ([file.name for file in theirs.files], theirs.attach_url) == (["first.txt"], "")


def test_a_record_that_takes_nothing_offers_nothing(credential: Credential, bob: User, now: datetime) -> None:
    with enter(scope_of(bob), switch=True):
        panel = panel_of(access_of(bob, now), credential.client, CREDENTIAL, credential.pk, takes=False)
    assert panel.attach_url == ""


def test_the_order_of_the_list_is_the_rows_order() -> None:
    assert order_of("-size") == ("-file__size", "-pk")
    assert order_of("name") == ("name", "-pk")
