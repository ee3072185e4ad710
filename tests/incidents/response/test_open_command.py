"""manage.py incidents open opens one incident of one client and says which clocks it started."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from incidents.response.models import Incident, TimelineEntry
from portal.audit.models import AuditEvent
from portal.deadlines.models import Deadline
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_client
from tests.incidents.response.made import agree

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])

WORDS = ("--title", "Orders were sent twice", "--severity", "sev2")


@pytest.fixture
def opened(capsys: pytest.CaptureFixture[str], client_a1):
    def call(*words: str) -> dict[str, Any]:
        call_command("incidents", "open", "--client", "alder", *WORDS, *words, "--json")
        return json.loads(capsys.readouterr().out)

    return call


def test_it_prints_the_number_and_every_deadline_that_started(opened, client_a1, alice, in_a) -> None:
    agree(client_a1, alice, "growth")
    answer = opened()
    incident = Incident.objects.get()
    rows = Deadline.objects.order_by("due_at")
    assert answer["reference"] == incident.reference == "INC-0001"
    assert [each["kind"] for each in answer["deadlines"]] == [row.kind for row in rows]
    assert {"incident.response", "incident.update"} <= {row.kind for row in rows}
    for each in answer["deadlines"]:
        assert set(each) == {"kind", "started_at", "due_at", "source"}
        assert each["source"]


def test_instants_are_taken_with_their_offset(opened, in_a) -> None:
    opened("--detected-at", "2026-01-05T10:00+01:00", "--reported-at", "2026-01-05T09:30Z")
    incident = Incident.objects.get()
    assert incident.detected_at.isoformat() == "2026-01-05T09:00:00+00:00"
    assert incident.reported_at.isoformat() == "2026-01-05T09:30:00+00:00"


def test_a_drill_is_for_people_of_the_practice(opened, in_a) -> None:
    assert opened("--drill", "--summary", "We try the plan.")["reference"] == "DRILL-0001"
    assert Incident.objects.get().internal
    assert all(entry.internal for entry in TimelineEntry.objects.all())


def test_the_trail_says_that_it_came_from_the_command(opened, in_a) -> None:
    opened()
    event = AuditEvent.objects.in_scope().filter(action="incident.open", object="response_incident").get()
    assert event.payload["why"] == "manage.py incidents open"


def test_without_json_it_says_it_in_words(capsys, client_a1) -> None:
    call_command("incidents", "open", "--client", "alder", *WORDS)
    assert capsys.readouterr().out.startswith(
        "INC-0001 is open for Alder & Sons: Orders were sent twice (SEV2)."
    )


REFUSALS = (
    (("--severity", "huge"), "“huge” is not a severity"),
    (("--title", " "), "Say in a few words what happened."),
    (("--title", "x" * 201), "at most 200 fit"),
    (("--summary", "x" * 2001), "at most 2,000 fit"),
    (("--detected-at", "yesterday"), "“yesterday” is not an instant"),
    (("--detected-at", "2026-01-05T10:00"), "how far from UTC"),
    (("--detected-at", "2999-01-05T10:00Z"), "Enter an instant that has passed."),
    (("--summary", "password=hunter2hunter2!"), "looks like a secret"),
    (("--client", "nobody"), "There is no client with the short name “nobody”"),
)


def test_what_it_refuses_it_refuses_in_words_with_exit_code_2(opened, in_a) -> None:
    for words, said in REFUSALS:
        with pytest.raises(CommandError, match=said) as refusal:
            opened(*words)
        assert refusal.value.returncode == 2, words
    assert not Incident.objects.exists()


def test_a_name_that_two_practices_use_needs_the_practice(opened, practice_b, practice_a) -> None:
    make_client(practice_b, "Another Alder", "alder")
    with pytest.raises(CommandError, match="Say which with --practice"):
        opened()
    opened("--practice", "southgate")
    with enter(everything_of(practice_b), switch=True):
        assert Incident.objects.count() == 1
    with enter(everything_of(practice_a), switch=True):
        assert not Incident.objects.exists()
