"""Finds pasted secrets and cuts them out. Only the kind of a secret ever leaves this module, never its value.

Three layers: shapes that are only ever secrets (secret_shapes.py), a value behind a label such as
"password:", and a long random token. The walk through nested data is in secrets.py.

Nearly all texts hold none, so each layer is looked through only where a cheap sign allows it: a literal, or a
run of characters long enough. A sign is a necessary condition of what it stands for, never a judgement.
"""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from portal.lib.secret_shapes import ANY_TOKEN, OTHER_SHAPES, SHAPES, SHORTEST_TOKEN

MARKER = "[secret removed]"
LABELLED = "password or key after its label"
LOGIN = "login with its password"
IN_LINK = "key in a link"
RANDOM = "long random token"

# The shortest text with a secret: a label of three characters, a colon and six characters.
_SHORTEST = 10
_TOKEN_LENGTHS = range(32, 401)
_PASSES = 4

_WORDS = (
    r"(?:pass(?:word|wd|phrase|code)?|pwd|wachtwoord|toegangscode|passwort|kennwort|mot de passe"
    r"|secret(?:[ _-]?(?:access[ _-]?)?key)?|client[ _-]?secret"
    r"|(?:api|access|auth|account|private|signing|encryption|license|webhook)[ _-]?(?:key|token|secret)"
    r"|token|credential|sleutel|pin)"
)
_ASSIGNED = re.compile(
    rf"(?i)(?<![a-z]){_WORDS}s?\\?['\"]?\s{{0,10}}(?:(?:is|was|=>|:=|=|:|luidt|wordt)\s{{0,10}}){{1,2}}"
    r"\\?['\"`]?(?P<secret>[^\s'\"`,;<>\\]{6,512})"
)
# How the labels above begin, in a folded text.
_LABEL_BEGINS = re.compile(
    r"p(?:ass|wd|in|rivate)|wachtwoord|to(?:egangscode|ken)|kennwort|mot de|s(?:ecret|leutel|igning)"
    r"|c(?:lient|redential)|a(?:pi|ccess|uth|ccount)|encryption|license|webhook"
)
_QUERY = re.compile(
    r"(?i)[?&](?:api[_-]?key|(?:access|auth|api)[_-]?token|token|key|client[_-]?secret|secret|password|code)="
    r"(?P<secret>[\w%+/=.~-]{16,1000})"
)
_PAIR = re.compile(
    r"(?i)\b(?:login|user(?:name)?|account|gebruiker|inlog)\b[^/|\n]{0,30}\s[/|]\s{0,10}(?P<secret>\S{6,200})"
)
_PAIR_BEGINS = re.compile(r"login|user|account|gebruiker|inlog")
_REFERENCE = re.compile(
    r"(?i)(?:[a-z][a-z0-9+.-]{0,30}://|arn:|vault:|op:|projects/|/|\$|%|\{|\[|=|<|\*|x{3}|\.{2}|@|#"
    r"|(?:stored|saved|kept|managed|see|zie|staat|in|none|null|n/?a|required|optional|rotated|mandatory)\b)"
)
_UUID = re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
# Google's file and folder identifiers look random, stand in links everywhere and open nothing by themselves.
_GOOGLE_FILE = re.compile(r"1[\w-]{43}|1[\w-]{32}|0B[\w-]{26}")
_BREAK = re.compile(r"[\s\"'`(){}\[\],;<>\\]")
_WORDLIKE = re.compile(r"[A-Za-z][a-z]{1,40}(?:[-_./][A-Za-z]?[a-z]{1,40}){0,12}")
_DATE_OR_NUMBER = re.compile(r"\d{1,4}(?:[-/.]\d{1,2}){1,2}|\d{1,6}")
_CAMEL_WORDS = re.compile(r"(?:(?:[A-Z]?[a-z]{2,40}+\d{0,4}|[A-Z]{1,2}\d{1,3})[_-]{0,3}){1,60}")
_NAMED_DIGEST = re.compile(
    r"(?i)(?:sha-?\d{0,3}|md5|commit|digest|hash|fingerprint|checksum|revision|etag|vingerafdruk|public key"
    r"|pubkey|ssh-\w{1,10}|certificate|serial|build|id|base64,)(?:\W[^\n]{0,40})?$"
)
# Whatever a token may be written with, and all beyond ASCII: no token reaches over the end of such a stretch.
_STRETCH = re.compile("[#%&+\\-./0-9:=?@A-Z_a-z~\x80-\U0010ffff]{" + str(SHORTEST_TOKEN) + ",}")
# Unbounded on purpose: one class alone cannot backtrack, and cutting a long run would leave token-sized ends.
_RUN = re.compile(r"[A-Za-z0-9+/=_.:@%&?#~-]+")
_TOKEN_CHARACTERS = re.compile(r"[A-Za-z0-9+/=_-]+")
_HEX = re.compile(r"[0-9a-fA-F]+")
_REST_OF_TOKEN = re.compile(r"[\w+/=.~%-]*")
_CLASSES = tuple(re.compile(pattern) for pattern in ("[a-z]", "[A-Z]", "[0-9]", r"[^\w\s]"))


