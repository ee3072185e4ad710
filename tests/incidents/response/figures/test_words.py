"""How figures are said: lengths, shares, months, and nothing where nothing is known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.response.figures import words
from incidents.response.rules.figures import PROMISES, MonthRow, Spans, Standing


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing(), "nothing promised"),
        (Standing(running=2), "2 running"),
        (Standing(30, 4, 2), "30 of 34 kept"),
        (Standing(late=1), "0 of 1 kept"),
    ],
)
def test_kept_is_said_of_what_is_known_alone(standing: Standing, said: str) -> None:
    assert words.kept_words(standing) == said


def test_a_length_is_said_whole_and_none_as_a_dash() -> None:
    assert words.span_words(timedelta(minutes=200)) == "3 hours 20 minutes"
    assert words.span_words(None) == "–"
    assert words.spans_words(Spans()) == "none yet"
    assert words.spans_words(Spans(12, timedelta(hours=3), timedelta(hours=1))) == "mean 3 hours, of 12"


def test_every_promise_has_its_names() -> None:
    assert set(words.PROMISES) == set(words.SHORT) == set(PROMISES)


def test_the_bars_are_told_with_their_finding() -> None:
    rows = [MonthRow(date(2026, 10, 1), 3, Standing()), MonthRow(date(2026, 11, 1), 1, Standing())]
    assert words.months_words(rows) == (
        "Bar chart: 4 incidents between October 2026 and November 2026, most in October 2026 with 3, 1 in November 2026"
    )
    assert words.month_labels(rows) == ["Oct", "Nov"]
    none = [MonthRow(date(2026, 11, 1), 0, Standing())]
    assert words.months_words(none) == "Bar chart: no incidents between November 2026 and November 2026"
