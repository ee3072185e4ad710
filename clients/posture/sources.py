"""Where rooms above this one tell what they keep: facts for the rules, and the pages of records behind a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from clients.posture.rules.facts import Person, Reference
from clients.posture.rules.incidents.facts import Responses
from portal.tenancy.models import Client


@dataclass(frozen=True)
class Question:
    """Whose facts are asked for, and when. `person` finds who answers for a record by the id of a user.

    A reader leaves out what people of the client do not see, whoever asks: both sides get the same answer.
    """

    client: Client
    now: datetime
    zone: ZoneInfo
    person: Callable[[UUID | None], Person | None]


Reader = Callable[[Question], Responses]
Address = Callable[[Client, Reference], str]

_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Let a room tell what it keeps of incidents. Called once, when the apps are ready."""
    if reader not in _readers:
        _readers.append(reader)


def responses(question: Question) -> Responses | None:
    """Ask every room; None where none keeps incidents, which is not the same as that there were none."""
    found = [read(question) for read in _readers]
    if not found:
        return None
    return Responses(
        tuple(each for answer in found for each in answer.incidents),
        tuple(each for answer in found for each in answer.measures),
        next((answer.plan for answer in found if answer.plan), None),
    )


def register_address(register: str, address: Address) -> None:
    """Let a room say where a kind of its records stands."""
    _addresses[register] = address


def address_of(client: Client, reference: Reference) -> str:
    """Where a record stands: on a page of its own, in a register, or among what was agreed with the client."""
    address = _addresses.get(reference.register)
    if address is not None:
        return address(client, reference)
    kwargs = {"client_slug": client.slug, "register": reference.register, "pk": reference.pk}
    return reverse("record_show", kwargs=kwargs)


def _support(client: Client, _: Reference) -> str:
    return reverse("support_show", kwargs={"client_slug": client.slug})


def _contact(client: Client, reference: Reference) -> str:
    return f"{reverse('contact_list', kwargs={'client_slug': client.slug})}#contact-{reference.pk}"


def _access_review(client: Client, reference: Reference) -> str:
    return reverse("access_review_show", kwargs={"client_slug": client.slug, "pk": reference.pk})


_addresses: dict[str, Address] = {
    "support": _support,
    "contacts": _contact,
    "access-reviews": _access_review,
}
