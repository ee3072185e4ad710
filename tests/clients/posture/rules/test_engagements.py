"""ACC-07, INC-06 and LOG-03: each fault alone, and the edges of every number."""

from __future__ import annotations

from typing import Any

import pytest

from clients.posture.rules.facts import AccessReview, Contact, Support
from clients.posture.rules.finding import Result
from tests.clients.posture.made import access_review, contact, contacts, days, judged, support


@pytest.mark.parametrize(
    ("fields", "result", "words"),
    [
        ({}, "pass", ""),
        ({"finished_on": days(-76)}, "warn", "the next is due soon"),
        ({"finished_on": days(-75)}, "pass", ""),
        ({"finished_on": days(-90)}, "warn", "the next is due soon"),
        ({"finished_on": days(-91)}, "fail", "91 days ago"),
        ({"owed": 1}, "fail", "1 decision that nobody carried out"),
        ({"owed": 2}, "fail", "2 decisions that nobody carried out"),
    ],
)
def test_access_is_reviewed_every_90_days_and_what_was_decided_is_carried_out(
    fields: dict[str, Any], result: str, words: str
) -> None:
    finding = judged("ACC-07", access_review=access_review(**fields))
    assert finding.result == result
    assert words in finding.weakest
    assert finding.evidence == 1


@pytest.mark.parametrize(
    ("since_on", "result"),
    [(days(0), "not_applicable"), (days(-89), "not_applicable"), (days(-90), "unknown"), (None, "unknown"),
     (days(3), "unknown")],
)  # fmt: skip
def test_a_new_client_needs_no_access_review_yet(since_on: Any, result: str) -> None:
    assert judged("ACC-07", since_on=since_on, access_review=None).result == result


@pytest.mark.parametrize(
    ("changes", "result", "words"),
    [
        ({}, "pass", ""),
        ({"verified_on": days(-120)}, "pass", ""),
        ({"verified_on": days(-121)}, "warn", "was last checked on"),
        ({"verified_on": days(-180)}, "warn", "was last checked on"),
        ({"verified_on": days(-181)}, "fail", "was last checked on"),
        ({"verified_on": None}, "fail", "was never checked"),
    ],
)
def test_primary_and_backup_of_both_sides_are_checked_within_180_days(
    changes: dict[str, Any], result: str, words: str
) -> None:
    for number in range(4):
        path = list(contacts())
        path[number] = contact(path[number].pk, path[number].side, path[number].position, **changes)
        finding = judged("INC-06", contacts=tuple(path))
        assert finding.result == result
        assert words in finding.weakest


def test_whoever_is_further_down_the_path_is_not_asked_for() -> None:
    third = contact(9, "client", 3, verified_on=None)
    assert judged("INC-06", contacts=(*contacts(), third)).result is Result.PASS


@pytest.mark.parametrize(
    ("gone", "missing"),
    [
        (0, "the primary contact of the client"),
        (1, "the backup contact of the client"),
        (3, "the backup contact of the practice"),
    ],
)
def test_a_missing_contact_fails_however_well_the_others_are_checked(gone: int, missing: str) -> None:
    finding = judged("INC-06", contacts=tuple(each for at, each in enumerate(contacts()) if at != gone))
    assert finding.result is Result.FAIL
    assert missing in finding.words
    assert finding.weakest == f"Missing: {missing}"


@pytest.mark.parametrize(
    ("fields", "result", "words"),
    [
        ({"log_retention_days": 91}, "unknown", ""),
        ({"log_retention_days": 90}, "fail", "promises to extend"),
        ({"log_retention_days": 90, "tier": "starter"}, "unknown", ""),
        ({"log_retention_days": 89, "tier": "starter"}, "fail", "less than 90"),
        ({"log_retention_days": None}, "unknown", "does not say how long logs are kept"),
    ],
)
def test_logs_are_kept_90_days_and_longer_on_growth_and_scale(
    fields: dict[str, Any], result: str, words: str
) -> None:
    finding = judged("LOG-03", support=support(**fields))
    assert finding.result == result
    assert words in finding.weakest


@pytest.mark.parametrize("control_id", ["ACC-07", "INC-06"])
def test_nothing_is_asked_for_a_client_whose_work_has_ended(control_id: str) -> None:
    assert judged(control_id, ended_on=days(-3)).result is Result.NOT_APPLICABLE


def test_the_records_lead_to_what_was_agreed() -> None:
    kinds = [each.REGISTER for each in (Contact, AccessReview, Support)]
    assert kinds == ["contacts", "access-reviews", "support"]
