"""manage.py deadlines: what beat does, done now; a dry run that writes nothing; one deadline laid open."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from portal.deadlines.models import Deadline, Reminder
from portal.deadlines.reminding.scan import scan
from portal.outbox.models import Message
from portal.tenancy.scope import enter
from tests.conftest import everything_of
from tests.portal.deadlines.arranging import EIGHT, opened, told

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])
AT = "2026-11-19T10:30"


def run(*words: str) -> str:
    out = StringIO()
    call_command("deadlines", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def row(practice_a: Any, client_a1: Any, alice: Any, bob: Any) -> Deadline:
    """A deadline of practice A with a step due at nine."""
    with enter(everything_of(practice_a), switch=True):
        return opened(client_a1, owner=bob, backup_owner=alice)


@pytest.fixture
def other(practice_b: Any, client_b1: Any, dan: Any) -> Deadline:
    """The same in practice B."""
    with enter(everything_of(practice_b), switch=True):
        return opened(client_b1, owner=dan)


def reminders(practice: Any) -> int:
    with enter(everything_of(practice), switch=True):
        return Reminder.objects.count()


class TestScan:
    def test_it_does_what_beat_does_and_prints_counts(
        self, row: Deadline, other: Deadline, practice_a: Any, practice_b: Any
    ) -> None:
        counts = json.loads(run("scan", "--now", AT, "--json"))
        assert counts == {"practices": 2, "deadlines": 2, "reminders": 3, "messages": 3, "passed_on": 0}
        assert (reminders(practice_a), reminders(practice_b)) == (2, 1)
        assert json.loads(run("scan", "--now", AT, "--json"))["practices"] == 0

    def test_a_dry_run_says_what_would_happen_and_writes_nothing(
        self, row: Deadline, practice_a: Any
    ) -> None:
        said = run("scan", "--now", AT, "--dry-run")
        assert f"{row.pk} Renew the Xero token 7: -P7D to person:" in said
        assert "Nothing was written. It would be: 1 practices, 1 deadlines, 2 reminders, 2 messages" in said
        assert reminders(practice_a) == 0
        with enter(everything_of(practice_a), switch=True):
            assert not Message.objects.exists()
            assert Deadline.objects.get().next_step_at == EIGHT

    def test_a_dry_run_in_json_lists_them(self, row: Deadline) -> None:
        found = json.loads(run("scan", "--now", AT, "--dry-run", "--json"))
        assert found["dry_run"] is True
        assert [(each["step"], each["part"]) for each in found["would_remind"]] == [
            ("-P7D", "owner"),
            ("-P7D", "backup"),
        ]

    def test_one_practice_alone(
        self, row: Deadline, other: Deadline, practice_a: Any, practice_b: Any
    ) -> None:
        run("scan", "--now", AT, "--practice", "southgate")
        assert (reminders(practice_a), reminders(practice_b)) == (0, 1)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["scan", "--now", "tomorrow"], "“tomorrow” is not an instant. Write it as"),
            (["scan", "--practice", "elm"], "no practice with the short name “elm”"),
            (["explain", "x"], "There is no deadline “x”"),
            (["explain", "99999999"], "There is no deadline “99999999”"),
            (["explain", "9" * 40], "There is no deadline"),
        ],
    )
    def test_mistakes_are_told_in_words(self, row: Deadline, words: list[str], said: str) -> None:
        with pytest.raises(CommandError, match=said):
            run(*words)


class TestCompare:
    def test_it_prints_what_it_has_changed(self, row: Deadline) -> None:
        counts = json.loads(run("compare", "--now", AT, "--json"))
        assert (counts["practices"], counts["clients"], counts["failed"]) == (1, 1, 0)
        assert "1 practices, 1 clients, 0 not compared" in run("compare", "--dry-run")

    def test_it_fails_when_a_client_could_not_be_compared(
        self, row: Deadline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(client: Any, now: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr("portal.deadlines.comparison.compare_client", fails)
        with pytest.raises(CommandError, match="1 clients could not be compared"):
            run("compare")


class TestExplain:
    def explained(self, row: Deadline, now: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run("explain", f"D-{row.pk}", "--now", now, "--json"))
        return found

    def test_steps_past_and_to_come_say_who_when_and_why(
        self, row: Deadline, practice_a: Any, now: Any
    ) -> None:
        with enter(everything_of(practice_a), switch=True):
            scan(now)
        found = self.explained(row, AT)
        steps = {step["step"]: step for step in found["steps"]}
        assert list(steps) == ["-P7D", "-P1D", "PT0S", "+P1D", "+P4D", "+P5D"], "weekends are left out"
        assert (steps["-P7D"]["state"], steps["-P1D"]["state"]) == ("taken", "to come")
        assert steps["PT0S"]["at"] == "2026-11-26T09:00:00Z"
        assert [(who["name"], who["part"]) for who in steps["-P7D"]["who"]] == [
            ("Bob Baker", "owner"),
            ("Alice Archer", "backup"),
        ]
        (delivery,) = steps["-P7D"]["who"][0]["deliveries"]
        assert (delivery["medium"], delivery["state"]) == ("E-mail", "Waiting")
        assert found["policy"] == {"name": "renewal", "title": "Renewals", "from": "shipped"}

    def test_what_was_passed_over_says_so_and_late_steps_are_the_last_ones(self, row: Deadline) -> None:
        found = self.explained(row, "2027-03-01T12:00")
        steps = {step["step"]: step["state"] for step in found["steps"]}
        assert steps["-P7D"] == "passed over"
        assert list(steps.values()).count("to come") == 3
        assert found["late_steps_left_out"] > 30
        assert found["state"] == "open, late"

    def test_reminders_on_earlier_terms_are_kept_apart(
        self, row: Deadline, practice_a: Any, client_a1: Any, bob: Any, now: Any
    ) -> None:
        with enter(everything_of(practice_a), switch=True):
            scan(now)
            opened(client_a1, owner=bob, on=row.due_on.replace(day=29), now=now)
            assert len(told()) == 2
        found = self.explained(row, AT)
        assert [each["step"] for each in found["reminders_on_earlier_terms"]] == ["-P7D", "-P7D"]

    def test_for_people_it_is_written_out(self, row: Deadline, practice_a: Any, now: Any) -> None:
        with enter(everything_of(practice_a), switch=True):
            scan(now)
        said = run("explain", str(row.pk), "--now", AT)
        assert "Renew the Xero token 7 (alder)" in said
        assert "-P7D  Thursday 19 November 2026, 09:00 (Europe/London): taken" in said
        assert "Alice Archer as backup" in said
        assert "E-mail: waiting" in said
