"""The sections under the tab of the agreement: rooms above add theirs, once."""

from __future__ import annotations

import pytest

from clients.engagements import sections
from portal.shell import navigation


def test_a_section_is_added_once_and_counts_as_part_of_the_tab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "_sections", [("Support", "support_show")])
    widened: list[tuple[str, tuple[str, ...]]] = []
    monkeypatch.setattr(navigation, "widen_client_view", lambda name, within: widened.append((name, within)))
    for _ in range(2):
        sections.register("Response plan", "response_plan", within=("exercise_list",))
    assert sections.sections() == [("Support", "support_show"), ("Response plan", "response_plan")]
    assert widened == [("support_show", ("response_plan", "exercise_list"))]
