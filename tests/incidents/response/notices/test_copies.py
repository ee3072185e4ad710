"""The type of a copy is told by its bytes."""

from __future__ import annotations

import pytest

from incidents.response.notices.copies import type_of


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"From: a@example.org\r\nDate: Thu, 19 Nov 2026 10:00:00 +0000\r\n\r\nText", "message/rfc822"),
        (b"Dear Sir\nFrom: nobody", "text/plain"),
        (b"", ""),
        (b"  \n", ""),
        (b"MZ\x90\x00", ""),
        (b"text\x00text", ""),
        (b"\xff\xfe", ""),
    ],
)
def test_the_bytes_decide(content: bytes, expected: str) -> None:
    assert type_of(content) == expected
