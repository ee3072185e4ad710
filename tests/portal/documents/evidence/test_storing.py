"""What is kept of a sent file: bounded, hashed, as internal as asked; nothing with a secret in it."""

from __future__ import annotations

import hashlib

import pytest

from portal.documents.evidence import office
from portal.documents.evidence.storing import LARGEST, store
from portal.documents.models import StoredFile
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.scope import Scope
from tests.portal.documents.evidence import made

pytestmark = pytest.mark.django_db


def test_a_file_is_kept_byte_for_byte_with_its_fingerprint(in_a: Scope, client_a1: Client) -> None:
    kept = StoredFile.objects.get(pk=store(client_a1, "run.pdf", made.PDF, internal=True).pk)
    assert bytes(kept.content) == made.PDF
    assert (kept.name, kept.media_type, kept.size) == ("run.pdf", "application/pdf", len(made.PDF))
    assert kept.sha256 == hashlib.sha256(made.PDF).hexdigest()
    assert kept.internal


@pytest.mark.parametrize(("size", "fits"), [(LARGEST, True), (LARGEST + 1, False)])
def test_ten_megabytes_fit_and_not_a_byte_more(in_a: Scope, client_a1: Client, size: int, fits: bool) -> None:
    content = b"word " * (size // 5) + b"w" * (size % 5)
    if fits:
        assert store(client_a1, "a.txt", content, internal=False).size == LARGEST
    else:
        with pytest.raises(Refused, match="larger than 10 MB"):
            store(client_a1, "a.txt", content, internal=False)


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("a.txt", f"one\ntwo\n{made.SECRET_LINE}\n".encode(), "line 3 holds"),
        ("a.csv", f"a,b\r\n1,{made.SECRET_LINE}\r\n".encode(), "line 2 holds"),
        ("a.json", b'{\n"client_secret": "q8Zr4T6yPw2Xv9Kb3Nm7Lc5J"\n}', "line 2 holds"),
        ("a.txt", f"one\n{made.SECRET_LINE}".encode("utf-16"), "line 2 holds"),
        ("a.xlsx", made.office_file(office.SHEET, text=made.SECRET_LINE), "of the text in it holds"),
        ("a.docx", made.office_file(office.TEXT, text=made.SECRET_LINE), "of the text in it holds"),
        ("a.eml", made.MAIL + made.SECRET_LINE.encode(), "line 2 of the text in it holds"),
        ("password: Xy7!kkq9Zz-41.txt", b"words", "its name holds"),
    ],
)
def test_a_secret_is_refused_with_its_line_and_never_repeated(
    in_a: Scope, client_a1: Client, name: str, content: bytes, where: str
) -> None:
    with pytest.raises(Refused) as refused:
        store(client_a1, name, content, internal=False)
    assert where in str(refused.value)
    assert "Xy7" not in str(refused.value)
    assert "q8Zr" not in str(refused.value)
    assert not StoredFile.objects.exists()


def test_the_random_marks_over_a_mail_are_no_secrets(in_a: Scope, client_a1: Client) -> None:
    assert store(client_a1, "a.eml", made.MAIL, internal=False).media_type == "message/rfc822"


def test_what_is_kept_as_it_was_sent_is_not_searched(in_a: Scope, client_a1: Client) -> None:
    content = made.SECRET_LINE.encode()
    kept = store(client_a1, "a.txt", content, internal=False, may_hold_secrets=True)
    assert bytes(kept.content) == content
