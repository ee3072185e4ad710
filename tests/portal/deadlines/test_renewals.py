"""The renewals page: what is late and what comes, over the clients in reach, by week and as a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.deadlines import actions
from portal.deadlines.models import Deadline
from portal.deadlines.obligations import Subject
from portal.deadlines.renewals import places
from portal.deadlines.renewals.queries import ahead, counted, due_for, monday_of, renewals
from portal.deadlines.renewals.tables import MOST_NAMED, Reader, pins
from portal.tenancy.access import access_of
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of, scope_of
from tests.portal.deadlines.day_deadlines import make_deadline

pytestmark = pytest.mark.django_db
Page = Callable[[User], Any]


def titles(answer: Any) -> list[str]:
    return [row.cells[0].value for row in answer.context["table"].rows]


def reader_of(user: User, now: datetime) -> Reader:
    return Reader(access_of(user, now), now, now.date())


class TestWhatStandsThere:
    def test_late_and_the_next_ninety_days_soonest_first(
        self, alice: User, client_a1: Client, client_a2: Client, signed_in: Page
    ) -> None:
        for name, days in (("far", 91), ("last", 90), ("soon", 3), ("late", -4), ("today", 0)):
            make_deadline(client_a1 if days % 2 else client_a2, name, days)
        answer = signed_in(alice).get("/renewals/")
        assert titles(answer) == ["Renew late", "Renew today", "Renew soon", "Renew last"]

    def test_clocks_and_what_has_ended_do_not(
        self, alice: User, client_a1: Client, signed_in: Page, in_a: Any
    ) -> None:
        make_deadline(client_a1, "clock", at=datetime.now(UTC) + timedelta(hours=5))
        met = make_deadline(client_a1, "met", 5)
        subject = Subject(met.subject_type, met.subject_id, met.subject)
        actions.meet_deadline(client_a1, met.kind, subject, by=None, at=datetime.now(UTC))
        answer = signed_in(alice).get("/renewals/")
        assert titles(answer) == []
        assert "Nothing falls due in the next 90 days" in answer.content.decode()

    def test_a_consultant_sees_the_clients_assigned_to_them_and_a_client_nothing(
        self, bob: User, carol: User, client_a1: Client, client_a2: Client, signed_in: Page
    ) -> None:
        make_deadline(client_a1, "ours", 5)
        make_deadline(client_a2, "theirs", 5)
        answer = signed_in(bob).get("/renewals/")
        assert titles(answer) == ["Renew ours"]
        assert "theirs" not in answer.content.decode()
        assert signed_in(carol).get("/renewals/").status_code == 404

    def test_a_day_is_late_when_it_is_over_where_the_client_is(
        self, alice: User, client_a1: Client, in_a: Any
    ) -> None:
        client_a1.time_zone = "America/Los_Angeles"
        client_a1.save()
        make_deadline(client_a1, "west", on=date(2026, 11, 22))
        for now, late in (
            (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), 0),
            (datetime(2026, 11, 23, 8, 0, 1, tzinfo=UTC), 1),
        ):
            rows = renewals(access_of(alice, now), now.date())
            parts = ahead(rows, now.date(), now)
            assert (parts.late.n, [week.monday for week in parts.weeks]) == (
                late,
                [] if late else [date(2026, 11, 16)],
            )

    def test_a_date_that_the_words_say_already_stands_there_once(
        self, alice: User, client_a1: Client, signed_in: Page
    ) -> None:
        make_deadline(client_a1, "near", 5)
        far = make_deadline(client_a1, "far", 80)
        rows = signed_in(alice).get("/renewals/").context["table"].rows
        assert [row.cells[3].sub_date for row in rows] == [far.due_on - timedelta(days=75), None]


class TestWeeks:
    def test_rows_stand_under_their_weeks_with_counts_of_all_pages(
        self, alice: User, client_a1: Client, signed_in: Page
    ) -> None:
        today = datetime.now(UTC).date()
        monday = monday_of(today) + timedelta(days=14)
        make_deadline(client_a1, "late", -2)
        make_deadline(client_a1, "very late", -30)
        for name, on in (("a", monday), ("b", monday + timedelta(days=6)), ("c", monday + timedelta(days=7))):
            make_deadline(client_a1, name, on=on)
        answer = signed_in(alice).get("/renewals/")
        dividers = [row.divider for row in answer.context["table"].rows if row.divider]
        assert [(each.title, each.count) for each in dividers] == [
            ("Overdue", "2"),
            (f"Week of {monday.day} {monday:%B}", "2"),
            (f"Week of {(monday + timedelta(days=7)).day} {monday + timedelta(days=7):%B}", "1"),
        ]

    def test_in_another_order_there_are_no_weeks(
        self, alice: User, client_a1: Client, client_a2: Client, signed_in: Page
    ) -> None:
        make_deadline(client_a2, "alpha", 9)
        make_deadline(client_a1, "zeta", 3)
        browser = signed_in(alice)
        assert titles(browser.get("/renewals/?sort=what")) == ["Renew alpha", "Renew zeta"]
        assert titles(browser.get("/renewals/?sort=client")) == ["Renew zeta", "Renew alpha"]
        assert titles(browser.get("/renewals/?sort=-due")) == ["Renew alpha", "Renew zeta"]
        answer = browser.get("/renewals/?sort=-client")
        assert titles(answer) == ["Renew alpha", "Renew zeta"]
        assert not any(row.divider for row in answer.context["table"].rows)

    def test_counting_stops_and_says_so(
        self, alice: User, client_a1: Client, in_a: Any, now: datetime
    ) -> None:
        for n in range(4):
            make_deadline(client_a1, f"n{n}", on=date(2026, 11, 25))
        rows = renewals(access_of(alice, now), now.date())
        assert [str(each) for each in counted([rows, rows.filter(title="none")], most=3)] == ["3+", "0"]


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("client=birch", ["Renew other"]),
            ("owner=none", ["Renew late", "Renew other"]),
            ("due=late", ["Renew late"]),
            ("due=30", ["Renew late", "Renew mine"]),
            ("due=60", ["Renew late", "Renew mine", "Renew other"]),
            ("q=MINE", ["Renew mine"]),
            ("q=nothing", []),
            ("client=nonsense&due=12&owner=x", ["Renew late", "Renew mine", "Renew other"]),
        ],
    )
    def test_each_narrows_the_rows(
        self, query: str, found: list[str], alice: User, client_a1: Client, client_a2: Client, signed_in: Page
    ) -> None:
        make_deadline(client_a1, "late", -3)
        make_deadline(client_a1, "mine", 20, owner=alice)
        make_deadline(client_a2, "other", 50)
        assert titles(signed_in(alice).get(f"/renewals/?{query}")) == found

    def test_an_owner_is_found_and_nothing_left_says_how_to_go_on(
        self, alice: User, client_a1: Client, signed_in: Page
    ) -> None:
        make_deadline(client_a1, "mine", 20, owner=alice)
        browser = signed_in(alice)
        assert titles(browser.get(f"/renewals/?owner={alice.pk}")) == ["Renew mine"]
        text = browser.get("/renewals/?q=nothing+of+this+name").content.decode()
        assert "No renewals match" in text
        assert "Clear filters" in text


class TestHorizon:
    def test_few_stand_by_name_and_many_by_week(
        self, alice: User, client_a1: Client, in_a: Any, now: datetime
    ) -> None:
        make_deadline(client_a1, "first", on=date(2026, 11, 25))
        make_deadline(client_a1, "late", on=date(2026, 11, 3))
        reader = reader_of(alice, now)
        rows = renewals(reader.access, reader.today)
        parts = ahead(rows, reader.today, now)
        clients = {client_a1.pk: client_a1}
        named = pins(rows, clients, reader, parts)
        assert [(pin.name, pin.state) for pin in named] == [
            ("late, Alder & Sons", "late"),
            ("first, Alder & Sons", "soon"),
        ]
        for n in range(MOST_NAMED):
            make_deadline(client_a1, f"n{n}", on=date(2026, 12, 2))
        parts = ahead(rows, reader.today, now)
        weekly = pins(rows, clients, reader, parts)
        assert [(pin.name, pin.words, pin.state) for pin in weekly] == [
            ("1 overdue", "oldest 3 Nov", "late"),
            ("1 due", "week of 23 Nov", "soon"),
            (f"{MOST_NAMED} due", "week of 30 Nov", "then"),
        ]


class TestCost:
    def test_the_number_of_queries_does_not_grow(
        self, alice: User, bob: User, client_a1: Client, client_a2: Client, signed_in: Page
    ) -> None:
        browser = signed_in(alice)
        make_deadline(client_a1, "one", 3, owner=alice)
        browser.get("/renewals/")
        with CaptureQueriesContext(
            connection,
        ) as first:
            browser.get("/renewals/")
        for n in range(12):
            make_deadline((client_a1, client_a2)[n % 2], f"n{n}", n * 5 - 9, owner=(alice, bob, None)[n % 3])
        with CaptureQueriesContext(connection) as then:
            browser.get("/renewals/")
        assert len(then) == len(first)


class TestContents:
    def test_the_figure_counts_the_late_too(
        self, alice: User, bob: User, client_a1: Client, client_a2: Client, django_assert_num_queries: Any
    ) -> None:
        make_deadline(client_a1, "late", -3)
        make_deadline(client_a1, "soon", 20)
        make_deadline(client_a2, "other", 50)
        make_deadline(client_a2, "far", 120)
        for user, n in ((alice, 3), (bob, 2)):
            access = access_of(user, datetime.now(UTC))
            with enter(scope_of(user), switch=True), django_assert_num_queries(1):
                count = places.contents_count(access)
            assert count is not None
            assert (count.n, count.late) == (n, 1)

    def test_without_any_there_is_no_figure(self, alice: User, in_a: Any) -> None:
        assert places.contents_count(access_of(alice, datetime.now(UTC))) is None


class TestExport:
    def test_the_file_has_the_rows_of_the_page_and_is_on_record(
        self, alice: User, client_a1: Client, client_a2: Client, signed_in: Page, in_a: Any
    ) -> None:
        make_deadline(client_a1, "=late", -3, owner=alice, source="Its renewal date")
        make_deadline(client_a2, "other", 50)
        answer = signed_in(alice).get("/renewals/export/?client=alder&format=csv")
        lines = answer.content.decode("utf-8-sig").splitlines()
        due = (datetime.now(UTC).date() - timedelta(days=3)).isoformat()
        assert lines[0] == "Due,Late,Client,What,Kind,About,Owner,Backup owner,Where it comes from"
        assert lines[1:] == [
            f"{due},Late,Alder & Sons,Renew =late,Test renewal,'=late,Alice Archer,,Its renewal date"
        ]
        event = AuditEvent.objects.filter(action="renewals.export").latest("pk")
        assert event.payload["changes"] == {"rows": 1, "format": "csv", "filters": ["client"]}

    def test_a_workbook_has_them_too(self, alice: User, client_a1: Client, signed_in: Page) -> None:
        row = make_deadline(client_a1, "key", 5)
        answer = signed_in(alice).get("/renewals/export/?format=xlsx")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet["A2"].value.date() == row.due_on
        assert sheet["D2"].value == "Renew key"

    def test_too_many_rows_are_refused_in_words(
        self, alice: User, client_a1: Client, signed_in: Page, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr("portal.deadlines.views.renewals.MOST_ROWS", 1)
        make_deadline(client_a1, "a", 5)
        make_deadline(client_a1, "b", 5)
        answer = signed_in(alice).get("/renewals/export/", follow=True)
        assert "more than 1 rows" in answer.content.decode()


def test_one_client_has_its_own_list(
    client_a1: Client, client_a2: Client, practice_a: Any, now: datetime
) -> None:
    make_deadline(client_a1, "a", on=date(2026, 11, 25))
    make_deadline(client_a1, "b", on=date(2026, 11, 3), kind="test.other")
    make_deadline(client_a2, "c", on=date(2026, 11, 25))
    with enter(everything_of(practice_a), switch=True):
        found: list[Deadline] = due_for(client_a1, now.date())
        assert [row.subject for row in found] == ["b", "a"]
        assert [row.subject for row in due_for(client_a1, now.date(), without=["test.other"])] == ["a"]
