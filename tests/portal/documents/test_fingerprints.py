"""Canonical JSON, its fingerprint, and reading one back as it was typed."""

from __future__ import annotations

import pytest

from portal.documents.fingerprints import canonical, fingerprint, grouped, read_back, short

DIGITS = "7f3a91c20e5d44b8" + "0" * 48


def test_the_order_of_keys_does_not_matter_and_that_of_lists_does() -> None:
    assert fingerprint({"a": 1, "b": [1, 2]}) == fingerprint({"b": [1, 2], "a": 1})
    assert fingerprint({"b": [1, 2]}) != fingerprint({"b": [2, 1]})


def test_canonical_json_keeps_letters_as_they_are() -> None:
    assert canonical({"name": "Łódź", "at": None}) == '{"at":null,"name":"Łódź"}'.encode()


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError):
        canonical({"share": float("nan")})


def test_the_paper_shows_sixteen_digits_in_fours() -> None:
    assert grouped(short(DIGITS)) == "7f3a 91c2 0e5d 44b8"


@pytest.mark.parametrize(
    "typed",
    ["7f3a 91c2 0e5d 44b8", "7F3A91C20E5D44B8", " 7f3a-91c2-0e5d-44b8 ", "7f3a\u00a091c2\u202f0e5d 44b8."],
)
def test_a_typed_fingerprint_is_read_whatever_stands_between(typed: str) -> None:
    assert read_back(typed) == "7f3a91c20e5d44b8"


def test_all_64_digits_are_read_too() -> None:
    assert read_back(grouped(DIGITS)) == DIGITS


@pytest.mark.parametrize("typed", ["", "7f3a", "7f3a 91c2 0e5d 44bg", DIGITS + "0", "٣" * 16])
def test_anything_else_is_no_fingerprint(typed: str) -> None:
    assert read_back(typed) is None
