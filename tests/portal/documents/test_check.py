"""The public check: what was issued here is known by its fingerprint or its bytes, and the client is never told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from portal.documents.models import Document
from portal.tenancy.models import Client
from tests.portal.documents.conftest import PDF

pytestmark = pytest.mark.django_db
CHECK = "/check/"


@pytest.fixture
def pack(made: Callable[..., Document], client_a1: Client) -> Document:
    return made(client_a1)


def asked(**values: object) -> str:
    return Browser().post(CHECK, values).content.decode()


def test_anyone_may_open_it() -> None:
    assert Browser().get(CHECK).status_code == 200


def test_the_sixteen_digits_of_a_page_are_enough(pack: Document) -> None:
    page = asked(fingerprint=pack.fingerprint)
    assert f"Pack {pack.number}, issued by Northlight Automation on" in page
    assert "Alder" not in page


def test_all_digits_of_the_cover_are_known_too(pack: Document) -> None:
    assert pack.number in asked(fingerprint=pack.full_fingerprint)


def test_the_file_itself_is_known_byte_for_byte(pack: Document) -> None:
    assert "byte for byte" in asked(file=SimpleUploadedFile("any name.pdf", PDF))
    page = asked(file=SimpleUploadedFile("a.pdf", PDF + b" "))
    assert "Nothing of this fingerprint was issued here" in page
    assert pack.number not in page


def test_a_file_with_the_fingerprint_of_another_document_is_not_known(pack: Document) -> None:
    page = asked(fingerprint="0" * 16, file=SimpleUploadedFile("a.pdf", PDF))
    assert "Nothing of this fingerprint" in page


def test_one_wrong_digit_is_not_known(pack: Document) -> None:
    wrong = pack.full_fingerprint.replace(pack.full_fingerprint[-1], "x")[:-1] + (
        "0" if pack.full_fingerprint[-1] != "0" else "1"
    )
    wrong = pack.data_fingerprint[:-1] + wrong[-1]
    assert "Nothing of this fingerprint was issued here" in asked(fingerprint=wrong)


@pytest.mark.parametrize("typed", ["", "7f3a", "hello there", "' OR 1=1 --"])
def test_what_is_no_fingerprint_is_explained(typed: str) -> None:
    page = asked(fingerprint=typed)
    assert "Error: Check a document" in page
    assert 'role="status"' not in page


def test_too_many_tries_are_stopped() -> None:
    from django.core.cache import cache

    cache.clear()
    browser = Browser()
    answers = [browser.post(CHECK, {"fingerprint": "0" * 16}).status_code for _ in range(31)]
    cache.clear()
    assert answers[29:] == [200, 429]
