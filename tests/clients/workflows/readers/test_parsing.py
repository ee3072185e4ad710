"""Limits and sentences of the JSON door."""

import json

import pytest

from clients.workflows.readers import MAX_BYTES, UnreadableExport, read_export
from clients.workflows.readers.parsing import MAX_DEPTH, parse, storable, text

WORKFLOW = {"name": "Café", "nodes": [], "connections": {}}


def refusal(data: bytes) -> str:
    """Return the sentence with which a file is refused."""
    with pytest.raises(UnreadableExport) as error:
        read_export("file.json", data)
    return str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_that_editors_write_is_read(encoding):
    assert read_export("w.json", json.dumps(WORKFLOW, ensure_ascii=False).encode(encoding))[0].name == "Café"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf  \n", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "not a JSON file: byte 0 is not UTF-8"),
        (b"<html>", "This is not JSON: it breaks at line 1, column 1"),
        (b'{"nodes": [', "cut off: it ends too early, at line 1, column 12"),
        (b'{"nodes": "abc', "cut off"),
        (b'{"a": 1,\n "b" 2}', "breaks at line 2, column 6: expecting ':' delimiter"),
        (b'{\n"device": 000}', "line 2, column 12: a number may not begin with 0"),
        (b'{"a": NaN}', "The file holds NaN, which is not JSON"),
        (b"[1, -Infinity]", "The file holds -Infinity"),
        (b"[]", "an empty list"),
        (b"{}", "an empty object"),
        (b"7", "but a number, not a workflow export"),
        (b'"nodes"', "but a text, not a workflow export"),
        (b"[null]", "at [0], but null"),
        (
            b'{"a": 1, "b": 2}',
            "not a workflow export we know: it has the keys “a”, “b”. Plumbline reads n8n, Make,",
        ),
        (b'{"nodes": 5, "connections": {}}', "looks like a n8n export, but nodes is a number"),
        (b'{"flow": "x"}', "looks like a Make export, but flow is a text"),
    ],
)
def test_a_refusal_says_what_was_found_and_where(data, words):
    assert words in refusal(data)


def test_one_byte_too_many_is_refused_before_anything_is_read():
    assert "at most 10 MB" in refusal(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_refused_before_it_is_parsed(opening):
    assert f"more than {MAX_DEPTH} deep, at line 1" in refusal((opening * 100_000).encode())


def test_brackets_inside_texts_do_not_count_as_nesting():
    data = json.dumps({**WORKFLOW, "name": "[" * 500 + '\\"' + "{" * 500}).encode()
    assert len(read_export("w.json", data)) == 1


def test_an_unclosed_text_full_of_quotes_is_refused_in_linear_time():
    assert "cut off" in refusal(b'{"a": "' + b'\\"' * 2_000_000)


def test_huge_numbers_are_kept_as_short_texts():
    value, _ = parse(b'{"a": ' + b"9" * 5000 + b', "b": 1e999, "c": 12}')
    assert value["a"] == "9" * 40 + "…"
    assert value["b"] == "1e999…"
    assert value["c"] == 12


def test_a_key_given_twice_is_said_once():
    _, warnings = parse(b'{"a": 1, "a": 2, "b": {"c": 1, "c": 1}}')
    assert warnings == ["An object in the file gives the same key twice; the last one was read."]


def test_what_a_database_text_cannot_hold_is_replaced():
    assert storable("a\x00b\ud800c") == "a\ufffdb\ufffdc"
    data = json.dumps({**WORKFLOW, "name": "a\x00b"}).encode()
    assert "\x00" not in repr(read_export("w.json", data)[0].content["name"])


def test_text_is_one_short_line():
    assert text(" a\n b ") == "a b"
    assert len(text("x" * 900)) == 200
    assert text(True) == text(None) == text([]) == ""


def test_a_secret_used_as_a_key_is_not_repeated_in_the_refusal():
    planted = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT" * 2
    assert planted not in refusal(json.dumps({planted: 1}).encode())
