"""Which exposed credentials are still open, for several incidents at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.registers.models import Credential
from incidents.response.queries import still_exposed
from incidents.response.timeline_actions import link_record
from portal.accounts.models import User
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW, opened

pytestmark = pytest.mark.django_db


def credential(client: Client, name: str, **more: object) -> Credential:
    return Credential.objects.create(
        practice_id=client.practice_id, client=client, name=name, platform="xero", **more
    )


def test_each_incident_counts_its_own_that_are_neither_revoked_nor_rotated(
    in_a: object, client_a1: Client, alice: User
) -> None:
    one, other = opened(client_a1, alice), opened(client_a1, alice)
    today = one.detected_at.date()
    left = credential(client_a1, "left", rotated_on=today - timedelta(days=1))
    hidden = credential(client_a1, "hidden", internal=True)
    for each in (
        left,
        hidden,
        credential(client_a1, "revoked", revoked_at=NOW, revoked_by=alice, revoked_reason="it leaked"),
    ):
        link_record(one, each, "exposed", by=alice, now=NOW)
    link_record(other, credential(client_a1, "rotated", rotated_on=today), "exposed", by=alice, now=NOW)
    link_record(other, left, "affected", by=alice, now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert still_exposed(client_a1, [one, other]) == {one.pk: 2}
    assert len(asked) == 2
    assert still_exposed(client_a1, [one, other], shown=True) == {one.pk: 1}
