from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from portal.shell import charts
from portal.shell.charts import Pin
from tests.portal.shell.drawings import parsed

TODAY = date(2026, 11, 19)


def shapes(svg: str, name: str) -> list[ElementTree.Element]:
    return [each for each in parsed(svg).iter() if name in each.get("class", "").split()]


def words(svg: str) -> list[str]:
    return [each.text or "" for each in parsed(svg).iter() if each.tag == "text"]


def ahead(days: int, name: str = "Key", state: str = "then") -> Pin:
    return Pin(TODAY + timedelta(days=days), name, state)


def test_a_tally_draws_one_square_a_control_in_five_shapes() -> None:
    svg = charts.tally(passes=9, warns=2, waived=1, fails=3, unknown=4)
    assert len(shapes(svg, "have")) == 9
    assert len(shapes(svg, "old")) == 3
    assert len([each for each in shapes(svg, "bad") if each.tag == "rect"]) == 3
    assert len(shapes(svg, "none")) == 4


def test_a_tally_of_many_controls_goes_on_in_a_second_row() -> None:
    one, two = (parsed(charts.tally(passes=n)) for n in (20, 21))
    assert two.get("width") == one.get("width")
    assert float(two.get("height", 0)) > float(one.get("height", 0))


def test_a_tally_is_hidden_from_screen_readers_as_its_count_stands_beside_it() -> None:
    assert parsed(charts.tally(passes=1)).get("aria-hidden") == "true"


def test_a_strip_has_a_tick_an_hour_and_a_mark_at_now() -> None:
    svg = charts.strip(48, 19.2, label="19 of 48 hours gone")
    assert (len(shapes(svg, "past")), len(shapes(svg, "todo")), len(shapes(svg, "mark"))) == (20, 28, 1)
    assert parsed(svg).get("aria-label") == "19 of 48 hours gone"


@pytest.mark.parametrize("done", [0, 48, 60])
def test_a_strip_that_has_not_begun_or_is_over_has_no_mark(done: float) -> None:
    assert not shapes(charts.strip(48, done, label="x"), "mark")


@pytest.mark.parametrize(("points", "low"), [([60, 83], "50%"), ([49.9, 83], "0%")])
def test_a_trend_begins_at_50_or_at_0_once_a_point_lies_below(points: list[float], low: str) -> None:
    assert words(charts.trend(points, ["", ""], "rose"))[0] == low


def test_a_trend_labels_its_last_value_and_the_named_months() -> None:
    svg = charts.trend([60, 70, 83], ["Nov 25", "", "Nov 26"], "rose from 60% to 83%")
    assert words(svg)[-3:] == ["83%", "Nov 25", "Nov 26"]


def test_a_trend_of_one_point_is_drawn_and_of_none_is_refused() -> None:
    assert "83%" in words(charts.trend([83], ["Nov"], "83%"))
    with pytest.raises(ValueError, match="at least one point"):
        charts.trend([], [], "nothing")


def test_bars_stand_as_high_as_their_counts_and_say_each_also_nought() -> None:
    svg = charts.bars([2, 0, 4], ["S", "O", "N"], "incidents a month")
    two, four = (float(each.get("height", 0)) for each in shapes(svg, "bar"))
    assert four == pytest.approx(2 * two)
    assert words(svg) == ["2", "S", "0", "O", "4", "N"]
    assert parsed(svg).get("aria-label") == "incidents a month"


def test_bars_of_nothing_but_noughts_are_drawn_and_of_no_counts_refused() -> None:
    assert not shapes(charts.bars([0, 0], ["O", "N"], "none"), "bar")
    with pytest.raises(ValueError, match="at least one count"):
        charts.bars([], [], "nothing")


def test_a_progress_bar_leaves_out_parts_of_nothing() -> None:
    svg = charts.progress(41, 0, 8, label="41 of 49")
    assert (len(shapes(svg, "p-done")), len(shapes(svg, "p-part")), len(shapes(svg, "p-none"))) == (1, 0, 1)


