"""Events in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from portal.audit import presenters
from portal.audit.models import AuditEvent
from portal.audit.phrases import humanised, past

LONDON = ZoneInfo("Europe/London")
PRIYA, TOM = uuid4(), uuid4()
NAMES = {PRIYA: "Priya Nair", TOM: "Tom Okafor"}


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(presenters, "_nouns", {})
    monkeypatch.setattr(presenters, "_phrases", {})
    presenters.register(
        table="registers_credential",
        noun="credential",
        columns={
            "renewal_on": "renewal date",
            "owner_id": "owner",
            "platform_code": None,
            "status": ("state", lambda value: str(value).upper()),
            "integration_id": ("integration", presenters.Named(lambda ids: {"7": "Xero invoices"})),
        },
        links=lambda ids: {each: f"/credentials/{each}/" for each in ids if each == "41"},
    )
    presenters.register_action("sign_in.refuse", "was refused at sign-in")
    yield


def event(
    op: str, changes: dict[str, Any], *, action: str = "", actor: UUID | None = PRIYA, **more: Any
) -> AuditEvent:
    payload = {"op": op, "changes": changes, "label": "hubspot-api", "why": "", **more}
    return AuditEvent(
        payload=payload,
        action=action,
        actor=actor,
        object=more.get("object", "registers_credential"),
        object_id="41",
        at=datetime(2026, 11, 17, 23, 30, tzinfo=UTC),
    )


def said(*arguments: Any, **more: Any) -> str:
    return presenters.lines_of([event(*arguments, **more)], NAMES, LONDON)[0].text


def test_an_action_on_the_rows_own_noun_lends_its_verb() -> None:
    assert (
        said(
            "update",
            {"renewal_on": ["2026-11-17", "2027-02-15"]},
            action="credential.rotate",
            why="Key was old",
        )
        == "Priya Nair rotated credential hubspot-api: renewal date 17 Nov 2026 → 15 Feb 2027, why: Key was old"
    )


def test_another_action_is_said_by_the_plain_verb() -> None:
    assert said("insert", {}, action="export.accept") == "Priya Nair added credential hubspot-api"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"owner_id": [None, {"token": str(TOM)}]}, "owner Tom Okafor"),
        ({"owner_id": [{"token": str(uuid4())}, None]}, "owner a forgotten person → nothing"),
        ({"note": "[hidden]"}, "note changed, not shown"),
        ({"read_only": [True, False]}, "read only yes → no"),
        ({"scopes": [["a"], ["a", "b"]]}, "scopes a → a, b"),
        ({"status": ["open", "done"]}, "state OPEN → DONE"),
        ({"status": ["", "done"]}, "state DONE"),
        ({"revoked_at": [None, "2026-11-17T23:10:00+00:00"]}, "revoked 17 Nov 2026, 23:10"),
        ({"used_at": [None, "2026-07-17T23:10:00+00:00"]}, "used 18 Jul 2026, 00:10"),
        ({"code": ["2026-99-99", "2026"]}, "code 2026-99-99 → 2026"),
        ({"pdf": [None, "0f" * 32]}, "pdf 0f0f0f0f0f0f…"),
        ({"integration_id": [7, 8]}, "integration Xero invoices → no. 8"),
        ({"integration_id": "[hidden]"}, "integration changed, not shown"),
        ({"body": {"length": 50000, "sha256": "ab"}}, "body a text of 50000 bytes"),
    ],
)
def test_values_are_shown_in_words(changes: dict[str, Any], words: str) -> None:
    assert said("update", changes) == f"Priya Nair changed credential hubspot-api: {words}"


def test_rows_that_values_point_at_are_named_by_one_question_a_page() -> None:
    asked: list[set[str]] = []

    def names(ids: Iterable[str]) -> dict[str, str]:
        asked.append(set(ids))
        return {each: f"number {each}" for each in ids}

    presenters.register(table="t", noun="key", columns={"to_id": ("to", presenters.Named(names))})
    events = [
        event("insert", {"to_id": 1}, object="t"),
        event("update", {"to_id": [1, 2]}, object="t"),
        event("update", {"to_id": [None, 3]}, object="t"),
    ]
    shown = [line.changes[0] for line in presenters.lines_of(events, NAMES, LONDON)]
    assert [(each.before, each.after) for each in shown] == [
        ("", "number 1"),
        ("number 1", "number 2"),
        ("", "number 3"),
    ]
    assert asked == [{"1", "2", "3"}]


def test_a_row_added_with_many_values_is_long_and_a_change_is_not() -> None:
    many = {f"column_{n}": "x" for n in range(5)}
    changed = {name: ["w", "x"] for name in many}
    added, updated = presenters.lines_of([event("insert", many), event("update", changed)], NAMES, LONDON)
    assert added.is_long
    assert not updated.is_long


def test_columns_left_out_and_plumbing_are_not_shown() -> None:
    text = said("insert", {"platform_code": "x", "created_at": "2026-11-17T23:10:00Z", "scopes": ["a"]})
    assert text == "Priya Nair added credential hubspot-api: scopes a"


def test_what_names_the_row_is_not_said_twice() -> None:
    assert said("insert", {"name": "hubspot-api"}) == "Priya Nair added credential hubspot-api"


def test_long_texts_are_shortened() -> None:
    assert len(said("insert", {"note": "word " * 200})) < 230


def test_an_event_without_a_row_has_its_own_words() -> None:
    assert (
        said("event", {}, action="sign_in.refuse", object="", label="") == "Priya Nair was refused at sign-in"
    )
    assert said("event", {}, action="pack.make", object="", label="") == "Priya Nair made pack"


def test_a_phrase_can_hold_the_noun() -> None:
    presenters.register(table="credentials", noun="register of credentials")
    presenters.register_action("register.export", "exported the {noun} as a table")
    text = said("event", {}, action="register.export", object="credentials", label="")
    assert text == "Priya Nair exported the register of credentials as a table"


def test_work_without_a_person_is_the_portals() -> None:
    assert said("delete", {}, actor=None) == "Plumbline deleted credential hubspot-api"


def test_an_unregistered_table_speaks_for_itself() -> None:
    assert said("insert", {}, object="posture_waiver") == "Priya Nair added waiver hubspot-api"


def test_records_that_are_still_there_are_linked_and_days_are_the_readers() -> None:
    (line,) = presenters.lines_of([event("insert", {})], NAMES, ZoneInfo("Asia/Tokyo"))
    assert line.url == "/credentials/41/"
    assert (line.clock, line.day.isoformat()) == ("08:30", "2026-11-18")
    (plain,) = presenters.lines_of([event("insert", {})], NAMES, LONDON, linked=False)
    assert plain.url == ""


def test_kinds_are_listed_by_noun() -> None:
    assert presenters.nouns() == {"registers_credential": "credential"}


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("rotate", "rotated"),
        ("make", "made"),
        ("sign_in", "signed in"),
        ("retry", "retried"),
        ("delay", "delayed"),
        ("refused", "refused"),
        ("export", "exported"),
        ("", ""),
    ],
)
def test_the_past_of_a_verb(verb: str, words: str) -> None:
    assert past(verb) == words


def test_names_of_the_code_become_words() -> None:
    assert [humanised(name) for name in ("owner_id", "renewal_on", "sub-processor")] == [
        "owner",
        "renewal",
        "sub processor",
    ]
