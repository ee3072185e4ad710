"""By which way the client was told, which one it wishes, and whether they agree. Keys and words; no Django."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

EMAIL, PHONE, SMS, SLACK, TEAMS = "email", "phone", "sms", "slack", "teams"
WEBHOOK, PORTAL, IN_PERSON, OTHER = "webhook", "portal", "in_person", "other"
#: What somebody who was told already may have been told by.
TOLD = {
    PHONE: "Telephone",
    IN_PERSON: "In person",
    EMAIL: "E-mail",
    SMS: "Text message",
    SLACK: "Slack",
    TEAMS: "Microsoft Teams",
    OTHER: "Another way",
}
#: These the portal can send by itself, where such a channel of the client is set up.
SENT = (EMAIL, SMS, SLACK, TEAMS)
_OTHER_WORDS = {"a call": PHONE, "call": PHONE, "phone": PHONE, "sms": SMS, "teams": TEAMS, "mail": EMAIL}


@dataclass(frozen=True)
class Wish:
    """How the client wishes to hear: the key of the channel, its words, and the name that it has there, if any."""

    key: str
    title: str
    name: str = ""

    @property
    def words(self) -> str:
        """Say it: "Slack, #finance-alerts"."""
        return f"{self.title}, {self.name}" if self.name else self.title


def key_of(words: str) -> str:
    """Give the key of a way that was written in words; what nobody knows is another one."""
    plain = words.strip().casefold()
    known = {title.casefold(): key for key, title in TOLD.items()}
    return known.get(plain) or _OTHER_WORDS.get(plain) or (plain if plain in TOLD else OTHER)


def on_preferred(wish: Wish | None, ways: Collection[str]) -> bool | None:
    """Tell whether the client was told as it wishes; None where no wish is recorded."""
    return None if wish is None else wish.key in ways


def plan(client: str, wish: Wish | None, ways: Sequence[str]) -> tuple[str, bool]:
    """Say before an update is sent how the client wishes to hear and whether that will happen; True: it will not.

    ways: the keys of the ways that an update goes by itself. E-mail stands in for any other.
    """
    if wish is None:
        return "", False
    wished = f"{client} wishes to hear by {wish.words}"
    if wish.key in ways:
        besides = ", and by e-mail besides" if EMAIL in ways and wish.key != EMAIL else ""
        return f"{wished}: an update that is sent from here goes there{besides}.", False
    instead = "It goes by e-mail instead" if EMAIL in ways else "Nothing that is sent from here gets there"
    if wish.key in SENT:
        return (
            f"{wished}, which is not set up here. {instead}. Set it up, or tell them there and record it.",
            True,
        )
    if wish.key == PORTAL:
        return (
            f"{wished}, but nobody of {client} signs in here. Tell them in another way and record it.",
            True,
        )
    return f"{wished}, which the portal cannot do for you. {instead}. Tell them there, then record it.", True


def afterwards(client: str, wish: Wish | None, ways: Collection[str]) -> str:
    """Say after the client was told that it was not as it wishes; "" where it was, or no wish is recorded."""
    if wish is None or wish.key in ways:
        return ""
    return f"{client} was not told by {wish.words}, as it wishes. The record says so."
