"""Builds the incidents of the demonstration, one after the other as they began."""

from __future__ import annotations

import json

from clients.trust.demonstration.people import House
from clients.trust.demonstration.registers import lead_of
from clients.trust.demonstration.spec import Entry
from incidents.response.actions import open_incident
from incidents.response.demonstration.plans import agree_on_plans
from incidents.response.demonstration.spec import begin, read, span
from incidents.response.demonstration.steps import Story, take
from incidents.response.intake.receiving import receive
from incidents.response.intake.sources import add_source
from incidents.response.models import AlertSource, Incident, IncidentCounter
from incidents.response.plans.exercises import start_exercise
from portal.audit.actions import action
from portal.tenancy.models import Client

FILES = ("history", "running")
#: Facts that an incident may have from the start.
AT_ONCE = ("summary", "source", "systems", "personal_data", "our_role", "data_categories", "jurisdictions")


def build(house: House) -> str:
    """Build all of it; give the words of the report."""
    _continue_numbers(house, read("history")["last_number_before"])
    _add_sources(house)
    plans = agree_on_plans(house)
    made = [pk for name in FILES for entry in read(name)["incidents"] for pk in _happen(house, entry)]
    rows = Incident.objects.filter(pk__in=made).real()
    return f"{rows.count()} incidents, {rows.unclosed().count()} of them not closed; {plans} response plans"


def _continue_numbers(house: House, last: int) -> None:
    """The practice numbered its incidents before it had the portal."""
    with action("incident.open", by=house.owner, why="The numbers go on"):
        IncidentCounter.objects.create(practice=house.practice, last=last)


def _add_sources(house: House) -> None:
    """Add the sources of alerts; their secrets are told to nobody."""
    for slug, entries in read("running")["sources"].items():
        for each in entries:
            add_source(
                house.clients[slug],
                {"name": each["name"], "allowed_addresses": each.get("networks", ())},
                by=house.people[each["by"]],
                now=house.calendar.at(each["added"]),
            )


def _happen(house: House, entry: Entry) -> list[int]:
    """Open an incident and do what happened to each client's part of it; give the ids."""
    began = begin(entry["at"], house.calendar)
    clients = [house.clients[slug] for slug in entry["clients"]]
    if "alert" in entry:
        opened = [_from_alert(clients[0], entry, house)]
    elif "scenario" in entry:
        by = house.people[entry["by"]]
        opened = [start_exercise(clients[0], scenario=entry["scenario"], by=by, now=began)]
    else:
        opened = open_incident(
            clients,
            title=entry["title"],
            severity=entry["severity"],
            by=house.people[entry["by"]] if "by" in entry else lead_of(house, clients[0]),
            now=began,
            detected_at=began + span(entry["detected"]) if "detected" in entry else None,
            facts={name: entry[name] for name in AT_ONCE if name in entry},
        )
    for incident in opened:
        story = Story(house, incident, began)
        for step in entry["steps"]:
            take(story, step)
    return [incident.pk for incident in opened]


def _from_alert(client: Client, entry: Entry, house: House) -> Incident:
    """Let a source of alerts open the incident, by the message that it would have sent."""
    began = begin(entry["at"], house.calendar)
    name, reference = entry["alert"]["source"], entry["alert"]["reference"]
    source = AlertSource.objects.for_client(client).select_related("client").get(name=name)
    message = {
        "summary": entry["title"],
        "severity": entry["severity"],
        "reference": reference,
        "source": name,
        "at": began.isoformat(),
    }
    receive(source, json.dumps(message).encode(), key=reference, signature=reference, now=began)
    rows = Incident.objects.for_client(client).select_related("client")
    found: Incident = rows.get(alert_reference=reference)
    return found
