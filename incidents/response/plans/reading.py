"""What a plan says now, as JSON values read from the records: what is approved, printed and compared later."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString

from clients.engagements.models import Contact, SupportScope
from clients.engagements.queries import contacts_of, path_of, support_of
from clients.engagements.rules import escalation
from incidents.response.models import Incident, ResponsePlan
from incidents.response.obligations import POST_MORTEM_WITHIN
from incidents.response.rules import catalogue, clocks, phases, plans
from incidents.response.rules.exercises import examples
from incidents.response.rules.severities import OPTIONAL, SHORT_FORM, needs_post_mortem, severities
from portal.deadlines.rules.durations import parse
from portal.deadlines.rules.durations import words as length_words
from portal.lib.holiday_calendars import calendar_name
from portal.lib.markdown import to_html
from portal.tenancy.models import Client

Reading = dict[str, Any]
SCHEMA = "plumbline/response-plan/1"
POST_MORTEMS = {SHORT_FORM: "Short form", OPTIONAL: "Not promised"}
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?= )", re.MULTILINE)
AROUND_THE_CLOCK = "Around the clock"


def read(client: Client, plan: ResponsePlan | None, on: date) -> Reading:
    """Read everything that the plan says on a day. Two queries. plan None: nothing was written yet."""
    scope, contacts = support_of(client), contacts_of(client)
    names = {escalation.CLIENT: client.name, escalation.PRACTICE: client.practice.name}
    codes = list(plan.jurisdictions) if plan else []
    role = plan.our_role if plan else Incident.OurRole.PROCESSOR
    return {
        "schema": SCHEMA,
        "names": names,
        "text": plan.text if plan else "",
        "role": str(Incident.OurRole(role).label),
        "jurisdictions": [catalogue.jurisdictions().get(code, code) for code in codes],
        "severities": _severities(scope),
        "support": _support(scope, on),
        "contacts": {side: [_contact(each) for each in path_of(contacts, side)] for side in plans.SIDES},
        "clocks": _clocks(client, codes, role, scope, names),
        "promise": _promise(scope),
        "phases": [{"title": title, "question": question} for _, title, question in phases.TITLES],
    }


def digest(plan: ResponsePlan, reading: Reading) -> str:
    """Give what tells whether somebody sees the plan as it is now: its save and everything that it says."""
    told = json.dumps([plan.pk, plan.revision, reading], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def html_of(text: str) -> SafeString:
    """Give the text as HTML that stands under a second heading: its highest headings are third ones; "" for none."""
    levels = [len(found) for found in _HEADING.findall(text)]
    return to_html(text, top=4 - min(levels, default=1)) if text else SafeString("")


def _severities(scope: SupportScope | None) -> list[dict[str, Any]]:
    every = scope is None or scope.post_mortem_for == SupportScope.PostMortemFor.EVERY
    return [
        {
            "id": level.id,
            "label": level.label,
            "means": level.means,
            "examples": list(examples(level.id)),
            "target": scope.target_words(level.id.lower()) if scope else "",
            "update": _every(level.update_every),
            "post_mortem": POST_MORTEMS.get(needs_post_mortem(level.id, every_incident=every), "Full form"),
        }
        for level in severities().values()
    ]


def _every(duration: str) -> str:
    """Say a cadence: "every hour", "every 4 hours", "every day"; "" for none."""
    return f"every {length_words(parse(duration)).removeprefix('1 ')}" if duration else ""


def _support(scope: SupportScope | None, on: date) -> dict[str, Any]:
    if scope is None:
        return {}
    hours = AROUND_THE_CLOCK
    if scope.opens_at and scope.closes_at:
        hours = f"{scope.opens_at:%H:%M} to {scope.closes_at:%H:%M}, {scope.zone.key}"
    return {
        "tier": scope.get_tier_display(),
        "promised": scope.has_support,
        "ended": scope.has_support and not scope.is_current(on),
        "counted": scope.get_calendar_display(),
        "open": hours,
        "holidays": calendar_name(scope.holidays),
        "channel": ", ".join(filter(None, [scope.get_channel_display(), scope.channel_name])),
    }


def _contact(contact: Contact) -> dict[str, str]:
    return {
        "place": contact.position_words,
        "name": contact.name,
        "role": contact.role,
        "phone": contact.phone,
        "email": contact.email,
        "best": str(contact.get_channel_display()) if contact.channel else "",
    }


def _clocks(
    client: Client, codes: Sequence[str], role: str, scope: SupportScope | None, names: dict[str, str]
) -> list[dict[str, str]]:
    """The clocks that would run on a breach of personal data, ours first; none where no law was chosen."""
    if not codes:
        return []
    facts = clocks.Facts(
        jurisdictions=frozenset(codes),
        role=clocks.BOTH if role == Incident.OurRole.BOTH else role,
        events={},
        zone=ZoneInfo(client.time_zone),
        holiday_calendar=client.holiday_calendar,
        personal_data=clocks.YES,
        contract_hours=f"PT{scope.breach_notice_hours}H" if scope and scope.breach_notice_hours else "",
    )
    found = sorted(clocks.propose(facts), key=lambda each: each.duty != clocks.OURS)
    return [
        {
            "title": each.title,
            "who": names["practice" if each.duty == clocks.OURS else "client"],
            "words": each.words,
            "citation": each.clock.citation,
        }
        for each in found
    ]


def _promise(scope: SupportScope | None) -> str:
    within = length_words(parse(POST_MORTEM_WITHIN))
    reported = scope is not None and scope.post_mortem_from == SupportScope.PostMortemFrom.REPORTING
    every = scope is None or scope.post_mortem_for == SupportScope.PostMortemFor.EVERY
    start = "the report" if reported else "the resolution"
    return f"within {within} of {start}, for {'every incident' if every else 'significant incidents'}"
