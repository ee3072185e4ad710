"""From marks to a finding: the worst counts, words agree in number, what is missing holds a pass down."""

from __future__ import annotations

import pytest

from clients.posture.rules.facts import Reference
from clients.posture.rules.finding import Finding, Mark, Result, counted, judge, unproven, worst
from tests.clients.posture.made import days

P, W, F, U, N = (Result.PASS, Result.WARN, Result.FAIL, Result.UNKNOWN, Result.NOT_APPLICABLE)


def found(*results: Result) -> Finding:
    marks = [
        Mark(result, Reference("credentials", i, f"key {i}"), days(-i)) for i, result in enumerate(results)
    ]
    return judge("SEC-01", "credential", marks)


@pytest.mark.parametrize(
    ("results", "result", "words"),
    [
        ((), U, "Nothing recorded: no credential is in the register."),
        ((N, N), N, "Does not apply: no credential is concerned."),
        ((P,), P, "1 credential checked, in order."),
        ((P, P, N), P, "2 credentials checked, all in order."),
        ((P, W), W, "1 of 2 credentials in order, 1 needs attention."),
        ((P, W, U), U, "1 of 3 credentials in order, 1 cannot be decided, 1 needs attention."),
        ((F, F, U, W), F, "0 of 4 credentials in order, 2 fail, 1 cannot be decided, 1 needs attention."),
    ],
)
def test_the_worst_of_all_records_is_the_result(
    results: tuple[Result, ...], result: Result, words: str
) -> None:
    finding = found(*results)
    assert (finding.result, finding.words) == (result, words)


def test_records_that_decide_nothing_are_no_evidence() -> None:
    finding = found(P, F, U, N)
    assert finding.evidence == 2
    assert finding.oldest_on == days(-1)


@pytest.mark.parametrize(("result", "held"), [(P, U), (W, U), (U, U), (F, F), (N, N)])
def test_a_missing_kind_of_record_holds_a_pass_down(result: Result, held: Result) -> None:
    finding = unproven(found(result), ["Run"], "runs")
    assert finding.result is held
    assert finding.missing == ("Run",)
    assert (held is U) == ("Runs are not recorded yet" in finding.words)


def test_the_worst_result_is_a_failure() -> None:
    assert worst([P, F, U, W]) is F
    assert worst([N, P]) is P


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [(1, "credential", "1 credential"), (0, "event", "0 events"), (1200, "company", "1,200 companies")],
)
def test_things_are_counted_in_words(number: int, noun: str, words: str) -> None:
    assert counted(number, noun) == words
