"""The kinds of the registers: their page, their button with the rights that it needs, and handing over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clients.registers.models import Record
from portal.accounts.models import User
from portal.deadlines.actions import reassign_deadline
from portal.deadlines.kinds import kind_of, sources
from portal.deadlines.models import Deadline
from portal.outbox.kinds import title_of
from portal.tenancy.access import access_of
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of

pytestmark = pytest.mark.usefixtures("in_a")
Make = Callable[..., Record]
SOON = timezone.localdate() + timedelta(days=5)
CASES = [
    ("credentials", {"renewal_on": SOON}, "credential.renewal", "Record rotation", "/c/alder/credentials/{}/rotate/"),
    ("credentials", {"issued_on": SOON, "rotation_interval_days": 9}, "credential.rotation", "Record rotation",
     "/c/alder/credentials/{}/rotate/"),
    ("integrations", {"renewal_on": SOON}, "integration.review", "Record review",
     "/c/alder/integrations/{}/review/"),
    ("sub-processors", {"dpa_review_on": SOON}, "dpa.review", "Record review",
     "/c/alder/sub-processors/{}/review/"),
    ("sub-processors", {"next_assessment_on": SOON}, "sub_processor.review", "Record review",
     "/c/alder/sub-processors/{}/assess/"),
    ("workflows", {}, "record.owner", "Name an owner", "/c/alder/workflows/{}/reassign/"),
]  # fmt: skip


@pytest.mark.parametrize(("register", "values", "kind", "label", "url"), CASES)
def test_the_button_leads_to_the_verb_for_those_who_may(
    register: str,
    values: dict[str, Any],
    kind: str,
    label: str,
    url: str,
    make: Make,
    client_a1: Client,
    alice: User,
    carol: User,
) -> None:
    row = make(register, client_a1, **values)
    deadline = Deadline.objects.select_related("client").get(kind=kind)

    def step(user: User) -> Any:
        with enter(scope_of(user), switch=True):
            return kind_of(kind).next_step(deadline, access_of(user, timezone.now()))

    assert (step(alice).label, step(alice).url) == (label, url.format(row.pk))
    assert step(carol) is None
    assert kind_of(kind).address(deadline) == row.get_absolute_url()
    assert title_of(kind) == kind_of(kind).title


def test_only_new_secrets_are_promised() -> None:
    kinds, _ = sources()["registers"]
    assert {kind for kind in kinds if kind_of(kind).promise} == {"credential.renewal", "credential.rotation"}


@pytest.mark.parametrize("kind", ["credential.renewal", "record.owner"])
def test_handing_a_deadline_over_hands_the_record_over(
    kind: str, make: Make, client_a1: Client, alice: User, bob: User
) -> None:
    row = make("credentials", client_a1, renewal_on=SOON, backup_owner=alice)
    deadline = Deadline.objects.select_related("client").get(kind=kind)
    reassign_deadline(
        deadline, by=alice, owner=bob, backup_owner=None, now=timezone.now(), why="Bob knows Xero"
    )
    row.refresh_from_db()
    assert (row.owner_id, row.backup_owner_id) == (bob.pk, alice.pk)  # type: ignore[attr-defined]
    assert Deadline.objects.get(kind="credential.renewal").owner_id == bob.pk
    assert Deadline.objects.get(kind="record.owner").outcome == "met"


def test_a_new_backup_owner_goes_to_the_record_as_well(
    make: Make, client_a1: Client, alice: User, bob: User
) -> None:
    row = make("integrations", client_a1, owner=alice, renewal_on=SOON)
    deadline = Deadline.objects.select_related("client").get()
    reassign_deadline(deadline, by=alice, owner=bob, backup_owner=alice, now=timezone.now(), why="Swapped")
    row.refresh_from_db()
    deadline.refresh_from_db()
    assert (row.owner_id, row.backup_owner_id) == (bob.pk, alice.pk)  # type: ignore[attr-defined]
    assert (deadline.owner_id, deadline.backup_owner_id) == (bob.pk, alice.pk)
