"""Slots of digests over summer time, back-off, and the shape of addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.outbox.media.fates import Outcome, of_status, wait_asked
from portal.outbox.rules.addresses import cleaned, shown
from portal.outbox.rules.backoff import LONGEST, MOST_ATTEMPTS, wait_after
from portal.outbox.rules.slots import COLLECTS, next_slot

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestSlots:
    @pytest.mark.parametrize(
        ("after", "slot"),
        [
            ("2026-03-27T12:00", "2026-03-28T08:00"),  # winter: 08:00 in London is 08:00 UTC
            ("2026-03-28T12:00", "2026-03-29T07:00"),  # the clocks went forward in the night
            ("2026-10-24T12:00", "2026-10-25T08:00"),  # and back again
            ("2026-10-24T05:00", "2026-10-24T07:00"),
            ("2028-02-28T12:00", "2028-02-29T08:00"),
            ("2026-12-31T12:00", "2027-01-01T08:00"),
        ],
    )
    def test_the_hour_stays_the_readers_over_summer_time(self, after: str, slot: str) -> None:
        found = next_slot(at(after), hour=8, zone=LONDON)
        assert found.at == at(slot)
        assert found.leaves_at == at(slot) + COLLECTS

    def test_an_hour_that_is_left_out_still_has_its_digest(self) -> None:
        assert next_slot(at("2026-03-28T12:00"), hour=1, zone=LONDON).at == at("2026-03-29T01:00")

    def test_an_hour_that_comes_twice_has_one_digest(self) -> None:
        first = next_slot(at("2026-10-24T12:00"), hour=1, zone=LONDON)
        assert first.at == at("2026-10-25T00:00")
        assert next_slot(first.leaves_at, hour=1, zone=LONDON).at == at("2026-10-26T01:00")

    def test_days_are_the_readers_own(self) -> None:
        assert next_slot(at("2026-11-20T02:00"), hour=22, zone=NEW_YORK).at == at("2026-11-20T03:00")

    @pytest.mark.parametrize(
        ("after", "slot"),
        [
            ("2026-11-23T08:09", "2026-11-23T08:00"),
            ("2026-11-23T08:10", "2026-11-30T08:00"),
            ("2026-11-24T00:00", "2026-11-30T08:00"),
        ],
    )
    def test_a_weekly_one_comes_on_its_day(self, after: str, slot: str) -> None:
        assert next_slot(at(after), hour=8, zone=LONDON, weekday=0).at == at(slot)


class TestBackOff:
    def test_it_doubles_from_a_minute_to_hours(self) -> None:
        waits = [wait_after(attempt, jitter=0) for attempt in range(1, 5)]
        assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]

    def test_it_never_waits_longer_than_six_hours_and_ends(self) -> None:
        waits = [wait_after(attempt, jitter=1) for attempt in range(1, MOST_ATTEMPTS)]
        assert max(wait for wait in waits if wait) == LONGEST == waits[-1]
        assert wait_after(MOST_ATTEMPTS, jitter=0) is None

    def test_jitter_adds_up_to_a_quarter(self) -> None:
        assert wait_after(1, jitter=1) == timedelta(seconds=75)
        assert wait_after(1, jitter=99) == timedelta(seconds=75)

    def test_what_the_receiver_asks_for_is_heeded_up_to_a_day(self) -> None:
        assert wait_after(1, jitter=0, asked=timedelta(hours=1)) == timedelta(hours=1)
        assert wait_after(5, jitter=0, asked=timedelta(seconds=1)) == timedelta(minutes=16)
        assert wait_after(1, jitter=0, asked=timedelta(days=99)) == timedelta(days=1)

    @pytest.mark.parametrize(
        ("header", "wait"),
        [
            ("120", timedelta(minutes=2)),
            ("Thu, 19 Nov 2026 11:00:00 GMT", timedelta(minutes=30)),
            ("Thu, 19 Nov 2026 10:00:00 GMT", timedelta(0)),
            ("soon", None),
            ("", None),
        ],
    )
    def test_retry_after_is_read_as_seconds_or_as_a_date(
        self, header: str, wait: timedelta | None, now: datetime
    ) -> None:
        assert wait_asked(header, now) == wait

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            (200, Outcome.SENT), (202, Outcome.SENT), (204, Outcome.SENT), (302, Outcome.NEVER),
            (400, Outcome.NEVER), (404, Outcome.NEVER), (408, Outcome.LATER), (410, Outcome.NEVER),
            (429, Outcome.LATER), (500, Outcome.LATER), (503, Outcome.LATER),
        ],
    )  # fmt: skip
    def test_answers_are_judged_by_their_status(self, status: int, outcome: Outcome, now: datetime) -> None:
        assert of_status(status, "", now).outcome is outcome


TEAMS = "/workflows/0a/triggers/manual/paths/invoke?api-version=1&sig=x"


class TestAddresses:
    @pytest.mark.parametrize(
        ("kind", "raw", "kept"),
        [
            ("slack", " https://hooks.slack.com/services/T1/B2/c3/ ", "https://hooks.slack.com/services/T1/B2/c3"),
            ("slack", "https://hooks.slack.com/services/T1/B2/c3?verify=no", "https://hooks.slack.com/services/T1/B2/c3"),
            ("teams", f"https://prod-1.logic.azure.com:443{TEAMS}", f"https://prod-1.logic.azure.com:443{TEAMS}"),
            ("sms", "+44 (7700) 900-123", "+447700900123"),
            ("sms", "0049 151 23456789", "+4915123456789"),
            ("email", " ops@example.com ", "ops@example.com"),
            ("webhook", "https://example.com/in?token=1", "https://example.com/in?token=1"),
        ],
    )  # fmt: skip
    def test_pasted_addresses_are_put_in_order(self, kind: str, raw: str, kept: str) -> None:
        assert cleaned(kind, raw) == kept

    @pytest.mark.parametrize(
        ("kind", "raw"),
        [
            ("slack", "https://hooks.slack.com.evil.test/services/T1/B2/c3"),
            ("slack", "http://hooks.slack.com/services/T1/B2/c3"),
            ("slack", "https://hooks.slack.com/services/T1/B2"),
            ("teams", "https://prod-1.logic.azure.com/workflows/0a/triggers/manual/paths/invoke"),
            ("teams", "https://example.com/"),
            ("sms", "07700 900123"),
            ("sms", "+44 7700 900123; rm"),
            ("email", "ops@example.com, eve@example.com"),
            ("email", "ops@example.com\nBcc: eve@example.com"),
            ("email", "ops"),
            ("webhook", "http://example.com/in"),
            ("webhook", "https://user:word@example.com/in"),
            ("webhook", "https://example.com/in#part"),
            ("webhook", "https://example.com/a b"),
            ("webhook", "https://example.com:99999/"),
            ("webhook", "json://example.com/"),
            ("webhook", ""),
            ("pigeon", "https://example.com/"),
        ],
    )
    def test_what_is_none_of_its_kind_is_refused_without_repeating_it(self, kind: str, raw: str) -> None:
        with pytest.raises(ValueError, match=r".") as caught:
            cleaned(kind, raw)
        assert not raw or raw not in str(caught.value)

    @pytest.mark.parametrize(
        ("kind", "address", "part"),
        [
            ("slack", "https://hooks.slack.com/services/T1/B2/c3", "hooks.slack.com/…"),
            ("sms", "+447700900123", "number ending in 123"),
            ("email", "ops@example.com", "o…@example.com"),
            ("webhook", "", ""),
        ],
    )
    def test_only_a_part_is_ever_shown(self, kind: str, address: str, part: str) -> None:
        assert shown(kind, address) == part
