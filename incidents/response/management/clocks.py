"""manage.py incidents clocks: the clocks of the law that given facts would start. Reads no record, asks no database.

With --json it prints one object. Instants are ISO 8601 in the time zone asked for; what is not known is null:

    {"jurisdictions": ["GB"], "role": "processor", "time_zone": "Europe/London", "holidays": "GB-ENG",
     "events": {"awareness": "2026-11-19T10:30:00+00:00"}, "reports": {},
     "clocks": [                      our duty to tell the client first, then by due instant, without one last
       {"id": "uk-gdpr-ico", "title": …, "regime": …, "jurisdiction": "GB",
        "duty": "ours" or "clients", "recipient": "regulator", "recipients": ["regulator"], "authority": …,
        "trigger": "awareness", "trigger_at": …, "time": "72 hours from awareness", "duration": "PT72H",
        "unit": "clock_hours", "basis": "law", "contract" or "target", our own where no contract names hours,
        "due_at": …, "due_at_utc": "…Z", "due_on": a date where whole days count,
        "follows": the id of the report before it, "waits_for": an event or that id, "waiting": the same in words,
        "assumed": false, "assumption": the sentence that says what was assumed, "contents": […], "threshold": …,
        "exemptions": […], "remarks": …, "late_rule": …, "note": …, "citation": …, "status": …, "verification": …,
        "source": …}],
     "left_out": [{"id": …, "title": …, "status": …}]}      unsettled law; --include ID proposes it
"""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError, OutputWrapper

from incidents.response.rules import catalogue, words
from incidents.response.rules.clocks import BOTH, OURS, Facts, Proposal, propose
from portal.deadlines.rules.calendars import check_calendar

HELP = "print the clocks of the law that an incident would start: when each is due, who is told, what"
ROLES = {"processor": "processor", "controller": "controller", "both": BOTH}
ANSWERS = ("yes", "suspected", "no", "unknown")
EXAMPLE = "2026-11-19T10:30+00:00"
MOST_HOURS = 720
HOURS = re.compile(r"(?:PT)?([0-9]{1,4})H?")