class Hit(NamedTuple):
    """Where a secret of some kind stands in a text."""

    kind: str
    start: int
    end: int


def find_secret(text: str) -> str | None:
    """Return the kind of the first secret in the text in plain words, or None. Cost grows with the length."""
    hit = next(_hits(text), None)
    return hit.kind if hit else None


def strip_text(text: str, *, bare_hex: bool = True) -> tuple[str, list[str]]:
    """Return the text with every secret replaced by the marker, and the kinds found, each once.

    `bare_hex=False` lets 32 hexadecimal digits pass that are the whole text: in exports those are
    identifiers. What still looks like a secret after a few passes is replaced whole: better a lost text
    than a kept secret.
    """
    kinds: dict[str, None] = {}
    for _ in range(_PASSES):
        found = list(_hits(text, bare_hex))
        if not found:
            return text, list(kinds)
        hits = _merged(found)
        kinds.update(dict.fromkeys(hit.kind for hit in hits))
        pieces, position = [], 0
        for hit in hits:
            pieces += [text[position : hit.start], MARKER]
            position = hit.end
        text = "".join([*pieces, text[position:]])
    return (MARKER if next(_hits(text, bare_hex), None) else text), list(kinds)


def looks_like_reference(value: str) -> bool:
    """Say whether a value points to a secret (vault path, link, variable, expression) and is none itself."""
    return _REFERENCE.match(value) is not None


def looks_like_words(value: str) -> bool:
    """Say whether a value is one or a few plain words, such as a type name."""
    return _WORDLIKE.fullmatch(value) is not None


def _merged(hits: list[Hit]) -> list[Hit]:
    """Join overlapping hits, in the order of the text; the kind of the earlier layer stays."""
    layer = {hit: number for number, hit in reversed(list(enumerate(hits)))}
    merged: list[Hit] = []
    for hit in sorted(layer, key=lambda found: (found.start, layer[found])):
        if merged and hit.start < merged[-1].end:
            last = merged[-1]
            best = min(last, hit, key=lambda found: layer.get(found, 0))
            merged[-1] = Hit(best.kind, last.start, max(last.end, hit.end))
            layer[merged[-1]] = min(layer.get(last, 0), layer[hit])
        else:
            merged.append(hit)
    return merged


def _hits(text: str, bare_hex: bool = True) -> Iterator[Hit]:
    if len(text) < _SHORTEST:
        return
    folded = _folded(text)
    stretches = [match.span() for match in _STRETCH.finditer(text)]
    yield from _shape_hits(text, folded, stretches)
    yield from _labelled_hits(text, folded)
    yield from _query_hits(text)
    yield from _login_hits(text, folded)
    if bare_hex and len(text.strip()) == 32 and _HEX.fullmatch(text.strip()):
        yield Hit(RANDOM, 0, len(text))
    yield from _token_hits(text, stretches)


def _folded(text: str) -> str:
    """Return the text in lower case, with the two letters beyond it that a pattern takes for ASCII ones."""
    lowered = text.lower()
    return lowered if text.isascii() else lowered.replace("\u017f", "s").replace("\u0131", "i")


def _matches(
    pattern: re.Pattern[str], begins: re.Pattern[str], text: str, folded: str
) -> Iterator[re.Match[str]]:
    """Give what `pattern.finditer(text)` gives; every match starts where `begins` matches the folded text."""
    if len(folded) != len(text):  # a letter became two: places differ
        yield from pattern.finditer(text)
        return
    position = 0
    while sign := begins.search(folded, position):
        match = pattern.match(text, sign.start())
        position = match.end() if match else sign.start() + 1
        if match:
            yield match


