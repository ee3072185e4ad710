"""Signatures, timestamps and networks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidents.response.rules.signatures import (
    checked_networks,
    is_fresh,
    is_signed,
    may_call,
    new_secret,
    signature_of,
)

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
AT = str(int(NOW.timestamp()))


def test_the_signature_is_the_one_that_openssl_makes() -> None:
    # printf '1795084200.{"a":1}' | openssl dgst -sha256 -hmac key
    made = "248c1cc66ed6595190b376cf9687ca01ff28632d29284044e58da577c6dd9d56"
    assert signature_of("key", "1795084200", b'{"a":1}') == made


def test_either_secret_signs_and_case_and_prefix_do_not_matter() -> None:
    given = signature_of("old", AT, b"body")
    assert is_signed(["new", "old"], AT, b"body", given)
    assert is_signed(["old"], AT, b"body", f"sha256={given.upper()}")


@pytest.mark.parametrize("given", ["", "0" * 64, "ü" * 64, "sha256=", "abc"])
def test_anything_else_does_not_sign(given: str) -> None:
    assert not is_signed(["new", "old"], AT, b"body", given)


def test_an_empty_secret_never_signs() -> None:
    assert not is_signed(["", ""], AT, b"body", signature_of("", AT, b"body"))


def test_another_body_or_timestamp_needs_another_signature() -> None:
    given = signature_of("key", AT, b"body")
    assert not is_signed(["key"], AT, b"body ", given)
    assert not is_signed(["key"], f"{AT}0", b"body", given)


@pytest.mark.parametrize(
    ("seconds", "fresh"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)]
)
def test_a_timestamp_holds_for_five_minutes_before_and_after(seconds: int, fresh: bool) -> None:
    assert is_fresh(str(int(AT) + seconds), NOW) is fresh


@pytest.mark.parametrize("text", ["", "now", "-1", "1e9", "१२३", "9" * 12, "9" * 400, f" {AT}"])
def test_what_is_no_number_of_seconds_is_never_fresh(text: str) -> None:
    assert not is_fresh(text, NOW)


def test_networks_are_kept_in_one_form() -> None:
    assert checked_networks(["203.0.113.7", " 203.0.113.9/24 ", "203.0.113.0/24", "2001:db8::/32"]) == [
        "203.0.113.7/32",
        "203.0.113.0/24",
        "2001:db8::/32",
    ]
    with pytest.raises(ValueError, match="“example.org” is not an address"):
        checked_networks(["example.org"])


@pytest.mark.parametrize(
    ("address", "may"),
    [("203.0.113.7", True), ("::ffff:203.0.113.7", True), ("198.51.100.1", False), ("", False), ("x", False)],
)
def test_only_addresses_of_the_networks_may_call(address: str, may: bool) -> None:
    assert may_call(address, ["203.0.113.0/24"]) is may
    assert may_call(address, [])


def test_secrets_are_long_and_never_the_same() -> None:
    assert len(new_secret()) == 43
    assert new_secret() != new_secret()
