"""Who can do what in the demonstration, and the links by which its three personas enter."""

from __future__ import annotations

from dataclasses import dataclass

from clients.trust.demonstration.spec import client_slugs, read
from portal.accounts.actions import make_entry_link
from portal.accounts.models import User


@dataclass(frozen=True)
class Persona:
    """Somebody as whom a visitor looks round: the role and what it may do, in words."""

    email: str
    role: str
    may: str


PERSONAS = (
    Persona(
        "priya.nair@northgate.example",
        "owner of Northgate Automation and lead of Harbour & Finch",
        "sees every client; changes registers, reads exports, makes packs, invites people",
    ),
    Persona(
        "margaret.hale@harbourfinch.example",
        "approver at the client Harbour & Finch",
        "sees Harbour & Finch alone: posture, registers, documents; nothing marked internal",
    ),
    Persona(
        "ruth.adeyemi@calloway-audit.example",
        "auditor, with an end date",
        "sees every client and the activity, exports both, changes nothing",
    ),
)


@dataclass(frozen=True)
class Entrance:
    """A persona with the name of its person and the link that enters as them."""

    persona: Persona
    name: str
    link: str


def entrances() -> list[Entrance]:
    """Make a link for each persona. Raises Refused outside a demonstration."""
    found = []
    for persona in PERSONAS:
        user = User.objects.get(email=persona.email)
        found.append(Entrance(persona, user.name, make_entry_link(user)))
    return found


def others() -> list[str]:
    """Say who else works here: the practice's people and how many a client has of its own."""
    named = {persona.email for persona in PERSONAS}
    staff = [each for each in read("practice")["people"] if each["email"] not in named]
    words = [f"{each['name']} ({'has left' if each.get('until', 1) < 0 else each['role']})" for each in staff]
    clients = [f"{read(slug)['name']} ({len(read(slug)['people'])} people)" for slug in client_slugs()]
    return [f"Northgate's others: {', '.join(words)}", f"Clients: {', '.join(clients)}"]