def _shape_hits(text: str, folded: str, stretches: list[tuple[int, int]]) -> Iterator[Hit]:
    tokens = any(ANY_TOKEN.search(text, start, end) for start, end in stretches)
    for shape in SHAPES if tokens else OTHER_SHAPES:
        for hint in shape.hints:
            if hint in folded:
                break
        else:
            continue
        done = 0
        for match in shape.pattern.finditer(text):
            if match.start() < done:
                continue
            start, end = match.span("secret" if "secret" in shape.pattern.groupindex else 0)
            if shape.closes:
                done = _end_of_block(text, end, shape.closes)
            else:
                done = _end_of_token(text, end) if start == match.start() else end
            yield Hit(shape.kind, start, done)


def _end_of_token(text: str, position: int) -> int:
    match = _REST_OF_TOKEN.match(text, position)
    return match.end() if match else position


def _end_of_block(text: str, position: int, closes: str) -> int:
    """Find the end of the line that closes a block; without one everything up to the end belongs to it."""
    closing = text.find(closes, position)
    if closing < 0:
        return len(text)
    match = re.compile(r"[A-Z0-9 ]{0,60}-{0,5}").match(text, closing + len(closes))
    return match.end() if match else len(text)


def _labelled_hits(text: str, folded: str) -> Iterator[Hit]:
    for match in _matches(_ASSIGNED, _LABEL_BEGINS, text, folded):
        if _inside_reference(text, match.start()):
            continue
        if _looks_like_password(match["secret"]):
            yield Hit(LABELLED, *match.span("secret"))


def _inside_reference(text: str, position: int) -> bool:
    """Say whether the label is a part of an ARN, a vault path or a link."""
    word = _BREAK.split(text[max(0, position - 200) : position])[-1]
    return bool(word) and looks_like_reference(word)


def _query_hits(text: str) -> Iterator[Hit]:
    for match in _QUERY.finditer(text):
        value = match["secret"]
        letters_and_digits = sum(bool(kind.search(value)) for kind in _CLASSES[:3])
        if _CAMEL_WORDS.fullmatch(value) or looks_like_reference(value) or _entropy(value) < 2.5:
            continue
        if letters_and_digits == 3 or (letters_and_digits == 2 and len(value) >= 20):
            yield Hit(IN_LINK, *match.span("secret"))


def _login_hits(text: str, folded: str) -> Iterator[Hit]:
    for match in _matches(_PAIR, _PAIR_BEGINS, text, folded):
        if _looks_like_password(match["secret"]) and _classes(match["secret"]) >= 3:
            yield Hit(LOGIN, *match.span("secret"))


def _token_hits(text: str, stretches: list[tuple[int, int]]) -> Iterator[Hit]:
    for match in (each for start, end in stretches for each in _RUN.finditer(text, start, end)):
        start, word = match.start(), match[0]
        if len(word) < _TOKEN_LENGTHS.start:
            continue
        trimmed = word.strip(".:")
        start += word.index(trimmed) if trimmed else 0
        if "=" in trimmed[:-2]:
            name, _, trimmed = trimmed.partition("=")
            start += len(name) + 1
        if len(trimmed) in _TOKEN_LENGTHS and _looks_random(trimmed, text, start):
            yield Hit(RANDOM, start, start + len(trimmed))


def _looks_random(token: str, text: str, start: int) -> bool:
    if not _TOKEN_CHARACTERS.fullmatch(token) or _UUID.fullmatch(token) or token.count("/") > 3:
        return False
    if _HEX.fullmatch(token) or _GOOGLE_FILE.fullmatch(token) or _CAMEL_WORDS.fullmatch(token[:100]):
        return False
    if _classes(token) < 3 or _entropy(token) < 4.2:
        return False
    return not _NAMED_DIGEST.search(text[max(0, start - 60) : start])


def _looks_like_password(value: str) -> bool:
    value = value.rstrip(".)!") if len(value) > 8 else value
    if looks_like_reference(value) or value.endswith("()"):
        return False
    if looks_like_words(value) or _DATE_OR_NUMBER.fullmatch(value):
        return False
    kinds = _classes(value)
    varied = kinds >= 3 or (kinds == 2 and len(value) >= 12)
    return varied and _entropy(value) >= 2.5 and bool(re.search(r"\d|[^\w\s-]|[a-z][A-Z]", value[1:-1]))


def _classes(text: str) -> int:
    return sum(bool(kind.search(text)) for kind in _CLASSES)


def _entropy(text: str) -> float:
    """Return the Shannon entropy in bits a character."""
    shares = [text.count(character) / len(text) for character in set(text)]
    return -sum(share * math.log2(share) for share in shares)
