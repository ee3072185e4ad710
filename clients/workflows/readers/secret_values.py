"""Cut secrets out of one text of an export, by their shape and by the name that they stand under."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote_plus

from portal.lib.secret_search import MARKER, RANDOM, strip_text

# Keys whose value is a vendor's opaque id: it looks random, opens nothing, and is what records are matched by.
_IDENTIFIERS = frozenset(
    {
        "id", "instanceId", "versionId", "webhookId", "workflowId", "templateId", "connectionName", "apiId",
        "authentication_id", "account_id", "root_id", "parent_id", "operationMetadataId", "tenantId",
        "workflowEntityId", "connectionReferenceLogicalName", "cachedResultUrl", "spreadsheetId", "fileId",
        "folderId", "documentId", "calendar", "calendarid", "table", "base", "channel", "user_id",
        "scenarioId", "teamId", "groupId", "dataset", "hook",
    }
)  # fmt: skip

# What a key, header, query or form field is called when its value is a secret (after splitting camelCase).
_SECRET_NAME = re.compile(
    r"(?:^| )(?:pass ?word|pass ?wd|pwd|pass ?phrase|(?:auth|user|basic|db|smtp) pass|wachtwoord|passwort|kennwort"
    r"|secret|secure ?string|pfx|token|jwt|bearer|signature|authorization|basic auth|cookie"
    r"|(?:api|access|auth|account|private|signing|shared|subscription|functions?|licen[cs]e|encryption|service"
    r"|secret|master|rapidapi|hmac|webhook|service role|consumer|storage|sas|ssh|admin) ?key|apikey)$"
)
_NOT_SECRET_NAME = re.compile(
    r"(?:^| )(?:page|continuation|sync|delta|cursor|skip|max|stop|csrf|email|mail|html) (?:token|signature)$"
)
_PASSWORD = re.compile(
    r"(?:^| )(?:pass ?word|pass ?wd|pwd|pass ?phrase|\w+ pass|wachtwoord|passwort|kennwort|secret|pfx)$"
)
_EXPRESSION = re.compile(r"\{\{.{0,2000}?\}\}|[@$]?\{[^{}]{0,2000}\}|^@\w+\(.{0,2000}", re.DOTALL)
_NOT_A_VALUE = re.compile(
    r"(?i)^(?:(?:your|enter|insert|replace|<)[-_ ]?.*|placeholder|x{3,}|\*+|\.{3,}|\[[^\[\]]*\]"
    r"|(?-i:[A-Z]+(?:_[A-Z]+)+)|todo|change[-_ ]?me|true|false|none|null|undefined|required|optional"
    r"|basic|bearer|token|oauth2?|string|securestring|object|text|password|secret|api[_ -]?key|automatic|manual"
    r"|op://.*|vault:.*|arn:.*|projects/.*|%[\w.]+%|\$?(?:env|process\.env|vars|json|secrets|node)\b.*)$",
    re.DOTALL,
)
_SCHEME_WORD = re.compile(r"(?i)^(?:bearer|basic|token|apikey|api-key|key|zoho-oauthtoken|bot|sso-key)\s+")
_USER_IN_ADDRESS = re.compile(r"(?i)\b[a-z][a-z0-9+.-]{1,20}://(?P<value>[^\s/@<>\"']{3,300})@[\w\[]")
_QUERY = re.compile(r"[?&](?P<name>[\w.-]{1,60})=(?P<value>(?!\[secret)[^&\s#\"'<>]{1,2000})")
_QUERY_NAMES = frozenset({"sig", "code", "key", "auth", "hapikey"})
_FORM = re.compile(r"(?:^|[?&\s\"'])(?P<name>[\w.-]{2,60})=(?P<value>(?!\[secret)[^&\s#\"'<>]{1,2000})")
_QUOTED = re.compile(
    r"\b(?P<name>[\w.-]{2,60})[\"']?\s{0,5}[:=]\s{0,5}[\"'`](?P<value>(?!\[secret)[^\"'`\n]{1,2000})[\"'`]"
)
_ARGUMENT = re.compile(
    r"[\"'](?P<name>[\w.-]{2,60})[\"']\s{0,5},\s{0,5}[\"'`](?P<value>(?!\[secret)[^\"'`\n]{1,2000})[\"'`]"
)
# What every pair below holds in lower case, when its name is a secret's: the end of the name and what follows.
_NAMED_VALUE = re.compile(
    r"(?:w(?:ord|d|achtwoord|ort)|p(?:ass|hrase|fx)|s(?:ecret|tring|ignature)|token|jwt|bearer"
    r"|a(?:uthorization|uth)|cookie|key)[._-]{0,60}(?:[\"']?\s{0,5}[:=]|[\"']\s{0,5},)"
)

# How much of a value decides whether it is an expression: keeps hostile braces cheap.
_LOOKED_AT = 4_000


def strip_value(text: str, key: str = "") -> tuple[str, list[str]]:
    """Return a text that stands under `key` without its secrets, and their kinds.

    Beside what is a secret anywhere (`portal.lib.secrets.strip_text`), cuts out users in addresses and the
    literal values of headers, query parameters, form fields and keys whose name says secret. Expressions
    ({{…}}, @{…}), references to a vault and placeholders are not secrets.
    """
    clean, kinds = strip_text(text, bare_hex=False)
    if kinds == [RANDOM] and key in _IDENTIFIERS:
        clean, kinds = text, []
    if "@" in clean and "://" in clean:
        clean = _cut(clean, _USER_IN_ADDRESS, _user_kind, kinds)
    if "=" in clean:
        clean = _cut(clean, _QUERY, _query_kind, kinds)
    if _NAMED_VALUE.search(clean.lower()):
        for pattern, judge in _PAIRS:
            clean = _cut(clean, pattern, judge, kinds)
    if kind := named_kind(key, clean):
        return MARKER, [*kinds, kind]
    return clean, kinds


def _cut(
    text: str, pattern: re.Pattern[str], judge: Callable[[re.Match[str]], str | None], kinds: list[str]
) -> str:
    pieces, position = [], 0
    for match in pattern.finditer(text):
        if kind := judge(match):
            start, end = match.span("value")
            pieces += [text[position:start], MARKER]
            position = end
            if kind not in kinds:
                kinds.append(kind)
    return "".join([*pieces, text[position:]])


def _user_kind(match: re.Match[str]) -> str | None:
    user, colon, password = match["value"].partition(":")
    part = password if colon else user if len(user) >= 16 and re.search(r"\d", user) else ""
    return "credentials in a link" if part and _literal(part) else None


def _query_kind(match: re.Match[str]) -> str | None:
    named = match["name"].lower() in _QUERY_NAMES and len(_literal(match["value"])) >= 16
    return "key in a link" if named and re.search(r"\d", match["value"]) else None


def _pair_kind(match: re.Match[str]) -> str | None:
    return named_kind(match["name"], unquote_plus(match["value"]))


def _argument_kind(match: re.Match[str]) -> str | None:
    # 'password', 'username' is a list of column names, not a value.
    return None if _PASSWORD.search(_words(match["name"])) else _pair_kind(match)


_PAIRS = (
    (_FORM, _pair_kind),
    (_QUOTED, _pair_kind),
    (_ARGUMENT, _argument_kind),
)


def says_secret(name: str) -> bool:
    """Say whether a field of this name holds a secret, when it holds a literal."""
    words = _words(name)
    return bool(_SECRET_NAME.search(words)) and not _NOT_SECRET_NAME.search(words)


def named_kind(name: str, value: str) -> str | None:
    """Return the kind of secret that a field's name makes of its literal value, or None."""
    if not says_secret(name):
        return None
    words = _words(name)
    literal = _literal(value)
    if not literal:
        return None
    if _PASSWORD.search(words):
        return "password or key after its label"
    if re.search(r"\s", literal) or re.fullmatch(r"[a-z]{1,12}|\d{1,6}", literal):
        return None
    last = words.rsplit(" ", 1)[-1]
    kinds = {
        "key": "API key",
        "apikey": "API key",
        "authorization": "authorization header",
        "auth": "basic auth",
    }
    return kinds.get(last, last)


def _words(name: str) -> str:
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name[:200])
    return re.sub(r"[\W_]+", " ", split).strip().lower()


def _literal(value: str) -> str:
    """Return what is left of a value without its expressions and scheme word; empty for a reference or placeholder."""
    bare = value[:_LOOKED_AT].replace(MARKER, "").strip().removeprefix("=").strip()
    bare = _EXPRESSION.sub("", bare).strip()
    bare = _SCHEME_WORD.sub("", bare + " ").strip()
    return "" if len(bare) < 3 or _NOT_A_VALUE.match(bare) else bare
