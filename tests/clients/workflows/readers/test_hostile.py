"""Whatever stands where in a file: facts or a sentence, never another error."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.workflows.differences import differences
from clients.workflows.readers import UnreadableExport, as_json, read_export

FIXTURES = [
    json.loads(path.read_text()) for path in sorted((Path(__file__).parents[1] / "fixtures").glob("*.json"))
]

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value, path=()):
    """Give the path of every subtree."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def replaced(value, path, new):
    """Return a copy with another subtree at a path."""
    if not path:
        return new
    result = copy.deepcopy(value)
    holder = result
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    return result


ALL_PLACES = [(number, path) for number, value in enumerate(FIXTURES) for path in places(value)]


def survives(value):
    try:
        facts = read_export("file.json", json.dumps(value).encode())
    except UnreadableExport as error:
        assert str(error).strip().endswith((".", "”."))
        return
    json.dumps([as_json(each, "file.json") for each in facts], allow_nan=False)
    for each in facts:
        hash(each)
        differences(each, facts[0])
        differences(facts[0], each)


@settings(max_examples=250, deadline=None)
@given(place=st.sampled_from(ALL_PLACES), new=ANYTHING)
def test_any_subtree_may_be_anything(place, new):
    number, path = place
    survives(replaced(FIXTURES[number], path, new))


@pytest.mark.parametrize("wrong", [None, True, 7, 1.5, "text", [], {}, [[]], [{}], {"a": None}], ids=repr)
def test_the_wrong_type_in_every_place(wrong):
    for number, path in ALL_PLACES[::3]:
        survives(replaced(FIXTURES[number], path, wrong))


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    for head in (b"", b"PK\x03\x04", b"[", b'{"nodes":'):
        try:
            read_export("file", head + data)
        except UnreadableExport:
            continue


@pytest.mark.parametrize("number", range(len(FIXTURES)))
def test_a_file_cut_anywhere_is_refused(number):
    data = json.dumps(FIXTURES[number]).encode()
    for end in range(1, len(data), 97):
        with pytest.raises(UnreadableExport):
            read_export("file.json", data[:end])
