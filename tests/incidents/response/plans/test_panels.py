"""What the pages of a plan show, as values."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.response.plans import panels
from incidents.response.plans.exercises import end_exercise, start_exercise
from incidents.response.plans.queries import exercises_of
from incidents.response.post_mortems.measures import add_measure, finish_measure
from portal.accounts.models import User
from portal.documents import tasks
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW, opened
from tests.incidents.response.plans.made import approved, ready, written

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


def test_the_front_page_follows_the_state_of_the_plan(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    assert panels.line(client_a1, NOW) == "No response plan is approved yet."
    empty = panels.front(client_a1, NOW, inside=True)
    assert [each.label for each in empty["gaps"]] == [
        "Agree on support", "Add contacts", "Add contacts", "Write the plan",
    ]  # fmt: skip
    assert "reading" not in panels.front(client_a1, NOW, inside=False)
    ready(client_a1, alice)
    approved(client_a1, bob, alice)
    front = panels.front(client_a1, NOW, inside=True)
    assert [each.label for each in front["dues"]] == ["Reviewed again by", "Exercised by"]
    assert (front["changed"], front["gaps"], front["draft"]) == ([], [], None)
    assert panels.line(client_a1, NOW) == "Version 1, approved 19 Nov 2026, never exercised."
    written(client_a1, bob, jurisdictions=[])
    assert [each.label for each in panels.front(client_a1, NOW, inside=True)["gaps"]] == ["Write the plan"]


def test_the_table_of_exercises_says_how_each_went(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    approved(client_a1, bob, alice)
    drill = start_exercise(client_a1, scenario="duplicates", by=bob, now=NOW)
    facts = {"kind": "preventive", "owner": bob}
    for text in ("Call the backup", "Write it down"):
        measure = add_measure(drill, {**facts, "text": text}, by=bob, now=NOW)
    finish_measure(measure, "Done.", by=bob, now=NOW)
    end_exercise(drill, participants="Both", learnt="long " * 100, by=bob, now=NOW + 9 * HOUR)
    [row] = panels.exercise_table(client_a1, exercises_of(client_a1)).rows
    values = [cell.value for cell in row.cells]
    assert values[:4] == ["19 Nov 2026", "Invoices are sent twice", "SEV2", "2 late"]
    assert values[4].endswith(" …")
    assert values[5:] == [1, "Version 1"]
    assert row.cells[0].sub == "DRILL-0001, Both"


def test_the_top_of_a_drill_holds_what_came_of_it(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    assert panels.drill(opened(client_a1, bob)) == {}
    drill = start_exercise(client_a1, scenario="duplicates", by=bob, now=NOW)
    assert panels.drill(drill) == {"exercise": None, "exercise_clocks": []}
    held = end_exercise(drill, participants="Both", learnt="Much.", by=bob, now=NOW + HOUR)
    drill.refresh_from_db()
    top = panels.drill(drill)
    assert top["exercise"] == held
    assert {each.state for each in top["exercise_clocks"]} == {"idle"}
    assert all(not each.title.startswith("Drill") for each in top["exercise_clocks"])
