"""Snapshots are one a day; waivers are approved by somebody who may, and end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clients.posture.actions import add_waiver, approvers_of, end_waiver, take_snapshot
from clients.posture.models import Snapshot, Waiver
from clients.posture.queries import posture_of
from clients.posture.rules.finding import Result
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.lib.fields import SecretRefused
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from tests.clients.posture.records import add_credential, day, today

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


def waive(client: Client, by: User, **fields: Any) -> Waiver:
    base: dict[str, Any] = {
        "reason": "The supplier has no other login yet; its use is watched.",
        "approved_by": by,
        "approved_on": today(),
        "until_on": day(30),
        "by": by,
        "today": today(),
    }
    control_id = fields.pop("control_id", "SEC-07")
    return add_waiver(client, control_id, **{**base, **fields})


def test_a_second_snapshot_of_a_day_replaces_the_first(in_a: object, client_a1: Client, alice: User) -> None:
    first = take_snapshot(client_a1, now())
    add_credential(client_a1, alice)
    second = take_snapshot(client_a1, now())
    assert first.pk == second.pk
    assert Snapshot.objects.for_client(client_a1).count() == 1
    assert second.passes > first.passes
    assert second.total == 90
    assert second.areas["SEC"][0] >= 1
    assert second.results["SEC-07"] == "pass"


def test_snapshots_leave_no_audit_events(in_a: object, client_a1: Client) -> None:
    take_snapshot(client_a1, now())
    assert not AuditEvent.objects.filter(object="posture_snapshot").exists()


def test_a_snapshot_must_count_every_control(in_a: object, client_a1: Client) -> None:
    snapshot = take_snapshot(client_a1, now())
    snapshot.passes += 1
    with pytest.raises(IntegrityError), transaction.atomic():
        snapshot.save()


def test_a_waiver_shows_a_failing_control_as_waived_until_it_ends(
    in_a: object, client_a1: Client, alice: User
) -> None:
    add_credential(client_a1, alice, owner=None)
    waiver = waive(client_a1, alice)
    assert posture_of(client_a1, now()).of("SEC-07").result is Result.EXCEPTION  # type: ignore[union-attr]
    end_waiver(waiver, by=alice, why="The login was replaced.")
    assert posture_of(client_a1, now()).of("SEC-07").result is Result.FAIL  # type: ignore[union-attr]
    verbs = AuditEvent.objects.filter(object="posture_waiver").order_by("pk").values_list("action", flat=True)
    assert list(verbs) == ["waiver.add", "waiver.end"]


def test_a_lapsed_waiver_has_no_effect(in_a: object, client_a1: Client, alice: User) -> None:
    add_credential(client_a1, alice, owner=None)
    waive(client_a1, alice, until_on=today())
    later = now() + timedelta(days=2)
    assert posture_of(client_a1, now()).of("SEC-07").result is Result.EXCEPTION  # type: ignore[union-attr]
    assert posture_of(client_a1, later).of("SEC-07").result is Result.FAIL  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"control_id": "XYZ-01"}, "no such control"),
        ({"approved_on": day(1)}, "after today"),
        ({"until_on": day(-1), "approved_on": day(-9)}, "before today"),
        ({"until_on": day(367)}, "a year at most"),
    ],
)
def test_a_waiver_is_refused_in_words(
    in_a: object, client_a1: Client, alice: User, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        waive(client_a1, alice, **fields)
    assert not Waiver.objects.exists()


def test_only_those_who_may_approve_do(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    assert approvers_of(client_a1, now()) == [alice, carol]
    with pytest.raises(Refused, match="who may approve"):
        waive(client_a1, alice, approved_by=bob)
    assert waive(client_a1, alice, approved_by=carol).approved_by == carol


def test_a_waiver_ends_once_and_with_a_reason(in_a: object, client_a1: Client, alice: User) -> None:
    waiver = waive(client_a1, alice)
    with pytest.raises(Refused, match="Say why"):
        end_waiver(waiver, by=alice, why=" ")
    end_waiver(waiver, by=alice, why="Done.")
    with pytest.raises(Refused, match="ended already"):
        end_waiver(waiver, by=alice, why="Again.")


def test_a_waiver_keeps_no_secret(in_a: object, client_a1: Client, alice: User) -> None:
    with pytest.raises(SecretRefused):
        waive(client_a1, alice, reason="The key is sk_live_51H8xYzKq2mNv7Rt4Wp9Lb3Jc6Df0Gs")
    assert not Waiver.objects.exists()
