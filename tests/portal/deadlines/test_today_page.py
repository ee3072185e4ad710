"""Today: what is owed over the clients in reach, whose it is, and what can be done about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.models import User
from portal.deadlines import kinds
from portal.deadlines.models import Absence, Deadline
from portal.deadlines.presenters import panels
from portal.tenancy.access import access_of
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_assignment, make_member, make_user, scope_of
from tests.portal.deadlines.making import KIND, make_deadline

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Browser]


def titles(answer: Any) -> dict[str, list[str]]:
    """The titles of each section that has any."""
    return {
        part.key: [entry.title.removeprefix("Renew ") for entry in part.entries]
        for part in answer.context["page"].sections
        if part.entries
    }


def all_titles(answer: Any) -> set[str]:
    return {title for part in titles(answer).values() for title in part}


def snooze(row: Deadline, days: int = 3) -> None:
    with enter(everything_of(row.practice_id), switch=True):
        Deadline.objects.filter(pk=row.pk).update(snoozed_until=timezone.now() + timedelta(days=days))


def away(practice: Practice, user: User, stand_in: User | None = None) -> None:
    today = datetime.now(UTC).date()
    with enter(everything_of(practice), switch=True):
        Absence.objects.create(
            practice=practice,
            user=user,
            stand_in=stand_in,
            from_on=today - timedelta(days=1),
            until_on=today + timedelta(days=1),
        )


class TestSections:
    def test_what_is_owed_stands_in_its_section_oldest_first(
        self, alice: User, client_a1: Client, client_a2: Client, signed_in: SignIn
    ) -> None:
        for name, days in (("b", 5), ("y", -1), ("z", -9), ("t", 0), ("far", 9)):
            make_deadline(client_a1 if days % 2 else client_a2, name, days)
        answer = signed_in(alice).get("/")
        assert titles(answer) == {"late": ["z", "y"], "near": ["t"], "week": ["b"]}
        page = answer.content.decode()
        assert "<title>Today – 2 overdue – Plumbline</title>" in page
        assert "Two things are overdue." in page
        assert "No owner" in page

    def test_sections_in_the_database_are_those_of_the_rules(
        self, alice: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        for days in range(-2, 10):
            make_deadline(client_a1, f"day {days}", days)
            make_deadline(client_a1, f"at {days}", at=timezone.now() + timedelta(days=days, minutes=1))
        from portal.deadlines.rules.today import section_of, window

        answer = signed_in(alice).get("/")
        borders = window(answer.context["now"], answer.context["zone"])
        with enter(everything_of(client_a1.practice_id), switch=True):
            expected: dict[str, set[str]] = {}
            for row in Deadline.objects.all():
                expected.setdefault(section_of(row.due_at, row.due_on, borders), set()).add(
                    row.title.removeprefix("Renew ")
                )
        expected.pop("", None)
        assert {key: set(found) for key, found in titles(answer).items()} == expected

    def test_what_has_ended_is_gone(self, alice: User, client_a1: Client, signed_in: SignIn) -> None:
        row = make_deadline(client_a1, "done", 1)
        with enter(everything_of(row.practice_id), switch=True):
            Deadline.objects.filter(pk=row.pk).update(
                outcome="met", ended_at=timezone.now(), next_step_at=None
            )
        answer = signed_in(alice).get("/")
        assert titles(answer) == {}
        assert "Nothing is owed in the next seven days" in answer.content.decode()

    def test_a_consultant_sees_the_clients_assigned_to_them(
        self, bob: User, client_a1: Client, client_a2: Client, signed_in: SignIn
    ) -> None:
        make_deadline(client_a1, "ours", 1)
        make_deadline(client_a2, "theirs", 1)
        assert all_titles(signed_in(bob).get("/")) == {"ours"}

    def test_a_long_section_shows_the_first_fifty_and_says_so(
        self, alice: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        for n in range(52):
            make_deadline(client_a1, f"n{n:02}", -n - 1)
        answer = signed_in(alice).get("/")
        assert len(titles(answer)["late"]) == 50
        page = answer.content.decode()
        assert "52 things are overdue." in page
        assert "The first 50 are shown." in page


class TestWhose:
    def test_mine_are_my_own_and_what_falls_to_me(
        self, alice: User, bob: User, practice_a: Practice, client_a1: Client, signed_in: SignIn
    ) -> None:
        eve = make_user("Eve", "eve@northlight.test")
        make_member(practice_a, eve, Role.CONSULTANT)
        make_assignment(client_a1, eve, Role.CONSULTANT)
        make_deadline(client_a1, "own", 1, owner=bob)
        make_deadline(client_a1, "of alice", 1, owner=alice, backup_owner=bob)
        make_deadline(client_a1, "as backup", 1, owner=eve, backup_owner=bob)
        make_deadline(client_a1, "as stand-in", 1, owner=eve)
        make_deadline(client_a1, "of her backup", 1, owner=eve, backup_owner=alice)
        make_deadline(client_a1, "without owner", 1)
        browser = signed_in(bob)
        assert all_titles(browser.get("/?whose=mine")) == {"own"}
        away(practice_a, eve, bob)
        assert all_titles(browser.get("/?whose=mine")) == {"own", "as backup", "as stand-in"}
        assert len(all_titles(browser.get("/"))) == 6

    def test_what_nobody_owns_falls_to_the_lead_and_without_one_to_the_practices_owners(
        self, alice: User, bob: User, client_a1: Client, client_a2: Client, signed_in: SignIn
    ) -> None:
        make_assignment(client_a2, bob, Role.LEAD)
        make_deadline(client_a1, "led by nobody", 1)
        make_deadline(client_a2, "led by bob", 1)
        assert all_titles(signed_in(bob).get("/?whose=mine")) == {"led by bob"}
        assert all_titles(signed_in(alice).get("/?whose=mine")) == {"led by nobody"}

    def test_while_one_is_away_oneself_ones_own_stay_ones_own(
        self, bob: User, practice_a: Practice, client_a1: Client, signed_in: SignIn
    ) -> None:
        make_deadline(client_a1, "own", 1, owner=bob)
        away(practice_a, bob)
        assert all_titles(signed_in(bob).get("/?whose=mine")) == {"own"}


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("client=birch", {"other"}),
            (f"kind={KIND}", {"mine"}),
            ("kind=test.review", {"other", "late"}),
            ("owner=none", {"other", "late"}),
            ("client=alder&owner=none", {"late"}),
            ("client=nonsense&owner=x", {"mine", "other", "late"}),
        ],
    )
    def test_each_narrows(
        self,
        query: str,
        found: set[str],
        alice: User,
        client_a1: Client,
        client_a2: Client,
        signed_in: SignIn,
    ) -> None:
        make_deadline(client_a1, "mine", 1, owner=alice)
        make_deadline(client_a1, "late", -1, kind="test.review")
        make_deadline(client_a2, "other", 4, kind="test.review")
        assert all_titles(signed_in(alice).get(f"/?{query}")) == found

    def test_an_owner_is_found_and_nothing_left_says_how_to_go_on(
        self, alice: User, bob: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        make_deadline(client_a1, "mine", 1, owner=alice)
        browser = signed_in(alice)
        assert all_titles(browser.get(f"/?owner={alice.pk}")) == {"mine"}
        page = browser.get(f"/?owner={bob.pk}").content.decode()
        assert "Nothing owed matches" in page
        assert "Owner: Bob Baker" in page


class TestSnoozed:
    def test_what_was_put_off_is_left_out_and_one_link_away(
        self, alice: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        make_deadline(client_a1, "awake", 1)
        snooze(make_deadline(client_a1, "asleep", 1))
        browser = signed_in(alice)
        answer = browser.get("/")
        assert all_titles(answer) == {"awake"}
        assert ">1 snoozed</a>" in answer.content.decode()
        page = browser.get("/?snoozed=1").content.decode()
        assert "Renew asleep" in page
        assert "Take up again now" in page
        assert "Renew awake" not in page

    def test_nothing_put_off_says_so(self, alice: User, signed_in: SignIn) -> None:
        assert "Nothing is snoozed" in signed_in(alice).get("/?snoozed=1").content.decode()


class TestDoing:
    def test_the_button_does_the_next_thing_and_the_menu_the_rest(
        self, alice: User, client_a1: Client, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = kinds.Kind(
            KIND,
            "Credential renewal",
            "renewal",
            lambda deadline: "/there/",
            lambda deadline, access: kinds.Step("Record rotation", "/rotate/"),
        )
        monkeypatch.setitem(kinds._kinds, KIND, kind)
        row = make_deadline(client_a1, "key", -2, owner=alice, note="4 scopes")
        page = signed_in(alice).get("/").content.decode()
        assert '<a class="btn is-small is-primary" href="/rotate/">Record rotation' in page
        assert 'href="/there/" data-open>Renew key</a>' in page
        assert "Credential renewal · 4 scopes" in page
        for verb in ("snooze", "reassign"):
            assert f'href="/c/alder/deadlines/{row.pk}/{verb}/?next=%2F"' in page
        assert f'href="/c/alder/deadlines/{row.pk}/#history">Open history' in page

    def test_who_may_not_change_it_gets_the_history_alone(
        self, practice_a: Practice, client_a1: Client, signed_in: SignIn
    ) -> None:
        until = timezone.now() + timedelta(days=30)
        ann = make_user("Ann Auditor", "ann@northlight.test")
        make_member(practice_a, ann, Role.AUDITOR, until)
        make_deadline(client_a1, "key", 1)
        page = signed_in(ann).get("/").content.decode()
        assert "Open history" in page
        assert "Snooze" not in page
        assert "Reassign" not in page


class TestAside:
    def test_clocks_run_in_the_aside_with_words_from_the_server(
        self, alice: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        at = timezone.now() + timedelta(hours=20, minutes=30)
        make_deadline(client_a1, "post-mortem", at=at)
        page = signed_in(alice).get("/").content.decode()
        aside = page[page.index("Clocks running") :]
        assert re.search(r'<b role="timer" data-deadline="[^"]+">20:2\d:\d\d</b>', aside)
        assert "left of 48 hours" in aside
        assert 'class="clock is-soon"' in aside
        assert "aria-live" not in aside
        assert "js/clock.js" in page

    def test_whole_days_are_no_clocks(self, alice: User, client_a1: Client, signed_in: SignIn) -> None:
        make_deadline(client_a1, "key", 1)
        page = signed_in(alice).get("/").content.decode()
        assert "Clocks running" not in page
        assert "js/clock.js" not in page

    def test_what_waits_on_a_clients_person_says_who_and_since_when(
        self, alice: User, carol: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        since = timezone.now() - timedelta(days=6)
        make_deadline(client_a1, "the DPA", 20, owner=carol, internal=False, started_at=since)
        make_deadline(client_a1, "ours", 20, owner=alice, internal=False)
        make_deadline(client_a1, "the contact", 150, owner=carol, internal=False, started_at=since)
        answer = signed_in(alice).get("/")
        assert [wait.deadline.title for wait in answer.context["page"].aside.waits] == ["Renew the DPA"]
        page = answer.content.decode()
        assert "One thing is waiting on clients; it has waited six days." in page
        assert "6 days ago" in page
        assert "Carol Clarke" in page


class TestReach:
    def test_a_clients_person_goes_to_their_own_client(
        self, carol: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        answer = signed_in(carol).get("/")
        assert (answer.status_code, answer["Location"]) == (302, f"/c/{client_a1.slug}/")

    def test_a_person_of_two_clients_chooses(self, carol: User, client_a2: Client, signed_in: SignIn) -> None:
        make_assignment(client_a2, carol, Role.CLIENT_VIEWER)
        page = signed_in(carol).get("/").content.decode()
        assert "Alder &amp; Sons" in page
        assert "Birch Clinic" in page
        assert 'class="rail"' not in page

    def test_a_person_whose_role_has_ended_is_told_so(self, client_a1: Client, signed_in: SignIn) -> None:
        user = make_user("Gil Gone", "gone@alder.test")
        make_assignment(client_a1, user, Role.CLIENT_VIEWER, until_at=timezone.now() - timedelta(days=1))
        page = signed_in(user).get("/").content.decode()
        assert "have no access yet" in page
        assert "Alder" not in page


class TestCost:
    @pytest.mark.parametrize("query", ["", "?whose=mine", "?snoozed=1"])
    def test_the_number_of_queries_does_not_grow(
        self,
        query: str,
        alice: User,
        bob: User,
        carol: User,
        client_a1: Client,
        client_a2: Client,
        signed_in: SignIn,
    ) -> None:
        def add(n: int) -> None:
            client, owner = (client_a1, client_a2)[n % 2], (alice, bob, None)[n % 3]
            for days in (-3, 0, 5):
                make_deadline(client, f"{n} {days}", days, owner=owner, backup_owner=carol)
            make_deadline(client, f"clock {n}", at=timezone.now() + timedelta(hours=9), owner=alice)
            make_deadline(client_a1, f"wait {n}", 20, owner=carol, internal=False)
            snooze(make_deadline(client, f"asleep {n}", 1, owner=alice))

        browser = signed_in(alice)
        add(0)
        browser.get(f"/{query}")
        with CaptureQueriesContext(connection) as first:
            browser.get(f"/{query}")
        for n in range(1, 4):
            add(n)
        with CaptureQueriesContext(connection) as then:
            browser.get(f"/{query}")
        assert len(then) == len(first)


class TestContents:
    def test_the_figure_counts_what_is_owed_within_the_week_and_the_late(
        self, alice: User, bob: User, client_a1: Client, client_a2: Client, django_assert_num_queries: Any
    ) -> None:
        for name, days in (("late", -3), ("soon", 7), ("far", 9)):
            make_deadline(client_a1, name, days)
        snooze(make_deadline(client_a1, "asleep", 1))
        make_deadline(client_a2, "other", 2)
        for user, n in ((alice, 3), (bob, 2)):
            access = access_of(user, timezone.now())
            with enter(scope_of(user), switch=True), django_assert_num_queries(1):
                count = panels.contents_count(access)
            assert count is not None
            assert (count.n, count.late) == (n, 1)

    def test_deadlines_are_found_by_their_title(
        self, alice: User, bob: User, client_a1: Client, client_a2: Client
    ) -> None:
        row = make_deadline(client_a1, "the Xero token", 2)
        make_deadline(client_a2, "the xero app", 1)
        with enter(scope_of(bob), switch=True):
            [hit] = panels.find(access_of(bob, timezone.now()), "xero")
        assert hit.title == "Renew the Xero token"
        assert hit.url == f"/c/alder/deadlines/{row.pk}/"
        assert hit.meta == "Alder & Sons · Test renewal · In 2\u00a0days"
        with enter(scope_of(alice), switch=True):
            assert len(panels.find(access_of(alice, timezone.now()), "XERO")) == 2
