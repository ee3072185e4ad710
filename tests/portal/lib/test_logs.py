"""Secret addresses do not reach the logs."""

from __future__ import annotations

import logging

import pytest

from portal.lib.logs import WithoutSecretAddresses, without_secrets


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Not Found: /calendar/AbC_d-9.ics", "Not Found: /calendar/…"),
        ("Gone: /set-up/token/", "Gone: /set-up/…/"),
        (
            "Gone: /sign-in-link/token/ twice /sign-in-link/other/",
            "Gone: /sign-in-link/…/ twice /sign-in-link/…/",
        ),
        (
            "Gone: /invitation/0b6a6b52-8d0a-4f0c-9a63-111111111111/token/",
            "Gone: /invitation/0b6a6b52-8d0a-4f0c-9a63-111111111111/…/",
        ),
        ("Not Found: /account/confirm/key:1/", "Not Found: /account/confirm/…/"),
        ("Bad: /account/password/forgotten/1-key/", "Bad: /account/password/forgotten/…/"),
        ("Not Found: /account/password/forgotten/sent/", "Not Found: /account/password/forgotten/sent/"),
        ("Not Found: /account/calendar/", "Not Found: /account/calendar/"),
        ("Forbidden: /c/alder/credentials/", "Forbidden: /c/alder/credentials/"),
    ],
)
def test_the_secret_part_of_an_address_is_left_out(said: str, kept: str) -> None:
    assert without_secrets(said) == kept


def test_a_record_is_let_through_with_its_arguments_put_in() -> None:
    record = logging.LogRecord("django.request", 30, "", 1, "%s: %s", ("Gone", "/calendar/secret.ics"), None)
    assert WithoutSecretAddresses().filter(record)
    assert record.getMessage() == "Gone: /calendar/…"
    plain = logging.LogRecord("x", 30, "", 1, "100%% of %s", ("it",), None)
    assert WithoutSecretAddresses().filter(plain)
    assert plain.args == ("it",)
