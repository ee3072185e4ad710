"""One event that hit two clients of a practice, with everything an incident has; another practice had one too.

Every word of a part begins with the client's short name. What people of a client may never read says `-internal`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clients.registers.models import Workflow
from incidents.response import actions
from incidents.response.breach_actions import start_clocks
from incidents.response.intake import sources
from incidents.response.models import Incident
from incidents.response.notices.actions import approve_notice, draft_notice, edit_notice, send_notice
from incidents.response.notices.pack import print_notice
from incidents.response.post_mortems.actions import ask_review, give_review, write_section
from incidents.response.post_mortems.measures import add_measure, drop_measure, edit_measure
from incidents.response.post_mortems.registry import print_incident
from incidents.response.post_mortems.sharing import share
from incidents.response.rules.post_mortem import sections
from incidents.response.timeline_actions import add_entry, correct_entry, link_record
from incidents.response.update_actions import Words, send_update
from portal.accounts.models import User
from portal.documents import press
from portal.documents.models import Document
from portal.tenancy.models import Client
from tests.incidents.response.made import fresh

HOUR = timedelta(hours=1)
NAMES = {"alder": "Alder & Sons", "birch": "Birch Clinic", "cedar": "Cedar Shipping"}


@dataclass(frozen=True)
class Team:
    """Who works for a client: who leads, who reviews."""

    lead: User
    reviewer: User


def open_parts(clients: list[Client], lead: User, now: datetime) -> list[Incident]:
    """Log the event once for all clients, then give each part the title that its client reads."""
    parts = actions.open_incident(
        clients, title="The host was down", severity="SEV2", by=lead, now=now - 9 * HOUR, detected_at=now - 10 * HOUR,
        facts={"personal_data": "yes", "jurisdictions": ["GB"], "people_affected": 12},
    )  # fmt: skip
    for part in parts:
        slug = part.client.slug
        facts = {"title": f"{slug}-title", "summary": f"{slug}-summary", "systems": [f"{slug}-system"]}
        actions.edit_facts(part, facts, by=lead, now=now - 8 * HOUR)
    return [fresh(part) for part in parts]


def fill(part: Incident, team: Team, now: datetime) -> Incident:
    """Write everything there is into a part, and share its post-mortem."""
    slug, lead = part.client.slug, team.lead
    actions.acknowledge(part, by=lead, now=now - 8 * HOUR)
    wrong = add_entry(part, f"{slug}-entry", at=now - 7 * HOUR, by=lead, now=now)
    correct_entry(wrong, f"{slug}-correction", at=now - 7 * HOUR, by=lead, now=now, why=f"{slug}-why")
    ours = add_entry(part, f"{slug}-internal-entry", at=now - 7 * HOUR, by=lead, now=now, internal=True)
    why = f"{slug}-internal-why"
    correct_entry(ours, f"{slug}-internal-entry", at=now - 7 * HOUR, by=lead, now=now, why=why)
    actions.name_lead(part, team.reviewer, by=lead, now=now, why=why)
    actions.set_responder(part, "scribe", lead, by=lead, now=now, why=why)
    own = {"practice_id": part.practice_id, "client": part.client}
    record = Workflow.objects.create(**own, name=f"{slug}-workflow", platform="n8n")
    link_record(part, record, "paused", by=lead, now=now)
    send_update(part, Words(f"{slug}-update"), by=lead, now=now - 6 * HOUR)
    start_clocks(part, ["uk-gdpr-processor", "uk-gdpr-ico"], by=lead, now=now - 6 * HOUR)
    _notice(part, team, now)
    draft = draft_notice(part, "authority", by=lead, now=now)
    edit_notice(
        draft, title=f"{slug}-internal-notice", text=f"{slug}-internal-text", version=1, by=lead, now=now
    )
    for name in ("contained_at", "resolved_at"):
        actions.record_instant(
            part, name, now - 5 * HOUR, by=lead, now=now - 4 * HOUR, words=f"{slug}-{name}"
        )
    _post_mortem(part, team, now)
    return fresh(part)


def _notice(part: Incident, team: Team, now: datetime) -> None:
    clock = part.clocks.get(clock="uk-gdpr-processor")
    notice = draft_notice(part, "client", by=team.reviewer, now=now, clock=clock)
    words = f"{part.client.slug}-notice"
    notice = edit_notice(notice, title=words, text=f"## {words}", version=1, by=team.reviewer, now=now)
    notice = approve_notice(notice, version=notice.version, by=team.lead, now=now)
    sent = send_notice(notice, by=team.lead, now=now)
    sent.incident = fresh(part)
    print_notice(sent, by=team.lead, now=now)


def _post_mortem(part: Incident, team: Team, now: datetime) -> None:
    slug = part.client.slug
    # Before it is shared nothing but the clocks that run is left to decide.
    part.clocks.filter(outcome="").update(
        outcome="not_notified", decided_at=now, decided_by=team.lead, reason=f"{slug}-reason"
    )
    for section in sections(short=False):
        write_section(part, section.key, f"{slug}-post-mortem", version=0, by=team.lead, now=now)
    facts = {"kind": "preventive", "text": f"{slug}-measure", "owner": team.lead, "due_on": now.date()}
    measure = add_measure(part, facts, by=team.lead, now=now)
    other = add_measure(part, {**facts, "text": f"{slug}-internal-idea"}, by=team.lead, now=now)
    drop_measure(other, by=team.lead, now=now, why=f"{slug}-internal-why")
    ask_review(part, by=team.lead, now=now)
    give_review(part, approved=True, note=f"{slug}-internal-review", by=team.reviewer, now=now)
    share(part, by=team.lead, now=now)
    address = f"https://tracker.test/{slug}-internal-ticket"
    measure.refresh_from_db()
    measure.incident = fresh(part)
    edit_measure(measure, {**facts, "tracking_url": address}, version=measure.version, by=team.lead, now=now)
    print_incident(fresh(part), by=team.lead, now=now)


def print_all(client: Client) -> None:
    """Print the papers that were asked for: notice, record of the incident, post-mortem."""
    for pk in list(Document.objects.filter(client=client).values_list("pk", flat=True)):
        made = press.make(pk, task="test")
        assert made is not None
        assert made.error == ""


def hidden_rows(client: Client, lead: User, now: datetime) -> None:
    """Add what only people of the practice may know of: a drill, an unshared post-mortem, a source of alerts."""
    slug = client.slug
    [drill] = actions.open_incident(
        [client], title=f"{slug}-internal-drill", severity="SEV1", by=lead, now=now - 2 * HOUR, drill=True
    )
    add_entry(drill, f"{slug}-internal-step", at=now - HOUR, by=lead, now=now)
    send_update(drill, Words(f"{slug}-internal-update"), by=lead, now=now)
    draft_notice(drill, "client", by=lead, now=now)
    actions.record_instant(drill, "resolved_at", now - HOUR, by=lead, now=now)
    write_section(drill, "summary", f"{slug}-internal-lesson", version=0, by=lead, now=now)
    [other] = actions.open_incident(
        [client], title=f"{slug}-second", severity="SEV3", by=lead, now=now - 2 * HOUR
    )
    actions.record_instant(other, "resolved_at", now - HOUR, by=lead, now=now)
    write_section(other, "summary", f"{slug}-internal-draft", version=0, by=lead, now=now)
    facts = {"kind": "corrective", "text": f"{slug}-internal-measure", "owner": lead, "due_on": now.date()}
    add_measure(other, facts, by=lead, now=now)
    sources.add_source(client, {"name": f"{slug}-internal-source"}, by=lead, now=now)


def foreign_words(slugs: set[str]) -> set[str]:
    """The words of clients that somebody may not know of: their names, and everything that was written for them."""
    found = (
        {NAMES[slug] for slug in slugs} | {f"{slug}-" for slug in slugs} | {f"/c/{slug}/" for slug in slugs}
    )
    return found | {name.replace("&", "&amp;") for name in found}
