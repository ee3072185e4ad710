"""What runs by the agreement with a client is brought to it when it changes: response, post-mortem, duty to tell."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from incidents.response.changing import changing
from incidents.response.models import Incident
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User


def follow_agreement(client: Client, by: User | None, now: datetime) -> None:
    """Bring the clocks of a client's unclosed incidents to what is agreed now, in the change of the agreement."""
    for incident in Incident.objects.for_client(client).unclosed().select_related("client").order_by("pk"):
        with changing(incident, "incident.follow_agreement", by=by, now=now):
            pass  # every change brings deadlines and clocks to the record