class Left(NamedTuple):
    """A clock of unsettled law that was not asked for."""

    id: str
    title: str
    status: str


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what the facts are made of."""

    def several(name: str, metavar: str, about: str, **how: Any) -> None:
        parser.add_argument(name, nargs="+", action="extend", default=[], metavar=metavar, help=about, **how)

    several("--jurisdiction", "CODE", "where it counts: GB EU SG US US-CA US-NY AU CA", required=True)
    parser.add_argument("--role", required=True, metavar="ROLE", help="ours: processor, controller or both")
    several("--event", "NAME=ISO", f"what happened when, such as awareness={EXAMPLE}")
    several("--report", "ID=ISO", "when the report of a clock went out: starts the next of its chain")
    several("--sector", "ID", "the kind of organisation, where a law asks: health, financial_entity …")
    several("--case", "ID", "a case with a time of its own, such as death_of_a_person")
    several("--include", "ID", "a clock of unsettled law that is wanted all the same")
    parser.add_argument("--persons", metavar="N", help="how many people are affected, if that is known")
    for name in ("--personal-data", "--high-risk"):
        parser.add_argument(name, default="unknown", metavar="ANSWER", help=", ".join(ANSWERS))
    parser.add_argument(
        "--contract-hours", metavar="N", help="within how many hours the contract has us tell the client"
    )
    parser.add_argument(
        "--time-zone", default="Europe/London", metavar="NAME", help="in which days are counted"
    )
    parser.add_argument(
        "--holidays", default="GB-ENG", metavar="PLACE", help="of the client: GB-ENG, DE-BE …"
    )
    parser.add_argument(
        "--may-roll-over", action="store_true", help="DORA: the client's first reports may move off a weekend"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(stdout: OutputWrapper, options: dict[str, Any]) -> None:
    """Print the clocks. Raises CommandError, in words and with exit code 2, for facts that cannot be read."""
    try:
        facts = facts_of(options)
        found, left_out = propose(facts), _left_out(facts)
        if options["json"]:
            stdout.write(json.dumps(as_json(facts, found, left_out), indent=2, ensure_ascii=False))
        else:
            stdout.write("\n".join(_lines(facts, found, left_out)))
    except ValueError as fault:
        raise CommandError(str(fault), returncode=2) from None
    except OverflowError:
        raise CommandError("An instant lies outside the calendar.", returncode=2) from None


def facts_of(options: dict[str, Any]) -> Facts:
    """Read the facts. Raises ValueError with a sentence for what is not one."""
    unsettled = [clock.id for clock in catalogue.clocks() if not clock.is_settled]
    codes = [code.upper() for code in options["jurisdiction"]]
    places = set(catalogue.jurisdictions()) - {catalogue.CONTRACTUAL}
    reports = [
        *catalogue.by_id(),
        *(f"{each.id}{catalogue.FOLLOW_UP}" for each in catalogue.clocks() if each.follow_up),
    ]
    check_calendar(f"business:{options['holidays']}")
    return Facts(
        jurisdictions=_known(codes, places, "a jurisdiction"),
        role=ROLES[_one(options["role"], ROLES, "a role")],
        events=_instants(options["event"], catalogue.trigger_events(), "an event"),
        zone=_zone(options["time_zone"]),
        holiday_calendar=options["holidays"],
        sectors=_known(options["sector"], catalogue.sectors(), "a sector"),
        personal_data=_one(options["personal_data"], ANSWERS, "an answer"),
        high_risk=_one(options["high_risk"], ANSWERS, "an answer"),
        persons=_persons(options["persons"]),
        contract_hours=_hours(options["contract_hours"]),
        switched_on=_known(options["include"], unsettled, "an unsettled clock"),
        may_roll_over=options["may_roll_over"],
        cases=_known(options["case"], catalogue.cases(), "a case"),
        reports=_instants(options["report"], reports, "a clock"),
    )


def as_json(facts: Facts, found: Sequence[Proposal], left_out: Sequence[Left]) -> dict[str, Any]:
    """Give what the module's own words describe."""
    say = _in(facts.zone)
    return {
        "jurisdictions": sorted(facts.jurisdictions),
        "role": next(name for name, role in ROLES.items() if role == facts.role),
        "time_zone": str(facts.zone),
        "holidays": facts.holiday_calendar,
        "events": {name: say(at) for name, at in facts.events.items()},
        "reports": {name: say(at) for name, at in facts.reports.items()},
        "clocks": [_entry(each, say) for each in found],
        "left_out": [each._asdict() for each in left_out],
    }


def _entry(each: Proposal, say: Callable[[datetime], str]) -> dict[str, Any]:
    clock = each.clock
    return {
        "id": each.id,
        "title": each.title,
        "regime": clock.regime,
        "jurisdiction": clock.jurisdiction,
        "duty": each.duty,
        "recipient": words.recipients(clock.notify),
        "recipients": list(clock.notify),
        "authority": clock.authority,
        "trigger": each.trigger,
        "trigger_at": say(each.trigger_at) if each.trigger_at else None,
        "time": each.words,
        "duration": each.duration or None,
        "unit": each.unit,
        "basis": each.basis,
        "due_at": say(each.due_at) if each.due_at else None,
        "due_at_utc": _utc(each.due_at) if each.due_at else None,
        "due_on": each.due_on.isoformat() if each.due_on else None,
        "follows": each.follows or None,
        "waits_for": each.waits_for or None,
        "waiting": words.waiting(each.waits_for) or None,
        "assumed": each.assumed,
        "assumption": each.assumption or None,
        "contents": list(clock.content),
        "threshold": clock.threshold,
        "exemptions": list(clock.exemptions),
        "remarks": clock.notes or None,
        "late_rule": clock.late_rule or None,
        "note": each.note or None,
        "citation": clock.citation,
        "status": words.status(clock.status),
        "verification": clock.verification,
        "source": clock.source,
    }


