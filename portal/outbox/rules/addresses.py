"""The shape of a channel's address, checked and put in order as it is pasted; and how much of it may be shown."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

SLACK = re.compile(
    r"https://hooks\.slack(-gov)?\.com/"
    r"(services/[A-Za-z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9]+|workflows/[\w-]+(/[\w-]+){3}|triggers/[\w-]+(/[\w-]+){2})"
)
TEAMS = re.compile(
    r"https://[\w.-]+(:\d{1,5})?(/powerautomate/automations/direct(/cu/\d+)?)?/workflows/[\w-]+"
    r"/triggers/manual/paths/invoke"
)
NUMBER = re.compile(r"\+[1-9]\d{6,14}")
MAILBOX = re.compile(r"[^@\s,;<>\"()]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
LONGEST = 2000

WHAT_SLACK = (
    "Paste the whole address of the incoming webhook, as Slack shows it: https://hooks.slack.com/services/…"
)
WHAT_TEAMS = (
    "Paste the whole address that Teams shows for the workflow “Post to a channel when a webhook request is "
    "received”. It holds /workflows/ and ends with sig=…"
)
WHAT_WEBHOOK = "Paste an address that begins with https:// and holds neither a user name nor a #."
WHAT_NUMBER = "Write the number with its country, as in +44 7700 900123."
WHAT_MAILBOX = "Write one e-mail address, as in operations@example.com."


def cleaned(kind: str, raw: str) -> str:
    """Give the address as it is kept. Raises ValueError with what to enter; the address is not in the words."""
    text = raw.strip()
    checks = {"slack": _slack, "teams": _teams, "sms": _number, "email": _mailbox, "webhook": _webhook}
    if not text or len(text) > LONGEST or kind not in checks:
        raise ValueError("Enter the address." if not text else "This is no address of that kind.")
    return checks[kind](text)


def shown(kind: str, address: str) -> str:
    """Give the part of an address that may stand on a page: enough to tell two apart, not enough to use it."""
    if not address:
        return ""
    if kind == "sms":
        return f"number ending in {address[-3:]}"
    if kind == "email":
        name, _, host = address.partition("@")
        return f"{name[:1]}…@{host}"
    return f"{urlsplit(address).hostname or ''}/…"


def host_of(address: str) -> str:
    """Give the host of an https address in lower case; empty where it has none."""
    return (urlsplit(address).hostname or "").lower()


def _https(text: str, what: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(what) from None
    named = parts.username is not None or parts.password is not None
    unfit = named or port == 0 or "#" in text or any(letter.isspace() or ord(letter) < 33 for letter in text)
    if parts.scheme.lower() != "https" or not parts.hostname or unfit:
        raise ValueError(what)
    return parts


def _slack(text: str) -> str:
    parts = _https(text, WHAT_SLACK)
    plain = f"https://{parts.netloc.lower()}{parts.path.rstrip('/')}"
    if not SLACK.fullmatch(plain):
        raise ValueError(WHAT_SLACK)
    return plain


def _teams(text: str) -> str:
    parts = _https(text, WHAT_TEAMS)
    plain = f"https://{parts.netloc}{parts.path.rstrip('/')}"
    if not TEAMS.fullmatch(plain) or "sig=" not in parts.query:
        raise ValueError(WHAT_TEAMS)
    return f"{plain}?{parts.query}"


def _webhook(text: str) -> str:
    _https(text, WHAT_WEBHOOK)
    return text


def _number(text: str) -> str:
    plain = re.sub(r"[\s().\-/]", "", text)
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    if not NUMBER.fullmatch(plain):
        raise ValueError(WHAT_NUMBER)
    return plain


def _mailbox(text: str) -> str:
    if not MAILBOX.fullmatch(text) or len(text) > 254:
        raise ValueError(WHAT_MAILBOX)
    return text
