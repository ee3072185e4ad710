"""What a post-mortem needs before it is complete, and which words blame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from incidents.response.rules.post_mortem import (
    FROM_THE_RECORD,
    SHORT,
    TITLES,
    Written,
    hints,
    is_written,
    missing,
    sections,
)
from incidents.response.rules.severities import facts as incident_facts

CORPUS = Path(__file__).resolve().parents[5] / "shared/corpus/legal-ops/postmortems"
ALWAYS = {
    each["id"]: "Something was written."
    for each in incident_facts()["postmortem_template"]["sections"]
    if each["required"] == "always"
}


def written(texts: dict[str, str] | None = None, **changed: Any) -> Written:
    standing: dict[str, Any] = {"entries": 4, "corrective": 1, "preventive": 1, "measures_incomplete": 0}
    texts = ALWAYS if texts is None else texts
    return Written(texts, **{**standing, "clocks_open": 0, **changed})


def gaps(found: Written, *, short: bool = False, data_involved: bool = False) -> list[str]:
    return missing(found, short=short, data_involved=data_involved)


class TestSections:
    def test_they_are_those_of_the_file_each_with_its_title_and_help(self) -> None:
        assert [each.key for each in sections(short=False)] == list(TITLES)
        assert all(each.help and each.title for each in sections(short=False))
        assert set(TITLES) >= FROM_THE_RECORD

    def test_the_short_form_keeps_the_order_and_only_what_is_always_needed(self) -> None:
        short = sections(short=True)
        assert {each.key for each in short} == SHORT
        assert [each for each in sections(short=False) if each in short] == list(short)
        assert all(each.required == "always" for each in short)


class TestCompleteness:
    def test_all_required_sections_a_preventive_measure_and_owners_make_it_complete(self) -> None:
        assert gaps(written()) == []

    @pytest.mark.parametrize("key", sorted(set(ALWAYS) - FROM_THE_RECORD))
    def test_each_required_section_is_asked_for(self, key: str) -> None:
        without = {each: text for each, text in ALWAYS.items() if each != key}
        assert gaps(written(without)) == [f"Write “{TITLES[key]}”."]
        assert gaps(written({**ALWAYS, key: "  \n"})) == [f"Write “{TITLES[key]}”."]
        assert (gaps(written(without), short=True) == []) is (key not in SHORT)

    def test_where_we_got_lucky_is_optional(self) -> None:
        assert "where_we_got_lucky" not in ALWAYS

    def test_the_record_writes_timeline_measures_and_notifications(self) -> None:
        by_hand = {each: text for each, text in ALWAYS.items() if each not in FROM_THE_RECORD}
        assert gaps(written(by_hand, clocks_decided=2), data_involved=True) == []
        assert gaps(written(by_hand, entries=0)) == ["Write “Timeline”."]
        assert gaps(written(by_hand, corrective=0)) == ["Write “Corrective measures”."]

    def test_words_alone_prevent_nothing(self) -> None:
        assert gaps(written(preventive=0)) == ["Add at least one preventive measure."]
        assert gaps(written(preventive=0), short=True) == ["Add at least one preventive measure."]

    def test_every_measure_has_an_owner_and_a_day(self) -> None:
        assert gaps(written(measures_incomplete=1)) == ["Give every measure an owner and a day."]

    def test_where_data_is_involved_the_notifications_are_told_and_decided(self) -> None:
        assert gaps(written(), data_involved=True) == ["Write “Notifications”."]
        assert gaps(written({**ALWAYS, "notifications": "Nobody: …"}), data_involved=True) == []
        assert gaps(written(clocks_decided=1, clocks_open=1), data_involved=True) == [
            "Decide every running clock: notified, or not, with the reason."
        ]

    def test_a_section_without_a_record_needs_words(self) -> None:
        summary = sections(short=True)[0]
        assert not is_written(summary, written({}))
        assert is_written(summary, written({"summary": "It broke."}))


class TestHints:
    @pytest.mark.parametrize(
        ("text", "phrase"),
        [
            ("It was human error.", "human error"),
            ("Caused by Operator Error on Friday", "Operator Error"),
            ("Bob should have noticed the alert.", "should have noticed"),
            ("The team failed to follow the runbook.", "failed to follow"),
            ("She neglected to inform the client.", "neglected to inform"),
            ("A careless change", "careless"),
            ("It was his fault.", "his fault"),
            ("Nobody else was to blame", "was to blame"),
            ("Obviously the token had expired.", "Obviously"),
            ("He forgot to renew it.", "forgot to"),
            ("On call ignored the warning.", "ignored the"),
        ],
    )
    def test_words_that_blame_are_found_with_what_to_write_instead(self, text: str, phrase: str) -> None:
        (hint,) = hints(text)
        assert hint.phrase == phrase == text[hint.start : hint.end]
        assert hint.advice.endswith(".")

    @pytest.mark.parametrize(
        "text",
        [
            "The pods failed to start, and the job failed to flush a chunk.",
            "Fault tolerance was off by default.",
            "In the course of the night, as a matter of course.",
            "The client must have noticed at 10:00.",
            "An error in the human resources feed.",
        ],
    )
    def test_plain_words_are_left_alone(self, text: str) -> None:
        assert [hint.phrase for hint in hints(text)] == []

    def test_hints_come_in_the_order_of_the_text(self) -> None:
        found = hints("He forgot to check. It was human error, obviously.")
        assert [hint.phrase for hint in found] == ["forgot to", "human error", "obviously"]


@pytest.fixture(scope="module")
def real_texts() -> dict[str, str]:
    """Post-mortems that real teams published: they are blameless, and none may be pestered."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside this checkout")
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.md"))}


@pytest.mark.corpus
class TestRealTexts:
    def test_blameless_texts_get_no_hint(self, real_texts: dict[str, str]) -> None:
        assert len(real_texts) == 10
        assert {name: hints(text) for name, text in real_texts.items() if hints(text)} == {}

    def test_a_blaming_sentence_in_them_is_found_where_it_stands(self, real_texts: dict[str, str]) -> None:
        for text in real_texts.values():
            middle = text.rfind("\n", 0, len(text) // 2) + 1
            (hint,) = hints(f"{text[:middle]}The engineer should have checked.\n{text[middle:]}")
            assert hint.start == middle + len("The engineer ")
