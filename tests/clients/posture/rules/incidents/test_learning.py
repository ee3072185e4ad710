"""INC-04, INC-05 and INC-09: every result, at the edges of every number."""

from __future__ import annotations

from typing import Any

import pytest

from clients.posture.rules.finding import Finding, Result
from clients.posture.rules.incidents.facts import Incident, Measure, PostMortem
from tests.clients.posture.made import (
    GONE,
    days,
    hours,
    incident,
    judged,
    measure,
    responses,
    timed,
    under_way,
)

SECOND = 1 / 3600


def of(control_id: str, *incidents: Incident, measures: tuple[Measure, ...] = ()) -> Finding:
    return judged(control_id, responses=responses(*incidents, measures=measures))


@pytest.mark.parametrize(
    ("promised", "result", "words"),
    [
        (timed(-94, 48, -46), "pass", ""),
        (timed(-94, 48, -46 + SECOND), "fail", "had its post-mortem shared late: it was due 17 Nov 2026, 12:30"),
        (timed(-36 + SECOND, 48), "not_applicable", ""),
        (timed(-36, 48), "warn", "needs its post-mortem shared by 19 Nov 2026, 22:30"),
        (timed(-48, 48), "warn", "needs its post-mortem shared by 19 Nov 2026, 10:30"),
        (timed(-48 - SECOND, 48), "fail", "has no shared post-mortem: it was due 19 Nov 2026, 10:29"),
        (timed(-10, 48, -5, late_at=hours(-100)), "fail", "it was due 15 Nov 2026, 06:30"),
        (None, "not_applicable", ""),
    ],
)  # fmt: skip
def test_the_summary_is_shared_within_48_hours(promised: Any, result: str, words: str) -> None:
    finding = of("INC-04", incident(post_mortem=promised))
    assert finding.result == result
    assert words in finding.weakest


def test_an_open_incident_is_left_aside_and_the_others_still_count() -> None:
    assert of("INC-04", under_way()).result is Result.NOT_APPLICABLE
    finding = of("INC-04", under_way(2), incident())
    assert (finding.result, finding.checked) == (Result.PASS, 1)


GOOD = PostMortem(preventive=1, reviewed=True)


@pytest.mark.parametrize(
    ("fields", "result", "words"),
    [
        ({}, "pass", ""),
        ({"shared": PostMortem(("Root cause",), preventive=1, reviewed=True)}, "fail", "without root cause"),
        ({"shared": PostMortem(preventive=0, reviewed=True)}, "fail", "without a preventive measure"),
        ({"shared": PostMortem(preventive=1)}, "warn", "no second person reviewed"),
        ({"shared": PostMortem(("Root cause",), 1, True, whole=False)}, "unknown", "only the summary and the message"),
        ({"shared": PostMortem(("Root cause",), 0, True, whole=False)}, "fail", "without a preventive measure"),
        ({"shared": None, "post_mortem": timed(-48, 48)}, "not_applicable", ""),
        ({"shared": None, "post_mortem": timed(-48 - SECOND, 48)}, "fail", "has no shared post-mortem"),
        ({"shared": None, "post_mortem": None}, "not_applicable", ""),
        ({"severity": "SEV4", "shared": PostMortem()}, "not_applicable", ""),
    ],
)  # fmt: skip
def test_a_post_mortem_has_its_sections_a_measure_and_a_second_reader(
    fields: dict[str, Any], result: str, words: str
) -> None:
    finding = of("INC-05", incident(**fields))
    assert finding.result == result
    assert words in finding.weakest


@pytest.mark.parametrize(
    ("fields", "result", "words"),
    [
        ({}, "pass", ""),
        ({"due_on": days(8)}, "pass", ""),
        ({"due_on": days(7)}, "warn", "is due on 26 Nov 2026"),
        ({"due_on": days(0)}, "warn", "is due on 19 Nov 2026"),
        ({"due_on": days(-1)}, "fail", "is overdue since 18 Nov 2026"),
        ({"due_on": days(-1), "done_at": hours(-2)}, "pass", ""),
        ({"due_on": None}, "fail", "has no day"),
        ({"owner": None}, "fail", "has no owner"),
        ({"owner": GONE}, "fail", "somebody who no longer works here"),
        ({"owner": GONE, "done_at": hours(-2)}, "pass", ""),
        ({"number": 99, "due_on": days(-1)}, "fail", "is overdue since"),
        ({"number": 99, "done_at": hours(-2)}, "not_applicable", ""),
    ],
)
def test_every_measure_has_an_owner_and_a_day_and_gets_done(
    fields: dict[str, Any], result: str, words: str
) -> None:
    finding = of("INC-09", under_way(), measures=(measure(**fields),))
    assert finding.result == result
    assert words in finding.weakest


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"lessons_shared_at": None}, "fail"),
        ({"lessons_shared_at": None, "closed_at": None}, "not_applicable"),
        ({"lessons_shared_at": None, "severity": "SEV3"}, "not_applicable"),
    ],
)
def test_the_lessons_of_a_major_incident_are_shared_when_it_is_closed(
    fields: dict[str, Any], result: str
) -> None:
    assert of("INC-09", incident(**fields)).result == result


def test_a_measure_leads_to_its_incident() -> None:
    finding = of("INC-09", measures=(measure(4, due_on=None, number=7),))
    (failing,) = finding.failing
    assert (failing.register, failing.pk, failing.within) == ("measures", 4, 7)
