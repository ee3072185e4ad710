"""Refuses secrets: finds them in a text, cuts them out of nested data, says where to put them instead.

The front door of three modules: secret_search.py looks through one text, secret_shapes.py is its table.
Only the kind of a secret and its place leave here, never its value.
"""

import re
from dataclasses import dataclass
from typing import Any

from portal.lib.secret_search import (
    MARKER,
    find_secret,
    looks_like_reference,
    looks_like_words,
    strip_text,
)

__all__ = ["MARKER", "SecretPlace", "find_secret", "strip_secrets", "strip_text", "where_to_put_it"]

MAX_DEPTH = 100
TOO_DEEP = "nested too deeply to be checked"
PASSWORD = "password in its field"  # noqa: S105 - the name of a kind
KEY = "key or token in its field"
HEADER = "authorization header"

_PASSWORDS = ("password", "passwd", "pwd", "passphrase", "passcode", "wachtwoord")
_KEYS = (
    "apikey", "apitoken", "accesstoken", "refreshtoken", "authtoken", "bearertoken", "bottoken", "idtoken",
    "clientsecret", "appsecret", "secretkey", "privatekey", "signingkey", "signingsecret", "webhooksecret",
    "encryptionkey", "accountkey", "accesskey", "authkey", "sharedkey", "subscriptionkey", "functionskey",
    "licensekey", "secret", "token",
)  # fmt: skip
_HEADERS = ("authorization", "xauth", "cookie", "setcookie")
# Keys that end like a secret and hold none: page tokens, limits, the name of a field or a type.
_HARMLESS = re.compile(r"(?:nextpage|page|next|sync|continuation|max|csrf|cancellation|per|stop)tokens?$")
_EXPRESSION = re.compile(
    r"\{\{|\$\{|@\{|\$\(|<[^>]{1,60}>|%[A-Za-z_]{1,40}%|\byour(?:\b|_)|^example|\.\.\.|\*{3}|x{4}",
    re.IGNORECASE,
)
_NAMES = ("name", "key", "header", "displayname")
_VALUES = ("value", "defaultvalue", "default")
_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$-]{0,59}")

_VAULT_PLACES = {
    "private key": "SFTP/private-key",
    "connection string": "Database/connection",
    "credentials in a link": "Database/connection",
    "webhook address": "Slack/webhook-address",
    "login": "HubSpot/login",
}


@dataclass(frozen=True)
class SecretPlace:
    """A secret that was refused: its kind in plain words and its place, such as `nodes[3].parameters.key`."""

    kind: str
    where: str


class _Walk:
    """One walk through nested data: what it found, and what it need not look at twice. Ends with its call."""

    def __init__(self, clean_texts: set[str] | None) -> None:
        self.places: list[SecretPlace] = []
        self.clean_texts = set() if clean_texts is None else clean_texts
        self.meanings: dict[str, tuple[str, str | None]] = {}

    def strip(self, text: str) -> tuple[str, list[str]]:
        """Strip a text; one in which nothing was found is remembered for the length of the walk."""
        if text in self.clean_texts:
            return text, []
        clean, found = strip_text(text, bare_hex=False)
        if not found:
            self.clean_texts.add(text)
        return clean, found

    def meaning(self, key: str) -> tuple[str, str | None]:
        """Return the letters of a key, and the kind of secret that it says its value is."""
        meaning = self.meanings.get(key)
        if meaning is None:
            normal = _normal(key)
            meaning = self.meanings[key] = normal, _kind_said_by(normal)
        return meaning


def strip_secrets(
    value: Any, path: str = "", clean_texts: set[str] | None = None
) -> tuple[Any, list[SecretPlace]]:
    """Return a copy of JSON data without its secrets, and where they stood, in the order of the data.

    `value` is what `json.loads` returns; `path` is put before every place. A value under a key that says
    it is secret goes too, unless it is an expression or a reference. What is nested deeper than
    MAX_DEPTH is not kept, because nobody has looked at it. `clean_texts` holds texts in which
    `strip_text(…, bare_hex=False)` has found nothing already; more are added.
    """
    walk = _Walk(clean_texts)
    return _clean(value, path, None, 0, walk), walk.places


