from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import engines
from django.utils import timezone

from portal.shell.navigation import Entry
from portal.shell.templatetags import plumbline

DAY = date(2026, 11, 17)


def render(text: str, **context: object) -> str:
    return engines["django"].from_string(text).render(context)


def test_a_status_is_a_mark_and_a_word() -> None:
    html = render("{% status 'late' words %}", words="2 days <overdue>")
    assert html.startswith('<span class="status is-late"><svg')
    assert html.endswith("2\u00a0days &lt;overdue&gt;</span>")


def test_a_status_that_does_not_exist_fails_loudly() -> None:
    with pytest.raises(ValueError, match="one of late, soon, ok, wait, idle"):
        plumbline.status("green", "Fine")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Priya Nair", "PN"),
        ("Łukasz Zieliński", "ŁZ"),
        ("Ana", "A"),
        ("Ana Maria de Sá", "AS"),
        ("a@b.example", "AB"),
        ("", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert plumbline.initials(name) == letters


def test_a_person_is_named_and_nobody_is_said() -> None:
    assert "<span>Priya Nair</span>" in render("{% person who %}", who="Priya Nair")
    nobody = render("{% person None %}")
    assert '<span class="status is-late">No owner</span>' in nobody
    assert "is-none" in nobody


@pytest.mark.parametrize(
    ("name", "html"),
    [
        ("lambda:UpdateFunctionCode", "lambda:<wbr>UpdateFunctionCode"),
        ("https://a.b/c_d", "https://<wbr>a.<wbr>b/<wbr>c_<wbr>d"),
        ("orders: read", "orders: read"),
        ("a.<b>", "a.<wbr>&lt;b&gt;"),
        ("", ""),
    ],
)
def test_long_names_break_after_their_marks_and_nowhere_else(name: str, html: str) -> None:
    assert render("{{ name|seams }}", name=name) == html


@pytest.mark.parametrize(
    ("tag", "html"),
    [
        ("{% day d %}", '<time datetime="2026-11-17">17\u00a0Nov\u00a02026</time>'),
        ("{% day d 'long' %}", '<time datetime="2026-11-17">Tuesday 17\u00a0November 2026</time>'),
        ("{% day d 'short' %}", '<time datetime="2026-11-17">Tue 17\u00a0Nov</time>'),
        ("{{ d|date_table }}", "17\u00a0Nov\u00a02026"),
        ("{% day None %}{{ none|date_long }}{% moment None %}", ""),
        ("{{ d|due_words:today }}", "2\u00a0days overdue"),
        ("{{ d|due_state:today }}", "late"),
    ],
)
def test_days_in_words(tag: str, html: str) -> None:
    assert render(tag, d=DAY, today=date(2026, 11, 19), none=None) == html


@pytest.mark.parametrize(
    ("zone", "html"),
    [
        ("Europe/London", '<time datetime="2026-11-17T23:30+00:00">Tue 17\u00a0Nov, 23:30</time>'),
        ("Europe/Warsaw", '<time datetime="2026-11-18T00:30+01:00">Wed 18\u00a0Nov, 00:30</time>'),
    ],
)
def test_instants_are_told_in_the_zone_of_the_page(zone: str, html: str) -> None:
    with timezone.override(ZoneInfo(zone)):
        assert render("{% moment at %}", at=datetime(2026, 11, 17, 23, 30, tzinfo=UTC)) == html


def test_a_long_instant_names_its_zone() -> None:
    with timezone.override(ZoneInfo("Europe/London")):
        assert "23:30 GMT" in render("{% moment at 'long' %}", at=datetime(2026, 11, 17, 23, 30, tzinfo=UTC))


def test_behind_more_stands_what_is_further_but_for_the_page_itself() -> None:
    entries = [
        Entry("Workflows", "/w/"),
        Entry("People", "/p/", is_further=True),
        Entry("Activity", "/a/", is_current=True, is_further=True),
    ]
    assert [each.title for each in plumbline.behind_more(entries)] == ["People"]
    html = render("{% include '_components/further_views.html' %}", entries=entries)
    assert "<summary>More" in html and html.count("<li>") == 1
    assert not render("{% include '_components/further_views.html' %}", entries=entries[:1]).strip()
