"""Find the name of an AI model in the body of a request."""

from __future__ import annotations

import re

_MODEL = re.compile(r"[\"']?\bmodel[\"']?\s{0,5}[:=]\s{0,5}[\"']([\w./:@-]{2,100})[\"']")


def model_in_text(body: str) -> str:
    """Return the model that a JSON or JavaScript request body names, or an empty text."""
    match = _MODEL.search(body)
    return match[1] if match else ""
