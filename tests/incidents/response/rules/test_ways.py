"""By which way the client was told, and whether that is how it wishes to hear."""

from __future__ import annotations

import pytest

from incidents.response.rules.ways import Wish, afterwards, key_of, on_preferred, plan

SLACK = Wish("slack", "Slack", "#alder")
CALL = Wish("phone", "Telephone")


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Telephone", "phone"),
        ("A call", "phone"),
        (" e-mail ", "email"),
        ("slack", "slack"),
        ("Microsoft Teams", "teams"),
        ("In person", "in_person"),
        ("Another way", "other"),
        ("A pigeon", "other"),
    ],
)
def test_words_have_a_key(words: str, key: str) -> None:
    assert key_of(words) == key


def test_the_wish_is_kept_when_it_is_among_the_ways() -> None:
    assert on_preferred(SLACK, ["email", "slack"]) is True
    assert on_preferred(SLACK, ["email"]) is False
    assert on_preferred(None, ["email"]) is None


@pytest.mark.parametrize(
    ("wish", "ways", "said", "missed"),
    [
        (None, ["email"], "", False),
        (
            SLACK,
            ["email", "slack"],
            "by Slack, #alder: an update that is sent from here goes there, and by e-mail",
            False,
        ),
        (SLACK, ["slack"], "goes there.", False),
        (SLACK, ["email"], "not set up here. It goes by e-mail instead", True),
        (SLACK, [], "Nothing that is sent from here gets there", True),
        (CALL, ["email"], "the portal cannot do for you. It goes by e-mail instead. Tell them there", True),
        (Wish("portal", "This portal"), [], "nobody of Alder signs in here", True),
        (Wish("email", "E-mail"), ["email", "portal"], "goes there.", False),
    ],
)
def test_it_is_said_beforehand_whether_an_update_goes_as_wished(
    wish: Wish | None, ways: list[str], said: str, missed: bool
) -> None:
    words, is_missed = plan("Alder", wish, ways)
    assert said in words
    assert is_missed is missed


def test_it_is_said_afterwards_when_it_did_not() -> None:
    assert afterwards("Alder", SLACK, ["email"]).startswith("Alder was not told by Slack, #alder")
    assert afterwards("Alder", SLACK, ["email", "slack"]) == ""
    assert afterwards("Alder", None, []) == ""