def _lines(facts: Facts, found: Sequence[Proposal], left_out: Sequence[Left]) -> Iterator[str]:
    say = _in(facts.zone)
    if not found:
        yield "No clock applies to these facts."
    for each in found:
        yield f"{each.title} ({each.id})"
        for name, text in _told(each, say):
            if text:
                yield f"  {name:<11}{text}"
        yield ""
    for left in left_out:
        yield f"Left out, {left.status}: {left.title}. With --include {left.id} it is proposed."
    yield "These are proposals, not legal advice: a person decides on each."


def _told(each: Proposal, say: Callable[[datetime], str]) -> Iterator[tuple[str, str]]:
    clock = each.clock
    if each.due_at:
        day = f", the end of {each.due_on.isoformat()}" if each.due_on else ""
        yield "Due", f"{say(each.due_at)} ({_utc(each.due_at)}){day}"
    else:
        yield "Due", words.waiting(each.waits_for) or f"{each.words}: the law names no time"
    yield "Time", each.words
    yield "Trigger", f"{words.STARTS[each.trigger]}, {say(each.trigger_at)}" if each.trigger_at else ""
    yield "Duty", "ours" if each.duty == OURS else "the client's own"
    yield "Tell", words.recipients(clock.notify)
    yield "Authority", clock.authority
    yield "Contents", "; ".join(clock.content)
    yield "Threshold", clock.threshold
    yield "Exemptions", "; ".join(clock.exemptions)
    yield "If late", clock.late_rule
    yield "Assumed", each.assumption
    yield "Note", each.note
    yield "Remarks", clock.notes
    yield "Law", f"{clock.citation} ({words.status(clock.status)}; {clock.verification})"
    yield "Source", clock.source


def _left_out(facts: Facts) -> list[Left]:
    everything = propose(replace(facts, switched_on=frozenset(catalogue.by_id())))
    proposed = {each.id for each in propose(facts)}
    return [
        Left(each.id, each.title, words.status(each.clock.status))
        for each in everything
        if each.id not in proposed and each.id == each.clock.id
    ]


def _in(zone: tzinfo) -> Callable[[datetime], str]:
    return lambda at: at.astimezone(zone).isoformat()


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _one(value: str, known: Collection[str], what: str) -> str:
    if value not in known:
        raise ValueError(f"“{value}” is not {what}. Choose {_or(known)}.")
    return value


def _known(values: Iterable[str], known: Collection[str], what: str) -> frozenset[str]:
    return frozenset(_one(value, known, what) for value in values)


def _or(known: Iterable[str]) -> str:
    *others, last = sorted(known)
    return f"{', '.join(others)} or {last}" if others else last


def _instants(values: Iterable[str], known: Collection[str], what: str) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for value in values:
        name, _, text = value.partition("=")
        if _one(name, known, what) in found:
            raise ValueError(f"“{name}” is given twice. Give one instant for it.")
        found[name] = _instant(name, text)
    return found


def _instant(name: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"“{text}” is not an instant. Write it as {name}={EXAMPLE}.") from None
    if at.utcoffset() is None:
        raise ValueError(
            f"“{name}={text}” does not say how far from UTC it is. Write the offset too, such as {name}={EXAMPLE}."
        )
    return at


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ValueError(f"“{name}” is not a time zone. Write it as Europe/London.") from None


def _hours(text: str | None) -> str:
    """Read a number of hours, 30 days of them at most, into a duration: 48 or PT48H. None given: ""."""
    if text is None:
        return ""
    found = HOURS.fullmatch(text.strip())
    number = int(found[1]) if found else 0
    if not 1 <= number <= MOST_HOURS:
        raise ValueError(
            f"“{text}” is not a number of hours. Write a whole number from 1 to {MOST_HOURS}, such as 48."
        )
    return f"PT{number}H"


def _persons(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 10:
        raise ValueError(f"“{text}” is not a number of people. Write a whole number, or leave it out.")
    return int(text)
