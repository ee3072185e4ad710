"""Response plans of the demonstration: written, offered, approved; and the exercises that were run elsewhere."""

from __future__ import annotations

from clients.trust.demonstration.people import House
from clients.trust.demonstration.registers import lead_of
from clients.trust.demonstration.spec import Entry
from incidents.response.demonstration.spec import begin, read
from incidents.response.plans.actions import approve_plan, offer_plan, write_plan
from incidents.response.plans.exercises import record_exercise
from portal.tenancy.models import Client

VALUES = ("text", "changes", "jurisdictions", "our_role")


def agree_on_plans(house: House) -> int:
    """Write every version down, one after the other; give how many there are."""
    entries = read("plans")["plans"]
    for entry in entries:
        _agree(house, house.clients[entry["client"]], entry)
    return len(entries)


def _agree(house: House, client: Client, entry: Entry) -> None:
    written_at = begin(entry["written"], house.calendar)
    author = house.people[entry["by"]]
    plan = write_plan(
        client, {name: entry[name] for name in VALUES if name in entry}, by=author, now=written_at
    )
    plan = offer_plan(plan, by=author, now=written_at)
    if "approved" not in entry:
        return
    approver = house.people[entry["approved_by"]]
    approve_plan(plan, name=approver.name, by=approver, now=begin(entry["approved"], house.calendar))
    if "exercised" in entry:
        _exercise(house, client, entry["exercised"])


def _exercise(house: House, client: Client, entry: Entry) -> None:
    """Record an exercise that was run at somebody's table."""
    at = begin(entry["at"], house.calendar)
    words = {name: entry[name] for name in ("title", "participants", "learnt", "evidence", "severity")}
    record_exercise(client, held_on=at.date(), by=lead_of(house, client), now=at, **words)
