"""Whom to call about an incident: the escalation path of both sides, and who of it the portal cannot tell."""

from __future__ import annotations

from dataclasses import dataclass

from clients.engagements.models import Contact
from incidents.response.models import Incident


@dataclass(frozen=True)
class Callee:
    """Somebody on the path. untold: nobody here can message them, so they must be called."""

    contact: Contact
    untold: bool


def callees(incident: Incident, *, for_practice: bool) -> list[Callee]:
    """List the path in its order, the practice's side first; the client's people see the practice's side. One query.

    Nobody on it hears of a drill but people of the practice.
    """
    rows = Contact.objects.for_client(incident.client).live().in_order().select_related("user")
    sides = [Contact.Side.PRACTICE]
    if for_practice and not incident.drill:
        sides.append(Contact.Side.CLIENT)
    listed = list(rows.filter(side__in=sides))
    listed.sort(key=lambda each: sides.index(Contact.Side(each.side)))
    return [Callee(each, each.user is None or not each.user.is_active) for each in listed]
