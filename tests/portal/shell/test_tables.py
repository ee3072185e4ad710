import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory

from portal.shell.filters import active_chips, clear_url
from portal.shell.tables import Cell, Column, Divider, Empty, Link, Row, Table, headings, sorted_by

COLUMNS = (
    Column("name", "Name", sort=True, narrow="lead"),
    Column("owner", "Owner"),
    Column("due", "Due", sort=True, narrow="side"),
    Column("acts", "Actions", kind="actions"),
)


def get(query: str = "") -> object:
    return RequestFactory().get(f"/list/{query}")


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", "due"),
        ("?sort=name", "name"),
        ("?sort=-name", "-name"),
        ("?sort=owner", "due"),
        ("?sort=password", "due"),
    ],
)
def test_only_sortable_columns_sort(query: str, order: str) -> None:
    assert sorted_by(COLUMNS, get(query), "due") == order


def test_a_sort_link_keeps_the_filters_drops_the_page_and_turns_round() -> None:
    found = {each.column.key: each for each in headings(COLUMNS, get("?q=xero&page=3&sort=name"), "due")}
    assert (found["name"].url, found["name"].direction) == ("?q=xero&sort=-name", "ascending")
    assert (found["due"].url, found["due"].direction) == ("?q=xero&sort=due", "")
    assert found["owner"].url == ""


def table(*rows: Row) -> Table:
    made = headings(COLUMNS, get(), "due")
    return Table(
        "Credentials", "Soonest first", made, rows, Empty("No credentials yet", "Add one.", "Add", "/add/")
    )


def test_a_table_names_its_region_its_caption_and_its_sorted_column() -> None:
    row = Row(
        cells=(
            Cell("lead", "xero <sync>", url="/1/"),
            Cell("person", None),
            Cell("status", "2 days overdue", state="late"),
        ),
        state="late",
        action=Link("Rotate", "/1/rotate/", primary=True),
        menu=(Link("Retire…", "/1/retire/", danger=True),),
    )
    html = render_to_string("_components/table.html", {"table": table(row)})
    assert 'role="region" aria-label="Credentials" tabindex="0"' in html
    assert "<caption" in html
    assert html.count('aria-sort="ascending"') == 1
    assert 'class="is-late"' in html
    assert "xero &lt;sync&gt;" in html
    assert "No owner" in html
    assert 'aria-label="More actions for xero &lt;sync&gt;"' in html


def test_a_table_without_rows_says_why_and_what_to_do() -> None:
    html = render_to_string("_components/table.html", {"table": table()})
    assert "<table" not in html
    assert "No credentials yet" in html
    assert 'href="/add/"' in html


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (Cell("list", items=("read", "write", "admin")), "and 2 more"),
        (Cell("list", items=()), "None"),
        (Cell("date", None), "Not recorded"),
        (Cell("yes_no", None), "Unknown"),
        (Cell("yes_no", False), "No"),
        (Cell("muted", "Never stored"), "Never stored"),
        (Cell("text", "Harbour & Finch", url="/c/x/"), "Harbour &amp; Finch"),
    ],
)
def test_each_kind_of_cell_says_what_it_holds(cell: Cell, words: str) -> None:
    assert words in render_to_string("_components/cell.html", {"cell": cell})


class Filters(forms.Form):
    q = forms.CharField(label="Name", required=False)
    renews = forms.ChoiceField(
        label="Renews", choices=[("", "Any time"), ("90", "within 90 days")], required=False
    )
    unowned = forms.BooleanField(label="Without an owner", required=False)


def test_each_filter_in_use_is_a_chip_that_takes_itself_away() -> None:
    request = RequestFactory().get("/list/?q=xero&renews=90&unowned=on&sort=name&page=2")
    chips = {chip.label: chip.url for chip in active_chips(Filters(request.GET), request)}
    assert chips == {
        "Name: xero": "?renews=90&unowned=on&sort=name",
        "Renews: within 90 days": "?q=xero&unowned=on&sort=name",
        "Without an owner: yes": "?q=xero&renews=90&sort=name",
    }
    assert clear_url(request) == "?sort=name"


def test_a_filter_that_is_not_a_choice_makes_no_chip() -> None:
    request = RequestFactory().get("/list/?renews=9999")
    assert active_chips(Filters(request.GET), request) == []


def test_a_divider_stands_over_its_rows_across_the_whole_table() -> None:
    columns = [Column("name", "Name", kind="lead", narrow="lead"), Column("client", "Client")]
    cells = [Cell("lead", "Key"), Cell("text", "Alder")]
    rows = [Row(cells, divider=Divider("Week of <23> November", "12", "late")), Row(cells)]
    heads = headings(columns, RequestFactory().get("/"))
    drawn = render_to_string("_components/table.html", {"table": Table("Keys", "Keys by week", heads, rows)})
    assert drawn.count('class="divider is-late"') == 1
    assert 'colspan="2"' in drawn
    assert 'Week of &lt;23&gt; November <span class="count">12</span>' in drawn
