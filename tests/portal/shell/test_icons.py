import pytest

from portal.shell import icons
from tests.portal.shell.drawings import parsed


@pytest.mark.parametrize("name", icons.ICONS)
def test_every_icon_is_well_formed_and_hidden_from_screen_readers(name: str) -> None:
    drawn = parsed(icons.icon(name))
    assert drawn.get("aria-hidden") == "true"
    assert len(drawn)


def test_an_icon_for_paper_names_its_colour() -> None:
    assert parsed(icons.icon("late", 12, "#a11d2b")).get("color") == "#a11d2b"


def test_an_unknown_icon_fails_loudly() -> None:
    with pytest.raises(KeyError):
        icons.icon("sparkles")


def test_the_mark_is_well_formed() -> None:
    assert len(parsed(icons.mark())) == 4
