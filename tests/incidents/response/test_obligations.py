"""The deadlines of an incident: the first response by tier, the 48 hours, the cadence of updates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidents.response import actions
from incidents.response.obligations import POST_MORTEM, RESPONSE, UPDATE, duty_of
from portal.accounts.models import User
from portal.deadlines.models import Deadline, Reminder
from portal.deadlines.reminding.scan import scan
from portal.tenancy.models import Client
from portal.tenancy.permissions import Role
from tests.clients.engagements.made import add
from tests.conftest import make_assignment, make_member, make_user
from tests.incidents.response.made import NOW, agree, at, deadline_of, opened

pytestmark = pytest.mark.django_db
FRIDAY = at(20, 16, 30)


@pytest.mark.parametrize(
    ("tier", "reported_at", "due_at"),
    [
        ("scale", FRIDAY, at(20, 17, 30)),
        ("growth", FRIDAY, at(20, 20, 30)),
        ("starter", FRIDAY, at(24, 0)),
        ("starter", datetime(2026, 12, 24, 18, 0, tzinfo=UTC), datetime(2026, 12, 30, 0, 0, tzinfo=UTC)),
    ],
)
def test_the_first_response_is_due_by_the_tier(
    in_a: object, client_a1: Client, alice: User, tier: str, reported_at: datetime, due_at: datetime
) -> None:
    agree(client_a1, alice, tier)
    incident = opened(client_a1, alice, "SEV1", now=reported_at)
    deadline = deadline_of(incident, RESPONSE)
    assert (deadline.started_at, deadline.due_at) == (reported_at, due_at)
    assert deadline.promise
    assert "SEV1 within" in deadline.source


def test_without_support_nothing_was_promised_as_a_first_response(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    agree(client_a2, alice, "none")
    for client in (client_a1, client_a2):
        assert deadline_of(opened(client, alice, "SEV1"), RESPONSE) is None


def test_an_alert_starts_the_response_clock_at_its_own_instant(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "scale")
    fired = NOW - timedelta(minutes=10)
    incident = opened(client_a1, None, "SEV1", detected_at=fired, alert_reference="a-1")
    assert deadline_of(incident, RESPONSE).due_at == fired + timedelta(hours=1)


def test_acknowledging_meets_the_response_at_its_instant(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    incident = opened(client_a1, alice, "SEV1")
    actions.acknowledge(incident, by=alice, now=NOW + timedelta(hours=5))
    deadline = deadline_of(incident, RESPONSE)
    assert (deadline.outcome, deadline.ended_at) == ("met", NOW + timedelta(hours=5))
    assert deadline.late_at == NOW + timedelta(hours=4)


def test_a_corrected_acknowledgement_makes_the_promise_kept_or_late(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    incident = opened(client_a1, alice, "SEV1")
    incident = actions.acknowledge(incident, by=alice, now=NOW + timedelta(hours=5))
    actions.record_instant(
        incident, "acknowledged_at", NOW + timedelta(hours=3), by=alice, now=NOW + timedelta(hours=6),
        why="By telephone at half past one",
    )  # fmt: skip
    deadline = deadline_of(incident, RESPONSE)
    assert (deadline.ended_at, deadline.late_at) == (NOW + timedelta(hours=3), None)
    assert Deadline.objects.filter(kind=RESPONSE).count() == 1


def test_another_severity_moves_the_clocks(in_a: object, client_a1: Client, alice: User) -> None:
    agree(client_a1, alice, "growth")
    incident = opened(client_a1, alice, "SEV1")
    assert deadline_of(incident, UPDATE).due_at == NOW + timedelta(hours=1)
    actions.change_severity(incident, "SEV2", by=alice, now=NOW, why="There is a workaround")
    assert deadline_of(incident, UPDATE).due_at == NOW + timedelta(hours=4)
    actions.change_severity(incident, "SEV4", by=alice, now=NOW, why="Nobody is affected")
    assert deadline_of(incident, UPDATE).outcome == "cancelled"


def test_a_corrected_report_moves_the_response_clock(in_a: object, client_a1: Client, alice: User) -> None:
    agree(client_a1, alice, "growth")
    incident = opened(client_a1, alice, "SEV1", detected_at=NOW - timedelta(hours=2))
    earlier = NOW - timedelta(hours=1)
    actions.record_instant(incident, "reported_at", earlier, by=alice, now=NOW, why="The mail came at 09:30")
    assert deadline_of(incident, RESPONSE).due_at == earlier + timedelta(hours=4)


def test_a_corrected_report_is_where_every_clock_is_counted_from(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    incident = opened(client_a1, alice, "SEV1", detected_at=NOW - timedelta(hours=2))
    earlier = NOW - timedelta(minutes=30)
    actions.record_instant(incident, "reported_at", earlier, by=alice, now=NOW, why="The mail came at 10:00")
    assert {deadline_of(incident, kind).started_at for kind in (RESPONSE, UPDATE)} == {earlier}
    actions.acknowledge(incident, by=alice, now=NOW)
    again = NOW - timedelta(minutes=50)
    actions.record_instant(incident, "reported_at", again, by=alice, now=NOW, why="It came at 09:40")
    assert deadline_of(incident, RESPONSE).started_at == again


def test_resolving_opens_the_48_hours_and_ends_the_cadence(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV1", now=FRIDAY)
    assert deadline_of(incident, POST_MORTEM) is None
    actions.record_instant(incident, "resolved_at", FRIDAY, by=alice, now=FRIDAY + timedelta(minutes=5))
    deadline = deadline_of(incident, POST_MORTEM)
    assert (deadline.due_at, deadline.promise, deadline.internal) == (at(22, 16, 30), True, False)
    assert deadline_of(incident, UPDATE).outcome == "cancelled"


def test_a_corrected_resolution_moves_the_48_hours(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice)
    done = NOW + timedelta(hours=2)
    actions.record_instant(incident, "resolved_at", done, by=alice, now=done)
    moved = NOW + timedelta(hours=1)
    actions.record_instant(incident, "resolved_at", moved, by=alice, now=done, why="Read from the log")
    assert deadline_of(incident, POST_MORTEM).due_at == moved + timedelta(hours=48)


def test_the_48_hours_count_from_the_report_where_the_client_agreed_so(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth", post_mortem_from="reporting")
    assert deadline_of(opened(client_a1, alice), POST_MORTEM).due_at == NOW + timedelta(hours=48)


def test_significant_ones_only_leaves_the_small_ones_without_a_post_mortem(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth", post_mortem_for="significant")
    for severity, owed in (("SEV2", True), ("SEV3", False)):
        incident = opened(client_a1, alice, severity)
        actions.record_instant(incident, "resolved_at", NOW, by=alice, now=NOW)
        assert (deadline_of(incident, POST_MORTEM) is not None) == owed


def test_reopening_cancels_the_48_hours_and_the_next_resolution_starts_them_anew(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice)
    actions.record_instant(incident, "resolved_at", NOW, by=alice, now=NOW)
    actions.reopen(incident, by=alice, now=NOW + timedelta(hours=1), why="It came back")
    assert deadline_of(incident, POST_MORTEM).outcome == "cancelled"
    again = NOW + timedelta(hours=3)
    actions.record_instant(incident, "resolved_at", again, by=alice, now=again)
    deadline = deadline_of(incident, POST_MORTEM)
    assert (deadline.is_open, deadline.due_at) == (True, again + timedelta(hours=48))


def test_nothing_is_owed_for_the_time_in_which_it_was_resolved(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV1")
    actions.record_instant(incident, "resolved_at", NOW, by=alice, now=NOW)
    later = NOW + timedelta(hours=20)
    actions.reopen(incident, by=alice, now=later, why="It came back")
    assert deadline_of(incident, UPDATE).due_at == later + timedelta(hours=1)


def test_a_worse_severity_asks_for_the_next_word_from_its_change_on_not_before(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV4")
    later = NOW + timedelta(hours=20)
    actions.change_severity(incident, "SEV1", by=alice, now=later, why="It spreads")
    assert deadline_of(incident, UPDATE).due_at == later + timedelta(hours=1)


def test_raising_a_severity_does_not_win_time(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice, "SEV3")
    soon = NOW + timedelta(minutes=30)
    actions.change_severity(incident, "SEV1", by=alice, now=soon, why="It spreads")
    assert deadline_of(incident, UPDATE).due_at == NOW + timedelta(hours=1)


def test_a_late_word_stays_late_when_the_severity_sinks(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice, "SEV1")
    actions.change_severity(incident, "SEV2", by=alice, now=NOW + timedelta(hours=2), why="A way around")
    assert deadline_of(incident, UPDATE).late_at == NOW + timedelta(hours=1)


def test_a_response_that_is_not_given_climbs_the_escalation_path(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    erin, gwen = (
        make_user(name, f"{name[:4].lower()}@northlight.test") for name in ("Erin Ellis", "Gwen Gray")
    )
    for person, role in ((erin, Role.LEAD), (gwen, Role.CONSULTANT)):
        make_member(client_a1.practice, person, Role.CONSULTANT)
        make_assignment(client_a1, person, role)
    add(client_a1, alice, "Bob Baker", side="practice", user=bob)
    add(client_a1, alice, "Nell Night", side="practice", phone="+44 20 7946 0018")
    add(client_a1, alice, "Gwen Gray", side="practice", user=gwen)
    agree(client_a1, alice, "own", sev1_target="PT8H", calendar="clock")
    incident = opened(client_a1, alice, "SEV1")
    told: dict[int, set[str]] = {}
    for hours in (4, 7, 8, 9):
        known = set(Reminder.objects.values_list("pk", flat=True))
        scan(NOW + timedelta(hours=hours))
        rows = Reminder.objects.filter(deadline__kind=RESPONSE).exclude(pk__in=known)
        told[hours] = {row.person.name for row in rows.select_related("person")}
    assert told[4] == told[7] == {"Bob Baker", "Gwen Gray"}
    assert told[8] == {"Bob Baker", "Gwen Gray", "Erin Ellis"}
    assert told[9] == {"Bob Baker", "Gwen Gray", "Erin Ellis", "Alice Archer"}
    actions.acknowledge(incident, by=bob, now=NOW + timedelta(hours=9, minutes=1))
    count = Reminder.objects.filter(deadline__kind=RESPONSE).count()
    scan(NOW + timedelta(hours=10, minutes=5))
    assert Reminder.objects.filter(deadline__kind=RESPONSE).count() == count


def test_a_drill_runs_its_clocks_for_people_of_the_practice_alone(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    incident = opened(client_a1, alice, "SEV1", drill=True)
    actions.record_instant(incident, "resolved_at", NOW, by=alice, now=NOW)
    found = list(Deadline.objects.filter(subject_id=str(incident.pk), subject_type="response.incident"))
    assert {each.kind for each in found} == {RESPONSE, POST_MORTEM, UPDATE}
    assert all(each.internal and each.title.startswith("Drill: ") for each in found)


def test_until_somebody_leads_the_first_on_the_escalation_path_answers(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    add(client_a1, alice, "Bob Baker", side="practice", user=bob)
    add(client_a1, alice, "Alice Archer", side="practice", user=alice)
    incident = opened(client_a1, alice)
    duty = duty_of(incident, NOW)
    assert (duty.owner, duty.backup) == (bob, alice)
    led = actions.name_lead(incident, alice, by=alice, now=NOW)
    duty = duty_of(led, NOW)
    assert (duty.owner, duty.backup) == (alice, bob)
