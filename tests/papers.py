"""What a PDF says, for the tests that read one back."""

from __future__ import annotations

import re
from io import BytesIO

from pypdf import PdfReader


def text_of(pdf: bytes) -> str:
    """Give the words of all pages as one line, without the hyphens that the printer put in."""
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    # Of fonts with many letters the reader takes each half of a letter's code for one.
    return re.sub(r"[\s\xad]+", " ", text.replace("\x00", ""))
