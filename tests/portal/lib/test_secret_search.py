"""The signs that spare a search: what a sign rules out holds no secret, and no memory outlives a walk."""

import re
import re._parser as regex_parser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib import secret_search
from portal.lib.secret_search import find_secret, strip_text
from portal.lib.secret_shapes import ANY_TOKEN, SHAPES, SHORTEST_TOKEN
from portal.lib.secrets import strip_secrets
from tests.portal.lib.secret_samples import ORDINARY, SECRETS, made_up

TOKENS = [shape for shape in SHAPES if shape.token]
PIECES = st.sampled_from(
    [
        *SECRETS.values(), *ORDINARY, "password: ", "paſſword=", "to\u212aen is ", "pın: ", "İ", " / ", "login ",
        "user", "api key = ", "mot de passe: ", "Kennwort:", "hunter2" + "X!", "=", "?", "é", "\n", "token token ",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=6).map("".join)


@pytest.mark.parametrize("shape", TOKENS, ids=lambda shape: shape.kind)
def test_no_token_is_shorter_than_the_stretches_that_are_looked_through(shape):
    assert regex_parser.parse(shape.token).getwidth()[0] >= SHORTEST_TOKEN


@pytest.mark.parametrize("name", SECRETS)
def test_a_token_stands_inside_one_stretch(name):
    text = f"«{SECRETS[name]}»"
    for shape in TOKENS:
        for match in shape.pattern.finditer(text):
            stretches = secret_search._STRETCH.finditer(text)
            around = [
                each for each in stretches if each.start() <= match.start() and match.end() <= each.end()
            ]
            assert around
            assert ANY_TOKEN.search(text, around[0].start(), around[0].end())


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_the_signs_hide_no_match(text):
    folded = secret_search._folded(text)
    for pattern, begins in (
        (secret_search._ASSIGNED, secret_search._LABEL_BEGINS),
        (secret_search._PAIR, secret_search._PAIR_BEGINS),
    ):
        spared = [match.span() for match in secret_search._matches(pattern, begins, text, folded)]
        assert spared == [match.span() for match in pattern.finditer(text)]


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_the_signs_hide_no_shape(text):
    stretches = [match.span() for match in secret_search._STRETCH.finditer(text)]
    found = {hit.kind for hit in secret_search._shape_hits(text, secret_search._folded(text), stretches)}
    assert found == {shape.kind for shape in SHAPES if re.search(shape.pattern, text)}


@pytest.mark.parametrize("text", ["pwd=a1B2c3", "pin:aB3$eF", "PIN=aB3$eF"])
def test_the_shortest_labelled_secret_is_found(text):
    assert len(text) == 10
    assert find_secret(text)


@pytest.mark.parametrize("label", ["paſſword", "to\u212aen", "pın"])
def test_letters_that_only_look_like_others_hide_nothing(label):
    assert find_secret(f"{label}: hunter2" + "X!")


def test_what_was_found_in_one_place_is_found_in_every_other():
    token = "ghp_" + made_up(36)
    clean, places = strip_secrets([token, token, {"note": token, "password": "Content"}, "Content"])
    assert token not in str(clean)
    assert clean[2]["password"] != "Content"
    assert clean[3] == "Content"
    assert len(places) == 4


def test_only_texts_without_a_secret_are_remembered():
    remembered: set[str] = set()
    texts = [*SECRETS.values(), *ORDINARY]
    strip_secrets(texts, clean_texts=remembered)
    assert remembered == {text for text in texts if not strip_text(text, bare_hex=False)[1]}
