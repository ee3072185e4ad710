"""A practice or a client is reminded in a way of its own; open deadlines follow at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from portal.audit.models import AuditEvent
from portal.deadlines.models import Deadline, Policy
from portal.deadlines.policy_actions import drop_policy, keep_policy
from portal.deadlines.reminding.scan import scan
from portal.lib.refused import Refused
from portal.tenancy.scope import current
from tests.portal.deadlines.arranging import RENEWAL, opened, told

pytestmark = pytest.mark.usefixtures("in_a", "alice")


def keep(alice: Any, now: Any, client: Any = None, **rules: Any) -> Policy:
    practice_id = current().practice
    assert practice_id
    return keep_policy(
        by=alice, practice_id=practice_id, kind=RENEWAL, rules=rules, now=now, client=client, why="agreed"
    )


def test_open_deadlines_of_the_kind_follow_the_new_policy_with_the_next_scan(
    client_a1: Any, client_a2: Any, alice: Any, bob: Any, now: datetime
) -> None:
    row, other = opened(client_a1, owner=bob), opened(client_a2, owner=alice, kind="test.other")
    scan(now)
    looked_at = Deadline.objects.get(pk=other.pk).next_step_at
    keep(alice, now, before=["P2D"])
    scan(now)
    row.refresh_from_db()
    assert row.next_step_at == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert told(row) == [("-P7D", "Bob Baker", "owner")], "a step that was taken stays taken"
    assert Deadline.objects.get(pk=other.pk).next_step_at == looked_at


def test_a_policy_of_one_client_leaves_the_others_alone(
    client_a1: Any, client_a2: Any, alice: Any, bob: Any, now: datetime
) -> None:
    opened(client_a1, owner=bob)
    other = opened(client_a2, owner=alice)
    scan(now)
    keep(alice, now, client=client_a1, before=["P2D"])
    assert [row.client for row in Deadline.objects.steps_due(now)] == [client_a1]
    other.refresh_from_db()
    assert other.next_step_at == datetime(2026, 11, 25, 9, tzinfo=UTC)


def test_changing_it_again_keeps_one_policy_and_both_events(alice: Any, now: datetime) -> None:
    first = keep(alice, now, before=["P2D"])
    second = keep(alice, now, before=["P3D"])
    assert first.pk == second.pk
    assert Policy.objects.get().rules == {"before": ["P3D"]}
    payloads = [
        event.payload
        for event in AuditEvent.objects.order_by("pk")
        if event.payload["object"] == "deadlines_policy"
    ]
    assert [(each["action"], each["op"], each["why"]) for each in payloads] == [
        ("reminder_policy.change", "insert", "agreed"),
        ("reminder_policy.change", "update", "agreed"),
    ]


def test_following_a_new_policy_is_no_event_of_the_deadlines(
    client_a1: Any, alice: Any, bob: Any, now: datetime
) -> None:
    opened(client_a1, owner=bob)
    before = AuditEvent.objects.count()
    keep(alice, now, before=["P2D"])
    assert AuditEvent.objects.count() == before + 1


def test_dropping_it_goes_back_to_the_usual(client_a1: Any, alice: Any, bob: Any, now: datetime) -> None:
    row = opened(client_a1, owner=bob)
    keep(alice, now, before=["P2D"])
    drop_policy(by=alice, practice_id=client_a1.practice_id, kind=RENEWAL, now=now)
    assert not Policy.objects.exists()
    scan(now)
    assert told(row) == [("-P7D", "Bob Baker", "owner")]


def test_there_must_be_one_to_drop(client_a1: Any, alice: Any, now: datetime) -> None:
    with pytest.raises(Refused, match="Test renewal is reminded of in the usual way already"):
        drop_policy(by=alice, practice_id=client_a1.practice_id, kind=RENEWAL, now=now, client=client_a1)


def test_rules_that_make_no_sense_are_refused_in_words_and_nothing_is_kept(alice: Any, now: datetime) -> None:
    with pytest.raises(Refused, match="Choose who is reminded"):
        keep(alice, now, to=["the cat"])
    assert not Policy.objects.exists()
