"""From bytes to JSON values, within limits, and the small questions that readers ask of untrusted values."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 200
LONGEST_NUMBER = 40
LONGEST_NAME = 200

# A string always matches, closed or not, so that the scan stays linear on a broken file.
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


class UnreadableExport(Exception):  # noqa: N818 - named for what it says to the user
    """The file can't be read. The message is one or two sentences for the user: what was found, where it broke."""


def refuse(sentence: str) -> NoReturn:
    """Raise `UnreadableExport` with a sentence for the user."""
    raise UnreadableExport(sentence)


def parse(data: bytes) -> tuple[Any, list[str]]:
    """Return the JSON value in `data` and the warnings about it.

    Accepts UTF-8, UTF-16 and UTF-32, with or without a byte order mark. Raises `UnreadableExport` for
    anything over `MAX_BYTES`, nested deeper than `MAX_DEPTH`, or not strictly JSON.
    """
    check_size(data)
    text = _decode(data)
    if not text.strip():
        refuse("The file is empty.")
    _check_depth(text)
    warnings: list[str] = []
    try:
        value = json.loads(
            text,
            parse_int=_whole_number,
            parse_float=_number,
            parse_constant=_no_constant,
            object_pairs_hook=lambda pairs: _object(pairs, warnings),
        )
    except json.JSONDecodeError as error:
        refuse(_where_it_broke(text, error))
    return value, warnings


def check_size(data: bytes) -> None:
    """Refuse a file over the limit."""
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1024 / 1024:.1f}"
        refuse(f"The file is {size} MB; a workflow export may be at most {MAX_BYTES // 1024 // 1024} MB.")


def _decode(data: bytes) -> str:
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        refuse(f"This is not a JSON file: byte {error.start} is not {encoding.upper()} text.")


def _check_depth(text: str) -> None:
    depth = 0
    for token in _TOKENS.finditer(text):
        mark = token[0][0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                line = text.count("\n", 0, token.start()) + 1
                refuse(
                    f"The file nests lists and objects more than {MAX_DEPTH} deep, at line {line}. "
                    "No workflow export does; export it again."
                )
        elif mark in "]}":
            depth -= 1


def _where_it_broke(text: str, error: json.JSONDecodeError) -> str:
    place = f"line {error.lineno}, column {error.colno}"
    if not text.lstrip()[:1] or text.lstrip()[0] not in '{["':
        return f"This is not JSON: it breaks at {place}. Plumbline reads the JSON file that the platform exports."
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return f"The JSON is cut off: it ends too early, at {place}. Export the workflow again."
    before = text[max(0, error.pos - 2) : error.pos]
    if text[error.pos : error.pos + 1].isdigit() and before.endswith("0"):
        return (
            f"The JSON breaks at {place}: a number may not begin with 0. Correct that line, or export again."
        )
    reason = error.msg[:1].lower() + error.msg[1:]
    return f"The JSON breaks at {place}: {reason}. Export the workflow again."


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits[:LONGEST_NUMBER] + "…"


def _number(digits: str) -> float | str:
    value = float(digits)
    return value if abs(value) != float("inf") else digits[:LONGEST_NUMBER] + "…"


def _no_constant(word: str) -> NoReturn:
    refuse(f"The file holds {word}, which is not JSON. Export the workflow again.")


def _object(pairs: list[tuple[str, Any]], warnings: list[str]) -> dict[str, Any]:
    result = dict(pairs)
    note = "An object in the file gives the same key twice; the last one was read."
    if len(result) != len(pairs) and note not in warnings:
        warnings.append(note)
    return result


def storable(words: str) -> str:
    """Replace what no database text can hold: zero bytes and halves of surrogate pairs."""
    return _NOT_STORABLE.sub("\ufffd", words) if _NOT_STORABLE.search(words) else words


def mapping(value: Any) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def mappings(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a list, leaving out everything else."""
    return [item for item in items(value) if isinstance(item, dict)]


def text(value: Any) -> str:
    """Return a text or whole number as short text on one line, anything else as nothing."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    words = " ".join(str(value).split())
    return words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1] + "…"


def dig(value: Any, *path: str) -> Any:
    """Return what lies at a path of object keys, or None."""
    for key in path:
        value = mapping(value).get(key)
    return value


def kind_of(value: Any) -> str:
    """Name the JSON type of a value, with its article, for an error message."""
    if value is None:
        return "null"
    names: list[tuple[type, str]] = [
        (bool, "true or false"),
        (dict, "an object"),
        (list, "a list"),
        (str, "a text"),
    ]
    return next((name for kind, name in names if isinstance(value, kind)), "a number")
