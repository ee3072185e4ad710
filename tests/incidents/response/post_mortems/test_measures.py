"""Measures: each with a day is a deadline until it is done or dropped."""

from __future__ import annotations

from datetime import date

import pytest

from incidents.response.models import Measure
from incidents.response.post_mortems.measures import (
    add_measure,
    drop_measure,
    edit_measure,
    finish_measure,
)
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW, at, lead_ins, opened

pytestmark = pytest.mark.django_db
FACTS = {"kind": "preventive", "text": "Alert on duplicate runs", "due_on": date(2026, 12, 1)}


def deadline(measure: Measure) -> Deadline | None:
    rows = Deadline.objects.filter(kind="incident.measure", subject_id=str(measure.pk))
    return rows.order_by("pk").last()


def test_a_measure_with_a_day_is_a_deadline_of_its_owner(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = opened(client_a1, alice)
    measure = add_measure(incident, {**FACTS, "owner": bob}, by=alice, now=NOW)
    found = deadline(measure)
    assert (found.owner, found.due_on, found.policy) == (bob, date(2026, 12, 1), "review")
    assert found.title == f"{incident.reference}: Alert on duplicate runs"
    assert measure.internal, "until the post-mortem is shared"


def test_a_measure_without_a_day_waits_for_one(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice)
    measure = add_measure(incident, {**FACTS, "due_on": None}, by=alice, now=NOW)
    assert deadline(measure) is None
    measure = edit_measure(measure, {"due_on": date(2026, 12, 2)}, version=1, by=alice, now=NOW)
    assert deadline(measure).due_on == date(2026, 12, 2)
    edit_measure(measure, {"due_on": None}, version=2, by=alice, now=NOW)
    assert deadline(measure).outcome == "cancelled"


def test_a_done_measure_meets_its_deadline(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice)
    measure = add_measure(incident, FACTS, by=alice, now=NOW)
    with pytest.raises(Refused, match="what was done"):
        finish_measure(measure, " ", by=alice, now=at(23, 9))
    done = finish_measure(measure, "The alert is live.", by=alice, now=at(23, 9))
    assert (deadline(done).outcome, deadline(done).ended_at) == ("met", at(23, 9))
    assert (done.done_by, done.outcome) == (alice, "The alert is live.")
    assert "Measure done." in lead_ins(incident)
    for refused in (
        lambda: finish_measure(done, "Again.", by=alice, now=at(24, 9)),
        lambda: drop_measure(done, by=alice, now=at(24, 9), why="No"),
        lambda: edit_measure(done, FACTS, version=2, by=alice, now=at(24, 9)),
    ):
        with pytest.raises(Refused, match="was done already"):
            refused()


def test_a_dropped_measure_says_why(in_a: object, client_a1: Client, alice: User) -> None:
    measure = add_measure(opened(client_a1, alice), FACTS, by=alice, now=NOW)
    with pytest.raises(Refused, match="why it will not be done"):
        drop_measure(measure, by=alice, now=NOW, why="")
    dropped = drop_measure(measure, by=alice, now=NOW, why="The workflow was switched off.")
    assert dropped.dropped_why == "The workflow was switched off."
    assert deadline(measure).outcome == "cancelled"


def test_a_measure_changed_meanwhile_is_not_overwritten(in_a: object, client_a1: Client, alice: User) -> None:
    measure = add_measure(opened(client_a1, alice), FACTS, by=alice, now=NOW)
    edit_measure(measure, {"text": "Another text"}, version=1, by=alice, now=NOW)
    with pytest.raises(Refused, match="Somebody changed this measure"):
        edit_measure(measure, {"text": "A third"}, version=1, by=alice, now=NOW)


def test_a_measure_says_what_is_to_be_done(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice)
    with pytest.raises(Refused, match="what is to be done"):
        add_measure(incident, {**FACTS, "text": " "}, by=alice, now=NOW)
    with pytest.raises(Refused, match="what kind"):
        add_measure(incident, {**FACTS, "kind": "magic"}, by=alice, now=NOW)
