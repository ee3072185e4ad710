"""Deadlines of incidents change hands with what they hang on: the lead, a role of the response, the measure itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils import timezone

from incidents.response.actions import name_lead, set_responder
from incidents.response.kinds import MEASURE, NOTICE
from incidents.response.models import BreachClock, Incident, Measure, Responder
from incidents.response.obligations import POST_MORTEM, RESPONSE, UPDATE
from incidents.response.post_mortems.measures import edit_measure
from portal.lib.refused import Refused

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.deadlines.models import Deadline
    from portal.tenancy.models import Client

Role = Responder.Role


def lead(deadline: Deadline, *, owner: User, backup_owner: User | None, by: User, why: str) -> None:
    """Whoever gets the first response or the post-mortem leads the incident."""
    incident = _incident(deadline.client, deadline.subject_id)
    name_lead(incident, owner, by=by, now=timezone.now(), why=why)
    _deputy(incident, deadline, owner, backup_owner, by=by, why=why)


def liaison(deadline: Deadline, *, owner: User, backup_owner: User | None, by: User, why: str) -> None:
    """Whoever gets the next word to the client is its liaison."""
    _in_role(deadline, Role.CLIENT_LIAISON, deadline.subject_id, owner, backup_owner, by=by, why=why)


def privacy_lead(deadline: Deadline, *, owner: User, backup_owner: User | None, by: User, why: str) -> None:
    """Whoever gets a clock of the law decides on the clocks of its incident."""
    clock = BreachClock.objects.for_client(deadline.client).get(pk=deadline.subject_id)
    _in_role(deadline, Role.PRIVACY_LEAD, str(clock.incident_id), owner, backup_owner, by=by, why=why)


def measure(deadline: Deadline, *, owner: User, backup_owner: User | None, by: User, why: str) -> None:
    """The measure itself changes hands. Its backup is who leads the incident. Raises Refused for another one."""
    if backup_owner is not None and backup_owner.pk not in (owner.pk, deadline.backup_owner_id):
        raise Refused("The backup of a measure is who leads its incident. Name another lead there.")
    rows = Measure.objects.for_client(deadline.client).select_related("incident__client")
    row = rows.get(pk=deadline.subject_id)
    edit_measure(row, {"owner": owner}, version=row.version, by=by, now=timezone.now(), why=why)


BY_KIND: dict[str, Callable[..., None]] = {
    RESPONSE: lead,
    POST_MORTEM: lead,
    UPDATE: liaison,
    NOTICE: privacy_lead,
    MEASURE: measure,
}


def _in_role(
    deadline: Deadline,
    role: str,
    incident_id: str,
    owner: User,
    backup_owner: User | None,
    *,
    by: User,
    why: str,
) -> None:
    incident = _incident(deadline.client, incident_id)
    set_responder(incident, role, owner, by=by, now=timezone.now(), why=why)
    _deputy(incident, deadline, owner, backup_owner, by=by, why=why)


def _deputy(
    incident: Incident, deadline: Deadline, owner: User, backup_owner: User | None, *, by: User, why: str
) -> None:
    """A backup that was chosen anew is the deputy; without one the roles and the escalation path name it."""
    if backup_owner is None or backup_owner.pk in (owner.pk, deadline.backup_owner_id):
        return
    set_responder(incident, Role.DEPUTY, backup_owner, by=by, now=timezone.now(), why=why)


def _incident(client: Client, pk: str) -> Incident:
    found: Incident = Incident.objects.for_client(client).select_related("client", "lead").get(pk=pk)
    return found
