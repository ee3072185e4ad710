"""Deadlines are opened, moved and ended by actions; late stays late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from portal.audit.actions import action
from portal.deadlines import actions
from portal.deadlines.models import Deadline
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.lib.refused import Refused

KEY = Subject("test.credential", "7", "Xero token")
RENEWAL = "test.renewal"


def renewal(now: datetime, due: Due | None = None, **fields: Any) -> Obligation:
    return Obligation(
        kind=RENEWAL,
        subject=KEY,
        title="Renew the Xero token",
        due=due or Due(on=date(2026, 11, 30)),
        started_at=now,
        **fields,
    )


def kept(client: Any, now: datetime, *obligations: Obligation, **options: Any) -> actions.Kept:
    options.setdefault("subjects", [KEY])
    return actions.keep(client, obligations, kinds=[RENEWAL], by=None, now=now, **options)


@pytest.mark.usefixtures("in_a")
class TestKeeping:
    def test_a_missing_deadline_is_opened_and_its_day_lasts_to_its_end_in_the_clients_zone(
        self, client_a1: Any, now: datetime
    ) -> None:
        client_a1.time_zone = "America/New_York"
        opened = kept(client_a1, now, renewal(now)).opened
        assert [row.due_at for row in opened] == [datetime(2026, 12, 1, 5, tzinfo=UTC)]
        assert opened[0].next_step_at == now
        assert opened[0].internal

    def test_keeping_the_same_again_changes_nothing(self, client_a1: Any, now: datetime) -> None:
        kept(client_a1, now, renewal(now))
        again = kept(client_a1, now + timedelta(days=1), renewal(now))
        assert again == actions.Kept()

    def test_a_changed_day_moves_it(self, client_a1: Any, now: datetime) -> None:
        first = kept(client_a1, now, renewal(now)).opened[0]
        moved = kept(client_a1, now, renewal(now, Due(on=date(2027, 1, 5)))).moved
        first.refresh_from_db()
        assert [row.pk for row in moved] == [first.pk]
        assert first.due_on == date(2027, 1, 5)
        assert first.late_at is None

    def test_a_clock_that_is_counted_from_another_instant_begins_there(
        self, client_a1: Any, now: datetime
    ) -> None:
        kept(client_a1, now, renewal(now, Due(at=now + timedelta(hours=72))))
        hour = timedelta(hours=1)
        row = kept(client_a1, now, renewal(now + hour, Due(at=now + timedelta(hours=73)))).moved[0]
        assert row.due_at - row.started_at == timedelta(hours=72)

    def test_what_is_due_on_a_day_began_when_it_was_first_owed(self, client_a1: Any, now: datetime) -> None:
        kept(client_a1, now, renewal(now))
        later = now + timedelta(days=2)
        row = kept(client_a1, later, renewal(later, Due(on=date(2027, 1, 5)))).moved[0]
        assert row.started_at == now

    def test_moving_a_late_one_does_not_forget_that_it_was_late(self, client_a1: Any, now: datetime) -> None:
        kept(client_a1, now, renewal(now))
        later = datetime(2026, 12, 3, tzinfo=UTC)
        row = kept(client_a1, later, renewal(now, Due(on=date(2027, 1, 5)))).moved[0]
        assert row.late_at == datetime(2026, 12, 1, tzinfo=UTC)
        assert row.is_late(later)

    def test_what_is_no_longer_owed_is_cancelled_with_the_reason(self, client_a1: Any, now: datetime) -> None:
        kept(client_a1, now, renewal(now))
        row = kept(client_a1, now, why="the credential was retired").cancelled[0]
        row.refresh_from_db()
        assert (row.outcome, row.ended_why, row.next_step_at) == (
            "cancelled",
            "the credential was retired",
            None,
        )

    def test_a_kind_that_was_done_is_met_and_the_next_one_opened(self, client_a1: Any, now: datetime) -> None:
        kept(client_a1, now, renewal(now))
        after = kept(client_a1, now, renewal(now, Due(on=date(2027, 2, 28))), met={RENEWAL: "rotated"})
        assert [row.outcome for row in after.met] == ["met"]
        assert [row.due_on for row in after.opened] == [date(2027, 2, 28)]
        assert Deadline.objects.open().count() == 1

    @pytest.mark.parametrize(
        ("done_at", "late"),
        [
            (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), False),
            (datetime(2026, 12, 1, tzinfo=UTC), False),
            (datetime(2026, 12, 1, 0, 0, 1, tzinfo=UTC), True),
        ],
    )
    def test_exactly_on_time_is_in_time(
        self, client_a1: Any, now: datetime, done_at: datetime, late: bool
    ) -> None:
        kept(client_a1, now, renewal(now))
        row = actions.meet_deadline(client_a1, RENEWAL, KEY, by=None, at=done_at)
        assert row is not None
        assert row.is_late(done_at + timedelta(days=400)) is late

    def test_other_subjects_and_kinds_are_left_alone(self, client_a1: Any, now: datetime) -> None:
        kept(client_a1, now, renewal(now))
        other = replace(KEY, id="8")
        assert kept(client_a1, now, subjects=[other]) == actions.Kept()

    def test_an_obligation_of_a_subject_that_is_not_kept_is_a_mistake(
        self, client_a1: Any, now: datetime
    ) -> None:
        with pytest.raises(ValueError, match="not among"):
            kept(client_a1, now, renewal(now), subjects=[replace(KEY, id="8")])

    def test_there_is_one_open_deadline_of_a_kind_and_subject(self, client_a1: Any, now: datetime) -> None:
        row = kept(client_a1, now, renewal(now)).opened[0]
        row.pk = None
        with pytest.raises(IntegrityError, match="open_once"), transaction.atomic():
            row.save(force_insert=True)

    def test_three_queries_read_and_write_however_many_there_are(
        self, client_a1: Any, now: datetime, django_assert_num_queries: Any
    ) -> None:
        subjects = [replace(KEY, id=str(n)) for n in range(40)]
        many = [replace(renewal(now), subject=subject) for subject in subjects]
        with django_assert_num_queries(4):  # savepoint, read, insert, release
            assert len(kept(client_a1, now, *many, subjects=subjects).opened) == 40


@pytest.mark.usefixtures("in_a")
class TestCorrecting:
    def met(self, client: Any, now: datetime, at: datetime) -> Deadline:
        kept(client, now, renewal(now))
        row = actions.meet_deadline(client, RENEWAL, KEY, by=None, at=at)
        assert row is not None
        return row

    def test_a_later_end_makes_it_late_and_an_earlier_one_in_time(
        self, client_a1: Any, now: datetime
    ) -> None:
        row = self.met(client_a1, now, now)
        late = actions.correct_ended(row, due_at=row.due_at, ended_at=row.due_at + timedelta(seconds=1))
        assert late.late_at == row.due_at
        again = actions.correct_ended(row, due_at=row.due_at, ended_at=row.due_at)
        assert again.late_at is None

    def test_what_was_missed_before_a_move_stays_missed(self, client_a1: Any, now: datetime) -> None:
        kept(client_a1, now, renewal(now))
        later = datetime(2026, 12, 3, tzinfo=UTC)
        kept(client_a1, later, renewal(now, Due(on=date(2027, 1, 5))))
        row = actions.meet_deadline(client_a1, RENEWAL, KEY, by=None, at=later)
        assert row is not None
        corrected = actions.correct_ended(row, due_at=row.due_at, ended_at=now)
        assert corrected.late_at == datetime(2026, 12, 1, tzinfo=UTC)

    def test_an_open_one_has_no_end(self, client_a1: Any, now: datetime) -> None:
        row = kept(client_a1, now, renewal(now)).opened[0]
        with pytest.raises(ValueError, match="only a met"):
            actions.correct_ended(row, due_at=row.due_at, ended_at=now)


@pytest.mark.usefixtures("in_a")
class TestSnoozing:
    def opened(self, client: Any, now: datetime, *, promise: bool = False) -> Deadline:
        row = kept(client, now, renewal(now)).opened[0]
        row.promise = promise
        row.save(update_fields=["promise"])
        return row

    def test_it_needs_a_reason(self, client_a1: Any, alice: Any, now: datetime) -> None:
        row = self.opened(client_a1, now)
        with pytest.raises(Refused, match="why it can wait"):
            actions.snooze_deadline(row, by=alice, until=now + timedelta(days=1), now=now, why=" ")

    def test_a_promise_is_never_snoozed_past_its_instant(
        self, client_a1: Any, alice: Any, now: datetime
    ) -> None:
        row = self.opened(client_a1, now, promise=True)
        with pytest.raises(Refused, match="promised"):
            actions.snooze_deadline(
                row, by=alice, until=row.due_at + timedelta(seconds=1), now=now, why="busy"
            )
        assert actions.snooze_deadline(row, by=alice, until=row.due_at, now=now, why="busy").snoozed_until

    def test_what_has_ended_cannot_be_snoozed(self, client_a1: Any, alice: Any, now: datetime) -> None:
        row = self.opened(client_a1, now)
        actions.meet_deadline(client_a1, RENEWAL, KEY, by=None, at=now)
        with pytest.raises(Refused, match="ended already"):
            actions.snooze_deadline(row, by=alice, until=now + timedelta(days=1), now=now, why="busy")


@pytest.mark.usefixtures("in_a")
def test_the_scans_bookkeeping_is_no_event_and_everything_else_is(client_a1: Any, now: datetime) -> None:
    from portal.audit.models import AuditEvent

    with action("deadline.test", by=None):
        row = kept(client_a1, now, renewal(now)).opened[0]
    before = AuditEvent.objects.count()
    Deadline.objects.filter(pk=row.pk).update(next_step_at=None, stepped_at=now)
    assert AuditEvent.objects.count() == before
    Deadline.objects.filter(pk=row.pk).update(title="Another title")
    assert AuditEvent.objects.count() == before + 1


def test_a_deadline_marked_for_the_client_is_seen_by_its_people_and_no_other(
    in_a: Any, client_a1: Any, client_a2: Any, carol: Any, now: datetime
) -> None:
    from portal.tenancy.scope import enter
    from tests.conftest import scope_of

    kept(client_a1, now, renewal(now, internal=False))
    kept(client_a1, now, replace(renewal(now), subject=replace(KEY, id="8")), subjects=[replace(KEY, id="8")])
    kept(
        client_a2,
        now,
        replace(renewal(now, internal=False), subject=replace(KEY, id="9")),
        subjects=[replace(KEY, id="9")],
    )
    with enter(scope_of(carol), switch=True):
        assert [row.subject_id for row in Deadline.objects.all()] == ["7"]
