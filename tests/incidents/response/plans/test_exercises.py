"""Exercises: their clocks run, nobody outside hears of them, they end in any phase, and their measures are real."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.response import actions as incidents
from incidents.response.breach_actions import proposals_for, start_clocks
from incidents.response.models import BreachClock, Exercise, Incident, Measure, ResponsePlan, TimelineEntry
from incidents.response.obligations import POST_MORTEM, RESPONSE
from incidents.response.plans import exercises, queries
from incidents.response.plans.obligations import EXERCISE
from incidents.response.post_mortems.measures import add_measure
from incidents.response.update_actions import Words, send_update
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.deadlines.reminding.scan import scan
from portal.documents import tasks
from portal.lib.refused import Refused
from portal.outbox.models import Channel, Message
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.made import NOW, fresh
from tests.incidents.response.plans.made import approved, owed, ready

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SAID = {"participants": "Alice, Bob", "learnt": "The backup was not reachable."}


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


@pytest.fixture
def planned(in_a: object, client_a1: Client, alice: User, bob: User) -> ResponsePlan:
    """A client with a plan in force since NOW."""
    ready(client_a1, alice)
    return approved(client_a1, bob, alice)


def test_an_exercise_runs_its_clocks_and_ends_in_any_phase(
    planned: ResponsePlan, client_a1: Client, alice: User, bob: User
) -> None:
    drill = exercises.start_exercise(client_a1, scenario="exposed-credential", by=bob, now=NOW)
    assert (drill.reference, drill.severity, drill.internal) == ("DRILL-0001", "SEV1", True)
    start_clocks(
        fresh_with(drill, jurisdictions=["GB"], personal_data="yes"), ["uk-gdpr-processor"], by=bob, now=NOW
    )
    open_ones = list(Deadline.objects.for_client(client_a1).open().filter(title__startswith="Drill: "))
    assert {each.kind for each in open_ones} == {RESPONSE, "incident.update", "incident.notice"}
    assert all(each.internal for each in open_ones)
    incidents.acknowledge(drill, by=bob, now=NOW + 5 * HOUR)
    held = exercises.end_exercise(drill, **SAID, by=bob, now=NOW + 6 * HOUR)
    states = {each["title"]: each["state"] for each in held.clocks}
    assert states.pop("Drill: acknowledge DRILL-0001") == "late"
    assert states.pop("Drill: tell the client how DRILL-0001 stands") == "late"
    assert set(states.values()) == {"not_played"}
    assert not Deadline.objects.for_client(client_a1).open().filter(title__startswith="Drill: ").exists()
    assert BreachClock.objects.get().outcome == BreachClock.Outcome.NOT_NOTIFIED
    ended = fresh(drill)
    assert (ended.status, ended.closed_at) == (Incident.Status.CLOSED, NOW + 6 * HOUR)
    assert not Deadline.objects.filter(kind=POST_MORTEM).exists(), (
        "nothing of an exercise is owed after its end"
    )
    assert (held.plan, held.held_on) == (planned, NOW.date())
    assert queries.last_exercised_on(client_a1) == NOW.date()


def fresh_with(incident: Incident, **facts: object) -> Incident:
    """The drill with more facts, one clock of which is proposed."""
    row = incidents.edit_facts(incident, facts, by=incident.logged_by, now=NOW)
    assert "uk-gdpr-processor" in {each.id for each in proposals_for(row)}
    return row


def test_nobody_outside_hears_of_an_exercise(
    planned: ResponsePlan, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    channel = Channel.objects.create(
        practice_id=client_a1.practice_id, client=client_a1, internal=False, kind="slack", name="#alder",
        address="https://hooks.example.test/services/a", enabled=True, created_at=NOW,
    )  # fmt: skip
    before = set(Message.objects.values_list("pk", flat=True))
    drill = exercises.start_exercise(client_a1, scenario="wrong-recipients", lead=bob, by=bob, now=NOW)
    send_update(drill, Words("Statements went to the wrong customers."), by=bob, now=NOW + HOUR)
    for hours in (2, 4, 6, 30):
        scan(NOW + hours * HOUR)
    exercises.end_exercise(drill, **SAID, by=bob, now=NOW + 31 * HOUR)
    posted = Message.objects.exclude(pk__in=before).filter(subject__icontains="drill")
    assert posted.exists(), "people of the practice are reminded"
    assert set(posted.values_list("internal", flat=True)) == {True}
    assert not posted.filter(channel=channel).exists()
    assert carol not in {each.person for each in posted.select_related("person")}
    with enter(scope_of(carol), switch=True):
        for model in (Incident, TimelineEntry, Exercise, Measure):
            assert not model.objects.for_client(client_a1).exists(), model
        assert not Deadline.objects.for_client(client_a1).filter(title__startswith="Drill").exists()
        assert queries.plan_in_force(client_a1).exercised_on == date(2026, 11, 20)


def test_measures_of_an_exercise_become_real_when_it_ends(
    planned: ResponsePlan, client_a1: Client, bob: User
) -> None:
    drill = exercises.start_exercise(client_a1, scenario="duplicates", by=bob, now=NOW)
    facts = {"kind": "preventive", "text": "Call the backup", "owner": bob, "due_on": date(2026, 12, 1)}
    measure = add_measure(drill, facts, by=bob, now=NOW)
    deadline = owed(client_a1, "incident.measure")
    assert deadline.title == "Drill: DRILL-0001: Call the backup"
    exercises.end_exercise(drill, **SAID, by=bob, now=NOW + HOUR)
    deadline.refresh_from_db()
    assert (deadline.title, deadline.source) == ("DRILL-0001: Call the backup", "Exercise DRILL-0001")
    assert deadline.is_open
    assert deadline.internal
    assert Measure.objects.get(pk=measure.pk).internal


def test_an_exercise_is_ended_and_not_closed_and_never_taken_up_again(
    planned: ResponsePlan, client_a1: Client, bob: User
) -> None:
    drill = exercises.start_exercise(client_a1, title="The lights go out", severity="SEV2", by=bob, now=NOW)
    with pytest.raises(Refused, match="End the exercise"):
        incidents.close(drill, by=bob, now=NOW)
    with pytest.raises(Refused, match="what was learnt"):
        exercises.end_exercise(drill, participants="Bob", learnt=" ", by=bob, now=NOW)
    exercises.end_exercise(drill, **SAID, by=bob, now=NOW + HOUR)
    with pytest.raises(Refused, match="not taken up again"):
        incidents.reopen(drill, by=bob, now=NOW + HOUR, why="Again")
    real = incidents.open_incident([client_a1], title="Real", severity="SEV3", by=bob, now=NOW)[0]
    with pytest.raises(Refused, match="Only a drill"):
        exercises.end_exercise(real, **SAID, by=bob, now=NOW)


def test_what_is_played_is_said(planned: ResponsePlan, client_a1: Client, bob: User) -> None:
    with pytest.raises(Refused, match="how bad"):
        exercises.start_exercise(client_a1, title="Something", by=bob, now=NOW)
    with pytest.raises(Refused, match="from the list"):
        exercises.start_exercise(client_a1, scenario="unknown", by=bob, now=NOW)


def test_an_exercise_elsewhere_counts_for_the_plan_of_its_day(
    planned: ResponsePlan, client_a1: Client, alice: User, bob: User
) -> None:
    facts = {**SAID, "title": "At the table", "by": bob, "now": NOW + timedelta(days=40)}
    with pytest.raises(Refused, match="where it can be seen"):
        exercises.record_exercise(client_a1, held_on=NOW.date(), evidence="", **facts)
    with pytest.raises(Refused, match="day that has passed"):
        exercises.record_exercise(client_a1, held_on=date(2027, 6, 1), evidence="Minutes", **facts)
    before = exercises.record_exercise(client_a1, held_on=date(2026, 10, 1), evidence="Minutes", **facts)
    assert before.plan is None, "no plan was in force on that day"
    assert queries.last_exercised_on(client_a1) is None
    approved(client_a1, bob, alice, NOW + timedelta(days=20))
    held = exercises.record_exercise(client_a1, held_on=date(2026, 12, 1), evidence="Minutes", **facts)
    assert (held.plan, held.internal) == (planned, True)
    assert queries.last_exercised_on(client_a1) == date(2026, 12, 1)
    assert queries.plan_in_force(client_a1).exercised_on is None, "the version that holds now came later"
    assert owed(client_a1, EXERCISE).due_on == date(2027, 12, 1)
