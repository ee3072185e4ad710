"""The ledger entry: due once, its date said once."""

from datetime import UTC, date, datetime

import pytest
from django.template.loader import render_to_string

from portal.shell.ledger import Entry
from portal.shell.tables import Link

DAY, NOW = date(2026, 5, 3), datetime(2026, 11, 19, 10, 30, tzinfo=UTC)


def entry(words: str = "2\u00a0days overdue", **more: object) -> Entry:
    return Entry(title="Rotate", url="/1/", state="late", words=words, **({"due_on": DAY} | more))


@pytest.mark.parametrize("dues", [{"due_on": None}, {"due_on": DAY, "due_at": NOW}])
def test_an_entry_is_due_once(dues: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="on a day or at an instant"):
        entry(**dues)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("2\u00a0days overdue", "<strong>2\u00a0days overdue</strong>"),
        (
            "Overdue since 3 May 2026",
            '<strong>Overdue since</strong> <time datetime="2026-05-03">3\u00a0May\u00a02026</time>',
        ),
    ],
)
def test_a_date_long_ago_is_said_once_with_its_year(words: str, shown: str) -> None:
    html = render_to_string("_components/entry.html", {"entry": entry(words)})
    assert shown in html
    assert html.count("<time") == 1


def test_an_entry_offers_the_next_thing_and_the_rest_in_a_menu() -> None:
    made = entry(action=Link("Record rotation", "/2/", primary=True), menu=[Link("Snooze…", "/3/")])
    html = render_to_string("_components/entry.html", {"entry": made})
    assert 'href="/2/">Record rotation<span class="vh">: Rotate</span></a>' in html
    assert 'aria-label="More actions for Rotate"' in html
