"""Calendar feeds: what an address gives, to whom, and when it gives nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, timedelta
from typing import Any

import icalendar
import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.tokens import digest
from portal.audit.models import AuditEvent
from portal.deadlines import actions as deadlines
from portal.deadlines.feeds import actions
from portal.deadlines.feeds.tokens import new_feed_token, practice_in
from portal.deadlines.models import Absence, CalendarFeed, Deadline
from portal.deadlines.obligations import Subject
from portal.lib.logs import WithoutSecretAddresses
from portal.lib.refused import Refused
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_assignment, make_member, scope_of
from tests.portal.deadlines.day_deadlines import KIND, make_deadline

pytestmark = pytest.mark.django_db


def feed_of(user: User, client: Client | None = None) -> str:
    """Make a feed as the person does; give its secret."""
    with enter(scope_of(user), switch=True):
        return actions.make_feed(by=user, client=client, now=timezone.now())[1]


def read(token: str, **headers: Any) -> Any:
    return Browser().get(f"/calendar/{token}.ics", headers=headers)


def events(token: str) -> dict[str, icalendar.Event]:
    """What a calendar program makes of a feed: its events by summary."""
    answer = read(token)
    assert answer.status_code == 200, answer.content
    found = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    return {str(each["summary"]): each for each in found}


def end(row: Deadline, *, met: bool) -> None:
    subject = Subject(row.subject_type, row.subject_id, row.subject)
    with enter(everything_of(row.practice_id), switch=True):
        if met:
            deadlines.meet_deadline(row.client, row.kind, subject, by=None, at=timezone.now())
        else:
            deadlines.cancel_deadline(
                row.client, KIND, subject, by=None, at=timezone.now(), why="secret reason"
            )


class TestWhatStandsInIt:
    def test_ones_own_deadlines_over_the_clients_and_nobody_elses(
        self, alice: User, bob: User, client_a1: Client, client_a2: Client
    ) -> None:
        make_deadline(client_a1, "key", 5, owner=alice)
        make_deadline(client_a2, "token", 9, owner=alice)
        make_deadline(client_a1, "other", 5, owner=bob)
        assert set(events(feed_of(alice))) == {"Renew key (Alder & Sons)", "Renew token (Birch Clinic)"}

    def test_what_one_covers_for_a_colleague_who_is_away_stands_in_it_until_they_are_back(
        self, alice: User, bob: User, client_a1: Client, client_a2: Client, in_a: Any
    ) -> None:
        make_deadline(client_a1, "key", 3, owner=bob, backup_owner=alice)
        make_deadline(client_a1, "later", 30, owner=bob, backup_owner=alice)
        make_deadline(client_a1, "unowned", 3)
        make_deadline(client_a2, "token", 2, owner=alice)
        token = feed_of(alice)
        before = set(events(token))
        today = timezone.now().date()
        away = Absence.objects.create(
            practice_id=client_a1.practice_id, user=bob, from_on=today, until_on=today + timedelta(days=7)
        )
        found = events(token)
        [covered] = set(found) - before
        assert covered.endswith("(Alder & Sons), for Bob Baker")
        assert "Bob Baker is away until" in str(found[covered]["description"])
        away.delete()
        assert set(events(token)) == before

    def test_a_day_is_a_whole_day_and_a_clock_an_instant_in_universal_time(
        self, alice: User, client_a1: Client
    ) -> None:
        at = (timezone.now() + timedelta(days=2)).astimezone(UTC).replace(microsecond=0)
        day = make_deadline(client_a1, "key", 5, owner=alice)
        make_deadline(client_a1, "clock", at=at, owner=alice)
        found = events(feed_of(alice))
        key, clock = found["Renew key (Alder & Sons)"], found["Renew clock (Alder & Sons)"]
        assert key["dtstart"].dt == day.due_on
        assert key["dtend"].dt == day.due_on + timedelta(days=1)
        assert type(key["dtstart"].dt) is date
        assert clock["dtstart"].dt == at
        assert clock["dtstart"].to_ical().endswith(b"Z")
        assert "dtend" not in clock
        assert not list(key.walk("VALARM"))

    def test_it_says_where_and_whose_and_no_more(self, alice: User, client_a1: Client) -> None:
        row = make_deadline(client_a1, "key", 5, owner=alice, note="an inner note", source="clause 7")
        token = feed_of(alice)
        event = events(token)["Renew key (Alder & Sons)"]
        assert event["uid"] == f"deadline-{row.pk}@{row.practice_id}"
        assert event["url"] == "http://127.0.0.1:8000/c/alder/"
        assert [str(each) for each in event["categories"].cats] == ["Alder & Sons"]
        text = read(token).content.decode()
        assert "inner note" not in text
        assert "Alice" not in text

    def test_a_clients_feed_has_what_the_person_may_see_of_it(
        self, alice: User, carol: User, client_a1: Client, client_a2: Client
    ) -> None:
        make_deadline(client_a1, "inner", 5)
        make_deadline(client_a1, "shared", 6, internal=False)
        make_deadline(client_a2, "foreign", 6, internal=False)
        assert set(events(feed_of(alice, client_a1))) == {"Renew inner", "Renew shared"}
        assert set(events(feed_of(carol, client_a1))) == {"Renew shared"}

    def test_the_window_is_thirty_days_back_and_four_hundred_ahead(
        self, alice: User, client_a1: Client
    ) -> None:
        for days in (-40, -20, 390, 410):
            make_deadline(client_a1, f"d{days}", days)
        assert set(events(feed_of(alice, client_a1))) == {"Renew d-20", "Renew d390"}

    def test_no_more_than_two_thousand_the_soonest(
        self, alice: User, client_a1: Client, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr("portal.deadlines.feeds.reading.MOST_EVENTS", 2)
        for days in (9, 3, 6):
            make_deadline(client_a1, f"d{days}", days)
        assert set(events(feed_of(alice, client_a1))) == {"Renew d3", "Renew d6"}

    def test_one_with_nothing_in_it_is_a_calendar_all_the_same(self, alice: User) -> None:
        calendar = icalendar.Calendar.from_ical(read(feed_of(alice)).content)
        assert not calendar.walk("VEVENT")
        assert calendar.subcomponents

    def test_the_number_of_queries_does_not_grow(
        self, alice: User, client_a1: Client, client_a2: Client
    ) -> None:
        token = feed_of(alice)
        make_deadline(client_a1, "one", 3, owner=alice)
        read(token)
        with CaptureQueriesContext(connection) as first:
            read(token)
        for n in range(6):
            make_deadline((client_a1, client_a2)[n % 2], f"n{n}", n, owner=alice)
        with CaptureQueriesContext(connection) as then:
            read(token)
        assert len(then) == len(first)


class TestChanges:
    def test_a_moved_deadline_keeps_its_identity_and_rises_in_sequence(
        self, alice: User, client_a1: Client
    ) -> None:
        row = make_deadline(client_a1, "key", 5)
        token = feed_of(alice, client_a1)
        before = events(token)["Renew key"]
        with enter(everything_of(row.practice_id), switch=True):
            locked = Deadline.objects.get(pk=row.pk)
            locked.due_on, locked.due_at = row.due_on + timedelta(days=9), row.due_at + timedelta(days=9)
            locked.save()
        after = events(token)["Renew key"]
        assert after["uid"] == before["uid"]
        assert after["dtstart"].dt == before["dtstart"].dt + timedelta(days=9)
        assert (before["sequence"], after["sequence"]) == (0, 1)
        assert after["last-modified"].dt >= before["last-modified"].dt
        assert after["dtstamp"].dt == after["last-modified"].dt

    @pytest.mark.parametrize(
        ("met", "summary"), [(True, "Done: Renew key"), (False, "No longer owed: Renew key")]
    )
    def test_what_has_ended_is_sent_as_cancelled_without_the_reason(
        self, met: bool, summary: str, alice: User, client_a1: Client
    ) -> None:
        row = make_deadline(client_a1, "key", 5)
        token = feed_of(alice, client_a1)
        end(row, met=met)
        event = events(token)[summary]
        assert event["status"] == "CANCELLED"
        assert event["sequence"] == 1
        assert "secret reason" not in read(token).content.decode()

    def test_after_thirty_days_it_is_left_out(self, alice: User, client_a1: Client) -> None:
        row = make_deadline(client_a1, "key", 5)
        end(row, met=True)
        with enter(everything_of(row.practice_id), switch=True):
            Deadline.objects.filter(pk=row.pk).update(ended_at=timezone.now() - timedelta(days=32))
        assert events(feed_of(alice, client_a1)) == {}


class TestRights:
    def test_an_address_that_nobody_was_given_is_not_found(self, practice_a: Any) -> None:
        for token in ("nonsense", "ü", new_feed_token(practice_a.pk), "a" * 65):
            answer = read(token)
            assert answer.status_code == 404
            assert answer["Content-Type"] == "text/plain; charset=utf-8"
            assert "BEGIN" not in answer.content.decode()

    def test_ended_access_reads_nothing_and_returned_access_reads_again(
        self, bob: User, client_a1: Client, practice_a: Any
    ) -> None:
        make_deadline(client_a1, "key", 5, owner=bob)
        own, of_client = feed_of(bob), feed_of(bob, client_a1)
        with enter(everything_of(practice_a), switch=True):
            Assignment.objects.filter(user=bob).update(until_at=timezone.now())
        assert events(own) == {}
        assert read(of_client).status_code == 404
        with enter(everything_of(practice_a), switch=True):
            Member.objects.filter(user=bob).update(until_at=timezone.now())
        assert read(own).status_code == 404
        with enter(everything_of(practice_a), switch=True):
            Member.objects.filter(user=bob).update(until_at=None)
            Assignment.objects.filter(user=bob).update(until_at=None)
        assert set(events(own)) == {"Renew key (Alder & Sons)"}
        assert set(events(of_client)) == {"Renew key"}

    def test_an_account_that_is_switched_off_reads_nothing(self, alice: User) -> None:
        token = feed_of(alice)
        User.objects.filter(pk=alice.pk).update(is_active=False)
        assert read(token).status_code == 404

    def test_a_consultant_who_became_a_clients_person_no_longer_has_their_own(
        self, bob: User, client_a1: Client, client_a2: Client, practice_a: Any
    ) -> None:
        make_deadline(client_a1, "inner", 5, owner=bob)
        own, of_client = feed_of(bob), feed_of(bob, client_a1)
        with enter(everything_of(practice_a), switch=True):
            Member.objects.filter(user=bob).update(until_at=timezone.now())
            Assignment.objects.filter(user=bob).update(role=Role.CLIENT_VIEWER.value)
        assert read(own).status_code == 404
        assert events(of_client) == {}

    def test_it_stays_in_the_practice_for_which_it_was_made(
        self, alice: User, client_a1: Client, client_b1: Client, practice_b: Any
    ) -> None:
        token = feed_of(alice)
        make_member(practice_b, alice, Role.OWNER)
        make_deadline(client_a1, "a", 5, owner=alice)
        make_deadline(client_b1, "b", 5, owner=alice)
        assert set(events(token)) == {"Renew a (Alder & Sons)"}
        with enter(everything_of(client_a1.practice_id), switch=True):
            Member.objects.filter(user=alice).update(until_at=timezone.now())
        assert read(token).status_code == 404

    def test_a_person_of_a_client_cannot_have_a_feed_over_the_practice(self, carol: User) -> None:
        with pytest.raises(Exception, match="row-level security"):
            feed_of(carol)


class TestAnswer:
    def test_it_says_what_it_is_and_that_only_its_reader_may_keep_it(self, alice: User) -> None:
        answer = read(feed_of(alice))
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer["Cache-Control"] == "private, no-cache"
        assert answer["X-Robots-Tag"] == "noindex"

    def test_what_has_not_changed_is_not_sent_again(self, alice: User, client_a1: Client) -> None:
        make_deadline(client_a1, "key", 5, owner=alice)
        token = feed_of(alice)
        tag = read(token)["ETag"]
        again = read(token, if_none_match=tag)
        assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "private, no-cache")
        make_deadline(client_a1, "token", 6, owner=alice)
        assert read(token, if_none_match=tag).status_code == 200

    def test_when_it_was_read_is_kept_to_the_hour_and_is_no_event(self, alice: User, in_a: Any) -> None:
        token = feed_of(alice)
        read(token)
        first = CalendarFeed.objects.get().read_at
        assert first is not None
        read(token)
        assert CalendarFeed.objects.get().read_at == first
        CalendarFeed.objects.update(read_at=first - timedelta(hours=1))
        read(token)
        assert CalendarFeed.objects.get().read_at > first

    def test_reading_too_often_has_to_wait(self, alice: User, settings: Any) -> None:
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "calendar_feed": "2/h/key"}
        token = feed_of(alice)
        assert [read(token).status_code for _ in range(3)] == [200, 200, 429]
        assert read(token)["Retry-After"] == "3600"
        assert read(new_feed_token(scope_of(alice).practice)).status_code == 404

    def test_only_the_digest_is_kept_and_the_log_holds_no_address(
        self, alice: User, in_a: Any, settings: Any
    ) -> None:
        token = feed_of(alice)
        assert CalendarFeed.objects.get().token_hash == digest(token)
        lines: list[str] = []

        class Kept(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                lines.append(record.getMessage())

        kept = Kept()
        kept.addFilter(WithoutSecretAddresses())
        logger = logging.getLogger("django.request")
        logger.addHandler(kept)
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "calendar_feed": "1/h/key"}
        try:
            read(token)
            read(token)
        finally:
            logger.removeHandler(kept)
        assert lines == ["Too Many Requests: /calendar/…"]
        assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["secret_addresses"]


def test_a_token_names_its_practice(practice_a: Any) -> None:
    token = new_feed_token(practice_a.pk)
    assert practice_in(token) == practice_a.pk
    assert len(token) == 65
    assert practice_in("short") is None
    assert practice_in("!" * 65) is None


class TestActions:
    def test_there_is_one_of_each(self, alice: User, client_a1: Client) -> None:
        feed_of(alice)
        feed_of(alice, client_a1)
        with pytest.raises(Refused, match="already"):
            feed_of(alice, client_a1)

    def test_a_new_address_ends_the_former_and_ending_ends_both(self, alice: User, in_a: Any) -> None:
        first = feed_of(alice)
        with enter(scope_of(alice), switch=True):
            feed, second = actions.renew_feed(CalendarFeed.objects.get(), by=alice, now=timezone.now())
        assert (read(first).status_code, read(second).status_code) == (404, 200)
        with enter(scope_of(alice), switch=True):
            actions.end_feed(feed, by=alice)
            with pytest.raises(Refused, match="Make it anew"):
                actions.renew_feed(feed, by=alice, now=timezone.now())
        assert read(second).status_code == 404

    def test_each_is_in_the_trail_without_the_address(
        self, alice: User, in_a: Any, signed_in: Callable[[User], Browser]
    ) -> None:
        token = feed_of(alice)
        with enter(scope_of(alice), switch=True):
            feed, _ = actions.renew_feed(CalendarFeed.objects.get(), by=alice, now=timezone.now())
            actions.end_feed(feed, by=alice)
        found = AuditEvent.objects.filter(action__startswith="calendar_feed.").order_by("id")
        assert [each.action for each in found] == [
            "calendar_feed.make",
            "calendar_feed.renew",
            "calendar_feed.end",
        ]
        assert all(digest(token) not in str(each.payload) for each in found)
        text = signed_in(alice).get("/practice/activity/").content.decode()
        for words in (
            "made the calendar feed",
            "gave a new address to the calendar feed",
            "ended the calendar feed",
        ):
            assert words in text


def test_assignments_give_the_client_people_a_feed_of_each_client(
    carol: User, client_a1: Client, client_a2: Client
) -> None:
    make_assignment(client_a2, carol, Role.CLIENT_VIEWER)
    make_deadline(client_a2, "shared", 6, internal=False)
    assert events(feed_of(carol, client_a1)) == {}
    assert set(events(feed_of(carol, client_a2))) == {"Renew shared"}
