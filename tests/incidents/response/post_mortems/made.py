"""A post-mortem with everything that its rules ask for, made by the room's own actions."""

from __future__ import annotations

from datetime import date, datetime

from incidents.response.actions import acknowledge, record_instant
from incidents.response.models import Incident, PostMortem
from incidents.response.post_mortems.actions import ask_review, give_review, write_section
from incidents.response.post_mortems.measures import add_measure
from incidents.response.rules.post_mortem import sections
from portal.accounts.models import User
from portal.tenancy.models import Assignment, Client
from tests.incidents.response.made import at, fresh, opened

#: Friday 20 November 2026, half past four in London: the post-mortem is due on Sunday at the same time.
RESOLVED = at(20, 16, 30)


def resolved(client: Client, by: User, severity: str = "SEV3", **more: object) -> Incident:
    """An incident that was opened on Thursday and resolved on Friday."""
    incident = opened(client, by, severity, facts={"personal_data": "no"}, **more)
    acknowledge(incident, by=by, now=at(19, 11))
    record_instant(incident, "contained_at", at(19, 12), by=by, now=at(19, 12))
    record_instant(incident, "resolved_at", RESOLVED, by=by, now=RESOLVED)
    return fresh(incident)


def write_all(incident: Incident, by: User, now: datetime = RESOLVED) -> Incident:
    """Write every section that its form has, and add one measure of each sort."""
    short = incident.severity in ("SEV3", "SEV4")
    for section in sections(short=short):
        write_section(incident, section.key, f"Words on {section.title}.", version=0, by=by, now=now)
    for kind in ("corrective", "preventive"):
        facts = {"kind": kind, "text": f"A {kind} step", "owner": by, "due_on": date(2026, 12, 1)}
        add_measure(incident, facts, by=by, now=now)
    return fresh(incident)


def consultant(client: Client, person: User) -> User:
    """Somebody else who works for the client."""
    Assignment.objects.create(
        practice_id=client.practice_id, client=client, user=person, role="consultant", from_at=at(1, 8)
    )
    return person


def reviewed(incident: Incident, by: User, now: datetime = RESOLVED) -> PostMortem:
    """Ask for its review as the author and give it as another."""
    return give_review(incident, approved=True, note="Clear.", by=by, now=now)


__all__ = ["RESOLVED", "ask_review", "consultant", "resolved", "reviewed", "write_all"]
