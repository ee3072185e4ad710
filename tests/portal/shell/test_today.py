from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string

from portal.shell import today
from portal.shell.today import Entry

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
DAY = date(2026, 11, 19)


def due(days: int, title: str = "Rotate", **more: object) -> Entry:
    return Entry(kind="Credential", title=title, url="/1/", due_on=DAY + timedelta(days=days), **more)


def at(moment: datetime) -> Entry:
    return Entry(kind="Incident", title="Share", url="/2/", due_at=moment)


def placed(entry: Entry, now: datetime = NOW, zone: ZoneInfo = LONDON) -> str:
    return next((part.key for part in today.sections([entry], now, zone) if part.entries), "")


@pytest.mark.parametrize(
    ("days", "section"),
    [(-400, "late"), (-1, "late"), (0, "near"), (1, "near"), (2, "week"), (7, "week"), (8, "")],
)
def test_a_day_stands_in_its_section(days: int, section: str) -> None:
    assert placed(due(days)) == section


@pytest.mark.parametrize(
    ("moment", "section"),
    [
        (NOW - timedelta(seconds=1), "late"),
        (NOW, "near"),
        (NOW + timedelta(hours=1), "near"),
        (datetime(2026, 11, 20, 23, 59, tzinfo=UTC), "near"),
        (datetime(2026, 11, 21, 0, 0, tzinfo=UTC), "week"),
    ],
)
def test_an_instant_exactly_on_time_is_not_late(moment: datetime, section: str) -> None:
    assert placed(at(moment)) == section


def test_the_calendar_day_is_the_readers() -> None:
    late_evening = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert placed(due(0), late_evening, LONDON) == "near"
    assert placed(due(0), late_evening, ZoneInfo("Asia/Tokyo")) == "late"


def test_the_day_clocks_go_forward_is_a_day_like_another() -> None:
    evening = datetime(2027, 3, 28, 22, 30, tzinfo=UTC)
    entry = Entry(kind="Credential", title="Rotate", url="/1/", due_on=date(2027, 3, 28))
    assert placed(entry, evening, LONDON) == "near"
    assert placed(entry, evening + timedelta(hours=1), LONDON) == "late"


def test_oldest_comes_first_and_next_week_is_not_coloured() -> None:
    parts = today.sections([due(5, "b"), due(-1, "y"), due(3, "a"), due(-9, "z")], NOW, LONDON)
    assert [[each.entry.title for each in part.entries] for part in parts] == [["z", "y"], [], ["a", "b"]]
    assert {each.state for each in parts[0].entries} == {"late"}
    assert {each.state for each in parts[2].entries} == {"idle"}


@pytest.mark.parametrize(
    ("days", "first", "rest"),
    [
        ([], "", "Nothing is owed before Friday 27 November."),
        ([-1], "One thing is overdue.", "Nothing else is owed before Friday 27 November."),
        ([-1, -2, 0, 0, 1], "Two things are overdue.", "Three more fall due by tomorrow evening."),
        ([0], "", "One thing falls due by tomorrow evening."),
        ([0, 5], "", "One thing falls due by tomorrow evening, one more within seven days."),
        ([5, 6], "", "Nothing is due before the day after tomorrow; two things within seven days."),
        (
            [-1, 5],
            "One thing is overdue.",
            "Nothing else is due before the day after tomorrow; one thing within seven days.",
        ),
    ],
)
def test_the_standfirst_counts_what_is_owed(days: list[int], first: str, rest: str) -> None:
    assert today.standfirst(today.sections([due(day) for day in days], NOW, LONDON), DAY) == (first, rest)


def test_many_are_counted_in_figures() -> None:
    assert today.counted(11) == "11 things"
    assert today.counted(1200) == "1,200 things"


@pytest.mark.parametrize("dues", [{}, {"due_on": DAY, "due_at": NOW}])
def test_an_entry_is_due_once(dues: dict) -> None:
    with pytest.raises(ValueError, match="on a day or at an instant"):
        Entry(kind="Credential", title="Rotate", url="/1/", **dues)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-2, "<strong>2\u00a0days overdue</strong>"),
        (-200, '<strong>Overdue since</strong> <time datetime="2026-05-03">3\u00a0May\u00a02026</time>'),
    ],
)
def test_a_date_long_ago_is_said_once_with_its_year(days: int, words: str) -> None:
    html = render_to_string("_components/entry.html", {"entry": due(days).shown(NOW, LONDON)})
    assert words in html
    assert html.count("<time") == 1