def where_to_put_it(kind: str) -> str:
    """Return the sentence that says what to do with a secret of this kind instead of pasting it."""
    thing = "HubSpot/api-key"
    for word, place in _VAULT_PLACES.items():
        if word in kind:
            thing = place
            break
    return f"Keep it in your vault and write down where it is, for example op://Automation/{thing}."


def _clean(value: Any, path: str, kind: str | None, depth: int, walk: _Walk) -> Any:
    """Clean one value; `kind` is what a literal here would be, when its key says that it is secret."""
    if isinstance(value, str):
        return _clean_text(value, path, kind, walk)
    if isinstance(value, (dict, list, tuple)):
        if depth >= MAX_DEPTH:
            walk.places.append(SecretPlace(TOO_DEEP, path))
            return MARKER
        if isinstance(value, dict):
            return _clean_dict(value, path, kind, depth, walk)
        return [_clean(item, f"{path}[{number}]", kind, depth + 1, walk) for number, item in enumerate(value)]
    if kind == PASSWORD and isinstance(value, int) and not isinstance(value, bool) and value > 999:
        walk.places.append(SecretPlace(kind, path))
        return MARKER
    return value


def _clean_dict(
    value: dict[Any, Any], path: str, kind: str | None, depth: int, walk: _Walk
) -> dict[str, Any]:
    said = _kind_said_by_sibling(value, walk)
    clean: dict[str, Any] = {}
    for key, item in value.items():
        name, found = walk.strip(str(key))
        where = _join(path, name)
        if found:
            walk.places.extend(SecretPlace(each, where) for each in found)
        normal, meant = walk.meaning(str(key))
        if found:  # what is left of a long key may say more than the whole did
            meant = meant or walk.meaning(name)[1]
        own = said or kind if normal in _VALUES else meant
        clean[_free(name, clean)] = _clean(item, where, own, depth + 1, walk)
    return clean


def _clean_text(text: str, path: str, kind: str | None, walk: _Walk) -> str:
    clean, found = walk.strip(text)
    if not found and kind and _is_literal(text, kind):
        clean, found = MARKER, [kind]
    if found:
        walk.places.extend(SecretPlace(each, path) for each in found)
    return clean


def _is_literal(text: str, kind: str) -> bool:
    """Say whether the text under a secret key is a value, not an expression, reference or placeholder."""
    text = text.strip()
    if len(text) < 4 or MARKER in text or looks_like_reference(text) or _EXPRESSION.search(text):
        return False
    if kind == PASSWORD:
        return text.lower() not in {
            "password",
            "string",
            "securestring",
            "text",
            "none",
            "null",
            "true",
            "false",
        }
    return (
        len(text) >= 6
        and " " not in text.removeprefix("Bearer ").removeprefix("Basic ")
        and not looks_like_words(text)
    )


def _kind_said_by_sibling(value: dict[Any, Any], walk: _Walk) -> str | None:
    """Read pairs such as {"name": "X-Api-Key", "value": "…"}."""
    for key, item in value.items():
        if (
            isinstance(item, str)
            and walk.meaning(str(key))[0] in _NAMES
            and (kind := _kind_said_by(_normal(item)) or _kind_said_by(_normal(walk.strip(item)[0])))
        ):
            return kind
    return None


def _kind_said_by(normal: str) -> str | None:
    if not normal or _HARMLESS.search(normal):
        return None
    if normal.endswith(_PASSWORDS):
        return PASSWORD
    if normal.startswith(_HEADERS):
        return HEADER
    return KEY if normal.endswith(_KEYS) else None


def _normal(key: object) -> str:
    text = str(key)
    return re.sub(r"[^a-z]", "", text.lower()) if len(text) <= 60 else ""


def _join(path: str, name: str) -> str:
    if _PLAIN_KEY.fullmatch(name):
        return f"{path}.{name}" if path else name
    return f'{path}["{name[:60]}"]'


def _free(name: str, taken: dict[str, Any]) -> str:
    """Return a key that is not taken: two keys may have become the same by losing their secrets."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} {number}"
    return candidate
