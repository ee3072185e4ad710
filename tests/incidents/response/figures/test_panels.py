"""The four numbers and the tables that pages show of figures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.response.figures.panels import panel, short_span
from incidents.response.rules.figures import KEPT, LATE, OURS, RESPONSE, Counted, Spans, figures

NOVEMBER = date(2026, 11, 1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (None, "–"),
        (timedelta(seconds=20), "<\u00a01\u00a0min"),
        (timedelta(minutes=14), "14\u00a0min"),
        (timedelta(hours=3, minutes=20), "3\u00a0h 20\u00a0min"),
        (timedelta(hours=52, minutes=9), "2\u00a0d 4\u00a0h"),
    ],
)
def test_a_length_as_a_large_number(span: timedelta | None, said: str) -> None:
    assert short_span(span) == said


def test_without_incidents_no_time_and_no_share_is_said() -> None:
    found = panel(figures(Counted({}, {})), "of none")
    assert [each.value for each in found.numbers] == ["0", "–", "–", "–"]
    assert found.numbers[3].under == "nothing promised yet"
    assert not found.numbers[3].state


def test_the_numbers_say_what_is_left_out_and_what_is_late() -> None:
    counted = Counted(
        {(NOVEMBER, "SEV1"): 3},
        {(NOVEMBER, "SEV1", RESPONSE, KEPT): 1, (NOVEMBER, "SEV1", RESPONSE, LATE): 1},
        targeted=2,
        acknowledged=Spans(2, 3 * HOUR, 2 * HOUR),
    )
    found = panel(figures(counted, [NOVEMBER]), "of three")
    incidents, acknowledged, resolved, kept = found.numbers
    assert (incidents.value, incidents.under) == ("3", "3 SEV1")
    assert (acknowledged.value, acknowledged.under) == ("2\u00a0h", "mean 3 hours, of 2; 1 not taken up")
    assert (resolved.value, resolved.under) == ("–", "none yet; 3 not resolved")
    assert (kept.value, kept.under, kept.state) == ("1 of 2", "1 late", "late")
    assert found.promises[0].without == 1
    assert (found.points, found.labels) == ((3,), ("Nov",))


def test_measures_are_explained_only_where_they_are_shown() -> None:
    whole, ours = panel(figures(Counted({}, {})), ""), panel(figures(Counted({}, {}), (), OURS), "")
    assert len(whole.definitions) == len(ours.definitions) + 1
    assert all(row.title != "–" for row in ours.promises)