def test_a_progress_bar_of_nothing_at_all_is_empty() -> None:
    assert "<rect" not in charts.progress(0, label="Nothing yet")


def test_names_cannot_break_out_of_a_chart() -> None:
    svg = charts.horizon([ahead(3, '<script>"&')], TODAY, label='"><script>')
    assert "<script>" not in svg
    assert '<script>"&' in words(svg)


def test_one_late_pin_keeps_its_name_and_several_become_one() -> None:
    one = charts.gather([ahead(-2, "Xero", "late"), ahead(9, "Neon")], TODAY)
    assert [(pin.name, says) for pin, says in one] == [("Xero", "due 17 Nov"), ("Neon", "28 Nov")]
    several = charts.gather([ahead(-2, "Xero", "late"), ahead(-40, "Make", "late")], TODAY)
    assert [(pin.name, says) for pin, says in several] == [("2 overdue", "oldest 10 Oct")]


def test_pins_of_one_day_share_a_label() -> None:
    found = charts.gather([ahead(9, "Neon"), ahead(9, "Make"), ahead(10, "Slack")], TODAY)
    assert [pin.name for pin, _ in found] == ["Make and 1 more", "Slack"]


def test_very_many_pins_are_gathered_by_week_and_none_is_lost() -> None:
    found = charts.gather([ahead(day, f"Key {day:02}") for day in range(1, 91)], TODAY)
    assert len(found) <= 14
    more = sum(int(pin.name.split(" and ")[1].split()[0]) for pin, _ in found if " and " in pin.name)
    assert more + len(found) == 90


def test_no_pin_of_the_horizon_crosses_an_earlier_label() -> None:
    svg = charts.horizon(
        [ahead(day, f"A rather long name {day}") for day in (0, 3, 5, 20, 22, 80)], TODAY, label="x"
    )
    names = [each for each in parsed(svg).iter() if each.get("font-weight") == "600"]
    pins = [each for each in shapes(svg, "pin") if float(each.get("y1", 0)) < float(each.get("y2", 0)) - 5]
    for name in names:
        left, y = float(name.get("x", 0)), float(name.get("y", 0))
        right = left + len(name.text or "") * charts.LETTER
        crossing = [p for p in pins if left < float(p.get("x1", 0)) < right and float(p.get("y1", 0)) < y]
        assert not crossing


def test_a_name_at_the_right_edge_is_cut_to_fit() -> None:
    svg = charts.horizon([ahead(90, "An access review of all administrators")], TODAY, label="x", width=1040)
    assert any(word.endswith("…") for word in words(svg))


def test_pins_beyond_the_horizon_are_left_out() -> None:
    assert "Far" not in "".join(words(charts.horizon([ahead(91, "Far")], TODAY, label="x")))


def test_every_shape_carries_a_colour_for_paper() -> None:
    drawn = [
        charts.tally(1, 1, 1, 1, 1),
        charts.strip(4, 2, label="x"),
        charts.trend([60, 70], ["a", "b"], "x"),
        charts.bars([1, 0], ["a", "b"], "x"),
        charts.progress(1, 1, 1, label="x"),
        charts.horizon([ahead(-1, "a", "late"), ahead(2, "b", "soon"), ahead(30, "c")], TODAY, label="x"),
    ]
    for svg in drawn:
        for each in parsed(svg):
            assert each.get("fill", each.get("stroke", "")).startswith(("#", "none")), ElementTree.tostring(
                each
            )
            assert "style" not in each.attrib


def test_words_of_a_pin_stand_in_place_of_its_day() -> None:
    late, week = Pin(TODAY, "9 overdue", "late", "oldest 3 Nov"), Pin(TODAY, "4 due", "soon", "this week")
    assert [said for _, said in charts.gather([week, late], TODAY)] == ["oldest 3 Nov", "this week"]
