"""Lengths of time are read from ISO 8601, written back in one way and said in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.deadlines.rules.durations import Duration, parse, words

HOUR = 3600


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P60D", Duration(days=60)),
        ("P1M", Duration(months=1)),
        ("P1Y", Duration(months=12)),
        ("P1Y2M3D", Duration(months=14, days=3)),
        ("P2W", Duration(days=14)),
        ("PT48H", Duration(seconds=48 * HOUR)),
        ("PT90M", Duration(seconds=5400)),
        ("P1DT12H", Duration(days=1, seconds=12 * HOUR)),
        ("PT0S", Duration()),
        ("P0D", Duration()),
        ("-P7D", Duration(days=-7)),
        ("-PT4H", Duration(seconds=-4 * HOUR)),
        ("+P3D", Duration(days=3)),
        (" P7D ", Duration(days=7)),
    ],
)
def test_iso_8601_is_read(text: str, length: Duration) -> None:
    assert parse(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "7D", "7 days", "P1.5D", "p7d", "P7D P1D", "P1H", "PT1D", "--P1D", "P123456D"],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time. Write P7D for 7 days"):
        parse(text)


def test_more_than_a_hundred_years_are_refused() -> None:
    assert parse("P100Y").months == 1200
    with pytest.raises(ValueError, match="longer than a hundred years"):
        parse("P9000Y")


def test_forwards_and_backwards_do_not_mix() -> None:
    with pytest.raises(ValueError, match="forwards or backwards"):
        Duration(days=1, seconds=-HOUR)


def test_two_days_are_not_forty_eight_hours() -> None:
    assert parse("P2D") != parse("PT48H")
    assert parse("P2D").approximate == parse("PT48H").approximate
    assert (parse("P2D").by_the_clock, parse("PT48H").by_the_clock) == (False, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PT48H", "48 hours"),
        ("PT1H", "1 hour"),
        ("P7D", "7 days"),
        ("-P1D", "1 day"),
        ("P1M", "1 month"),
        ("PT15M", "15 minutes"),
        ("P1DT12H", "1 day and 12 hours"),
        ("P2M3DT4H", "2 months, 3 days and 4 hours"),
        ("PT0S", "no time"),
    ],
)
def test_a_length_is_said_in_words(text: str, said: str) -> None:
    assert words(parse(text)) == said


@given(
    some.sampled_from((1, -1)),
    some.integers(0, 500),
    some.integers(0, 9999),
    some.integers(0, 999_999),
)
def test_what_is_written_is_read_as_the_same_length(sign: int, months: int, days: int, seconds: int) -> None:
    length = Duration(sign * months, sign * days, sign * seconds)
    assert parse(str(length)) == length
    assert str(parse(str(length))) == str(length)
