"""A client's deadlines: the list, the file, the page of each; and what is done with one."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.deadlines.models import Deadline, Reminder
from portal.deadlines.reminding.letters import key_of
from portal.outbox.models import Delivery, Message
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of
from tests.portal.deadlines.making import KIND, make_deadline

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Browser]
LIST = "/c/alder/deadlines/"


def titles(answer: Any) -> list[str]:
    return [row.cells[0].value.removeprefix("Renew ") for row in answer.context["table"].rows]


def end(row: Deadline, outcome: str = "met", *, late: bool = False, why: str = "done") -> None:
    with enter(everything_of(row.practice_id), switch=True):
        at = row.due_at + timedelta(days=1) if late else row.due_at - timedelta(days=1)
        Deadline.objects.filter(pk=row.pk).update(
            outcome=outcome, ended_at=at, ended_why=why, late_at=row.due_at if late else None
        )


def again(row: Deadline) -> Deadline:
    with enter(everything_of(row.practice_id), switch=True):
        return Deadline.objects.select_related("owner", "backup_owner").get(pk=row.pk)


def remind(row: Deadline, person: User, state: str = "sent") -> None:
    """A reminder of a step with its message and what became of it."""
    now = timezone.now()
    own = {"practice_id": row.practice_id, "client_id": row.client_id, "internal": True}
    with enter(everything_of(row.practice_id), switch=True):
        reminder = Reminder.objects.create(
            **own,
            deadline=row,
            due_at=row.due_at,
            step="-P7D",
            step_at=now,
            recipient=f"person:{person.pk}",
            person=person,
            part="backup",
            why="the owner is away until 3 Dec 2026",
        )
        message = Message.objects.create(
            **own, key=key_of(reminder.pk), kind=row.kind, subject=row.title, person=person, created_at=now
        )
        Delivery.objects.create(
            **own,
            message=message,
            person=person,
            medium="email",
            state=state,
            created_at=now,
            ended_at=now,
            last_error="" if state == "sent" else "the mailbox is full",
        )


class TestList:
    def test_the_open_ones_stand_soonest_first_and_a_client_sees_those_marked_for_it(
        self, alice: User, carol: User, client_a1: Client, client_a2: Client, signed_in: SignIn
    ) -> None:
        make_deadline(client_a1, "inner", 9)
        make_deadline(client_a1, "late", -2)
        make_deadline(client_a1, "theirs", 5, internal=False, owner=carol)
        make_deadline(client_a2, "elsewhere", 5, internal=False)
        end(make_deadline(client_a1, "done", 3))
        assert titles(signed_in(alice).get(LIST)) == ["late", "theirs", "inner"]
        answer = signed_in(carol).get(LIST)
        assert titles(answer) == ["theirs"]
        page = answer.content.decode()
        assert "inner" not in page
        assert "Snooze…" not in page
        assert 'href="/c/alder/deadlines/" aria-current="page">Deadlines' in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("state=late", ["late"]),
            ("state=snoozed", ["asleep"]),
            ("state=ended", ["dropped", "in time", "too late"]),
            ("state=met", ["in time"]),
            ("state=met-late", ["too late"]),
            ("state=cancelled", ["dropped"]),
            ("q=ASLEEP", ["asleep"]),
            ("kind=test.other", ["late"]),
            (f"kind={KIND}&owner=none", ["asleep"]),
            ("state=nonsense&owner=x", ["late", "asleep", "mine"]),
            ("sort=what", ["asleep", "late", "mine"]),
            ("sort=-due", ["mine", "asleep", "late"]),
            ("state=all&sort=what", ["asleep", "dropped", "in time", "late", "mine", "too late"]),
        ],
    )
    def test_filters_and_orders(
        self, query: str, found: list[str], alice: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        make_deadline(client_a1, "late", -2, kind="test.other")
        make_deadline(client_a1, "asleep", 3, snoozed_until=timezone.now() + timedelta(days=1))
        make_deadline(client_a1, "mine", 8, owner=alice)
        end(make_deadline(client_a1, "in time", -20))
        end(make_deadline(client_a1, "too late", -30), late=True)
        end(make_deadline(client_a1, "dropped", -4), "cancelled")
        assert titles(signed_in(alice).get(f"{LIST}?{query}")) == found

    def test_how_it_ended_is_said(self, alice: User, client_a1: Client, signed_in: SignIn) -> None:
        end(make_deadline(client_a1, "too late", -3), late=True)
        page = signed_in(alice).get(f"{LIST}?state=ended").content.decode()
        assert "Met late" in page

    def test_the_number_of_queries_does_not_grow(
        self, alice: User, bob: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        browser = signed_in(alice)
        make_deadline(client_a1, "one", 3, owner=alice)
        browser.get(LIST)
        with CaptureQueriesContext(connection) as first:
            browser.get(LIST)
        for n in range(3):
            make_deadline(client_a1, f"n{n}", n - 1, owner=(alice, bob, None)[n % 3], backup_owner=None)
        with CaptureQueriesContext(connection) as then:
            browser.get(LIST)
        assert len(then) == len(first)

    def test_nothing_says_so_in_the_readers_words(
        self, alice: User, carol: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        assert "Nothing is open" in signed_in(alice).get(LIST).content.decode()
        assert "Nothing waits on you" in signed_in(carol).get(LIST).content.decode()
        assert "No deadlines match" in signed_in(alice).get(f"{LIST}?q=zz").content.decode()


class TestFile:
    def test_it_has_the_rows_of_the_list_and_is_on_record(
        self, alice: User, client_a1: Client, signed_in: SignIn, in_a: Any
    ) -> None:
        row = make_deadline(client_a1, "=key", 5, owner=alice)
        make_deadline(client_a1, "other", 9, kind="test.other")
        answer = signed_in(alice).get(f"{LIST}export/?kind={KIND}")
        header, line = answer.content.decode("utf-8-sig").splitlines()
        assert header == "Kind,What,About,Due,Due at,Owner,Backup owner,State,Ended,Why,Late since"
        assert line == f"Test renewal,Renew =key,'=key,{row.due_on},,Alice Archer,,Open,,,"
        event = AuditEvent.objects.filter(action="deadline.export").latest("pk")
        assert event.payload["changes"] == {"rows": 1, "format": "csv", "filters": ["kind"]}

    def test_a_workbook_has_them_too_and_a_client_gets_its_own_alone(
        self, carol: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        make_deadline(client_a1, "inner", 5)
        make_deadline(client_a1, "theirs", 6, internal=False)
        answer = signed_in(carol).get(f"{LIST}export/?format=xlsx")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert [cell.value for cell in sheet["B"]] == ["What", "Renew theirs"]

    def test_too_many_rows_are_refused_in_words(
        self, alice: User, client_a1: Client, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.deadlines.views.deadlines.MOST_ROWS", 1)
        make_deadline(client_a1, "a", 5)
        make_deadline(client_a1, "b", 5)
        answer = signed_in(alice).get(f"{LIST}export/", follow=True)
        assert "more than 1 rows" in answer.content.decode()


class TestPage:
    def test_it_says_what_when_who_and_the_steps_to_come(
        self, alice: User, bob: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        row = make_deadline(
            client_a1, "key", 20, owner=alice, backup_owner=bob, source="its renewal date", note="4 scopes"
        )
        page = signed_in(alice).get(f"{LIST}{row.pk}/").content.decode()
        for words in ("In 20\u00a0days", "its renewal date", "4 scopes", "Alice Archer", "Bob Baker"):
            assert words in page
        ahead = page[page.index("Reminders to come") : page.index("Reminders sent")]
        assert "14 days before, to the owner" in ahead
        assert "7 days before, to the owner and the backup owner" in ahead
        assert "When it falls due, to the owner, the backup owner and the lead" in ahead
        assert "If still open" in ahead
        assert "Nobody has been reminded yet." in page

    def test_reminders_are_shown_with_their_fate(
        self, alice: User, bob: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        row = make_deadline(client_a1, "key", 7, owner=alice)
        remind(row, bob)
        remind(row, alice, "dead")
        page = signed_in(alice).get(f"{LIST}{row.pk}/").content.decode()
        assert "7 days before, to Bob Baker (backup owner): the owner is away until 3 Dec 2026" in page
        assert "E-mail: sent" in page
        assert "E-mail: not delivered, the mailbox is full" in page

    def test_the_number_of_queries_does_not_grow_with_the_reminders(
        self, alice: User, bob: User, carol: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        browser, row = signed_in(alice), make_deadline(client_a1, "key", 7, owner=alice)
        remind(row, alice)
        browser.get(f"{LIST}{row.pk}/")
        with CaptureQueriesContext(connection) as first:
            browser.get(f"{LIST}{row.pk}/")
        remind(row, bob)
        remind(row, carol)
        with CaptureQueriesContext(connection) as then:
            browser.get(f"{LIST}{row.pk}/")
        assert len(then) == len(first)

    def test_a_client_reads_what_is_marked_for_it_without_our_reminders(
        self, alice: User, carol: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        inner = make_deadline(client_a1, "inner", 5)
        row = make_deadline(client_a1, "theirs", 5, internal=False, owner=carol)
        remind(row, alice)
        browser = signed_in(carol)
        assert browser.get(f"{LIST}{inner.pk}/").status_code == 404
        page = browser.get(f"{LIST}{row.pk}/").content.decode()
        assert "Renew theirs" in page
        assert "Reminders sent" not in page
        assert "Seen by" not in page
        for verb in ("snooze", "wake", "reassign"):
            assert browser.post(f"{LIST}{row.pk}/{verb}/").status_code == 403

    def test_a_clock_runs_on_its_page_and_stands_still_once_met(
        self, alice: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        row = make_deadline(client_a1, "post-mortem", at=timezone.now() + timedelta(hours=20))
        browser = signed_in(alice)
        page = browser.get(f"{LIST}{row.pk}/").content.decode()
        assert 'role="timer"' in page
        assert "js/clock.js" in page
        end(row, why="shared")
        page = browser.get(f"{LIST}{row.pk}/").content.decode()
        assert "Met in time" in page
        assert "shared" in page
        assert 'role="timer"' not in page


class TestSnoozing:
    def test_it_waits_until_the_day_and_the_reason_is_kept(
        self, alice: User, client_a1: Client, signed_in: SignIn, in_a: Any
    ) -> None:
        row = make_deadline(client_a1, "key", 5)
        answer = signed_in(alice).post(
            f"{LIST}{row.pk}/snooze/?next=/%3Fwhose%3Dmine",
            {"until": "tomorrow", "why": "Waiting for the client's new key"},
        )
        assert (answer.status_code, answer["Location"]) == (302, "/?whose=mine")
        until = again(row).snoozed_until
        assert until is not None
        tomorrow = timezone.localdate() + timedelta(days=1)
        assert until.date() == tomorrow
        event = AuditEvent.objects.filter(action="deadline.snooze").latest("pk")
        assert event.payload["why"] == "Waiting for the client's new key"
        line = signed_in(alice).get("/c/alder/activity/").content.decode()
        assert "put off deadline" in line

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ({"until": "tomorrow"}, "Enter why it can wait"),
            ({"why": "later"}, "Choose until when it can wait"),
            ({"until": "day", "why": "later"}, "Enter the day on which it comes back"),
            (
                {
                    "until": "day",
                    "until_on_day": "1",
                    "until_on_month": "2",
                    "until_on_year": "2020",
                    "why": "x",
                },
                "The day must be after today",
            ),
        ],
    )
    def test_what_is_missing_is_said_at_its_field(
        self, sent: dict[str, str], words: str, alice: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        row = make_deadline(client_a1, "key", 5)
        page = signed_in(alice).post(f"{LIST}{row.pk}/snooze/", sent).content.decode()
        assert words in page
        assert again(row).snoozed_until is None

    def test_a_promise_never_waits_past_its_instant(
        self, alice: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        row = make_deadline(client_a1, "post-mortem", at=timezone.now() + timedelta(hours=1), promise=True)
        later = timezone.localdate() + timedelta(days=3)
        day = {f"until_on_{part}": str(getattr(later, part)) for part in ("day", "month", "year")}
        sent = {"until": "day", "why": "later", **day}
        page = signed_in(alice).post(f"{LIST}{row.pk}/snooze/", sent).content.decode()
        assert "is promised to the client" in page
        assert again(row).snoozed_until is None

    def test_it_is_taken_up_again(self, alice: User, client_a1: Client, signed_in: SignIn) -> None:
        row = make_deadline(client_a1, "key", 5, snoozed_until=timezone.now() + timedelta(days=2))
        browser = signed_in(alice)
        assert "left out of Today" in browser.get(f"{LIST}{row.pk}/").content.decode()
        assert browser.post(f"{LIST}{row.pk}/wake/?next=//evil.example/")["Location"] == f"{LIST}{row.pk}/"
        assert again(row).snoozed_until is None

    def test_what_has_ended_cannot_be_put_off(
        self, alice: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        row = make_deadline(client_a1, "key", 5)
        end(row)
        answer = signed_in(alice).get(f"{LIST}{row.pk}/snooze/", follow=True)
        assert "has ended already" in answer.content.decode()


class TestReassigning:
    def test_it_changes_hands_with_the_reason(
        self, alice: User, bob: User, client_a1: Client, signed_in: SignIn, in_a: Any
    ) -> None:
        row = make_deadline(client_a1, "key", 5, owner=alice)
        sent = {"owner": str(bob.pk), "backup_owner": str(alice.pk), "why": "Bob keeps the keys now"}
        answer = signed_in(alice).post(f"{LIST}{row.pk}/reassign/", sent, follow=True)
        assert "Renew key belongs to Bob Baker now." in answer.content.decode()
        assert (again(row).owner, again(row).backup_owner) == (bob, alice)
        assert AuditEvent.objects.filter(action="deadline.reassign").latest("pk").payload["why"]

    def test_a_clients_person_is_offered_only_what_is_marked_for_them(
        self, alice: User, carol: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        inner = make_deadline(client_a1, "inner", 5)
        shared = make_deadline(client_a1, "shared", 5, internal=False)
        browser = signed_in(alice)
        assert "Carol Clarke" not in browser.get(f"{LIST}{inner.pk}/reassign/").content.decode()
        assert "Carol Clarke" in browser.get(f"{LIST}{shared.pk}/reassign/").content.decode()
        sent = {"owner": str(carol.pk), "why": "theirs"}
        page = browser.post(f"{LIST}{inner.pk}/reassign/", sent).content.decode()
        assert "Choose one from the list." in page
        assert again(inner).owner is None

    def test_nobody_is_their_own_backup(
        self, alice: User, bob: User, client_a1: Client, signed_in: SignIn
    ) -> None:
        row = make_deadline(client_a1, "key", 5)
        sent = {"owner": str(bob.pk), "backup_owner": str(bob.pk), "why": "x"}
        page = signed_in(alice).post(f"{LIST}{row.pk}/reassign/", sent).content.decode()
        assert "Choose somebody else than the owner" in page


def test_a_day_in_the_clients_zone_is_said_in_it(
    alice: User, client_a1: Client, signed_in: SignIn, in_a: Any
) -> None:
    client_a1.time_zone = "America/New_York"
    client_a1.save()
    row = make_deadline(client_a1, "clock", at=datetime(2027, 1, 15, 20, 0, tzinfo=UTC))
    page = signed_in(alice).get(f"{LIST}{row.pk}/").content.decode()
    assert "Friday 15\u00a0January 2027, 15:00 EST" in page


@pytest.mark.parametrize(
    ("days", "who", "offered"), [(-2, "alice", True), (2, "alice", False), (-2, "carol", False)]
)
def test_from_a_missed_deadline_what_went_wrong_is_logged_with_its_words(
    signed_in: SignIn,
    client_a1: Client,
    request: pytest.FixtureRequest,
    days: int,
    who: str,
    offered: bool,
) -> None:
    with enter(everything_of(client_a1.practice_id), switch=True):
        row = make_deadline(client_a1, "xero-sync", days, internal=False)
    body = signed_in(request.getfixturevalue(who)).get(row.get_absolute_url()).content.decode()
    link = f"?client=alder&amp;title=Missed%3A%20Renew%20xero-sync&amp;source=Deadline%20D-{row.pk}"
    assert (link in body) is offered
