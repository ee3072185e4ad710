"""Notices over Today: each source is asked once, and only for people of the practice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from portal.shell import notices
from portal.shell.notices import Notice, notices_for, register

SAID = Notice("The clock stands still.", "What to do", "/practice/system/")


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "_finders", [])


def access(*, of_practice: bool = True) -> Any:
    return SimpleNamespace(is_of_practice=of_practice)


def say(access: Any) -> list[Notice]:
    return [SAID]


def test_a_source_that_is_registered_twice_is_asked_once() -> None:
    register(say)
    register(say)
    assert notices_for(access()) == [SAID]


def test_people_of_a_client_are_told_nothing() -> None:
    register(say)
    assert notices_for(access(of_practice=False)) == []
