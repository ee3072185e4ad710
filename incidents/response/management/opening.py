"""manage.py incidents open: open an incident from the shell or from a script, and say which clocks it started.

With --json it prints one object. Instants are ISO 8601 in the client's time zone; deadlines stand by due instant:

    {"reference": "INC-0042",
     "deadlines": [{"kind": "incident.response", "started_at": …, "due_at": …, "source": "Support scope, …"}]}
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, OutputWrapper
from django.utils import timezone

from incidents.response.actions import open_incident
from incidents.response.models import BreachClock, Incident
from portal.deadlines.models import Deadline
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.system import as_operator, find_client

HELP = "open an incident for a client and print its number and the deadlines that it started"
EXAMPLE = "2026-11-19T10:30+00:00"
REASON = "manage.py incidents open"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what is known of it."""
    parser.add_argument("--client", required=True, metavar="SLUG", help="the part after /c/ in its address")
    parser.add_argument("--practice", metavar="SLUG", help="needed when several practices have such a client")
    parser.add_argument("--title", required=True, help="what happened, in a few words")
    parser.add_argument("--severity", required=True, metavar="LEVEL", help="SEV1, SEV2, SEV3 or SEV4")
    parser.add_argument("--detected-at", metavar="ISO", help=f"when it was noticed, such as {EXAMPLE}")
    parser.add_argument("--reported-at", metavar="ISO", help="when it was told; now, when left out")
    parser.add_argument("--summary", default="", help="what is known, in two or three sentences")
    parser.add_argument("--drill", action="store_true", help="an exercise: nobody outside is told")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(stdout: OutputWrapper, options: dict[str, Any]) -> None:
    """Open it and print what it started. Raises CommandError, in words and with exit code 2, for what is refused."""
    try:
        severity = _severity(options["severity"])
        title, summary = _title(options["title"]), _summary(options["summary"])
        detected_at, reported_at = (_instant(options, name) for name in ("detected_at", "reported_at"))
        practice_id, client_id = find_client(options["client"], options["practice"])
        with as_operator(practice_id, REASON, client_id=client_id):
            client = Client.objects.get(pk=client_id)
            [incident] = open_incident(
                [client],
                title=title,
                severity=severity,
                by=None,
                now=timezone.now(),
                detected_at=detected_at or reported_at,
                reported_at=reported_at,
                facts={"summary": summary, "source": "The command line"},
                drill=options["drill"],
            )
            found = started_by(incident)
    except (Refused, ValueError) as refusal:
        raise CommandError(str(refusal), returncode=2) from None
    except ValidationError as refusal:
        raise CommandError(" ".join(refusal.messages), returncode=2) from None
    _print(stdout, client, incident, found, as_json=options["json"])


def started_by(incident: Incident) -> list[Deadline]:
    """List the deadlines that run for an incident and for its clocks, soonest first."""
    rows = Deadline.objects.for_client(incident.client).open()
    clocks = [str(pk) for pk in BreachClock.objects.filter(incident=incident).values_list("pk", flat=True)]
    own = rows.filter(subject_type="response.incident", subject_id=str(incident.pk))
    legal = rows.filter(subject_type="response.breachclock", subject_id__in=clocks)
    return sorted([*own, *legal], key=lambda each: (each.due_at, each.pk))


def _print(
    stdout: OutputWrapper, client: Client, incident: Incident, found: Sequence[Deadline], *, as_json: bool
) -> None:
    zone = ZoneInfo(client.time_zone)
    entries = [
        {
            "kind": each.kind,
            "started_at": each.started_at.astimezone(zone).isoformat() if each.started_at else None,
            "due_at": each.due_at.astimezone(zone).isoformat(),
            "source": each.source,
        }
        for each in found
    ]
    if as_json:
        answer = {"reference": incident.reference, "deadlines": entries}
        stdout.write(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    stdout.write(f"{incident.reference} is open for {client.name}: {incident.title} ({incident.severity}).")
    for deadline, entry in zip(found, entries, strict=True):
        stdout.write(f"  {deadline.title}: due {entry['due_at']}. {entry['source']}")
    if not entries:
        stdout.write(
            "  No deadline runs: no support was agreed, and this severity has no cadence of updates."
        )


def _severity(text: str) -> str:
    level = text.strip().upper()
    if level not in Incident.Severity.values:
        raise ValueError(f"“{text}” is not a severity. Choose SEV1, SEV2, SEV3 or SEV4.")
    return level


def _title(text: str) -> str:
    if len(text) > 200:
        raise ValueError(f"The title has {len(text)} characters; at most 200 fit.")
    return text


def _summary(text: str) -> str:
    if len(text) > 2000:
        raise ValueError(f"The summary has {len(text)} characters; at most 2,000 fit.")
    return text


def _instant(options: dict[str, Any], name: str) -> datetime | None:
    text = options[name]
    if text is None:
        return None
    flag = f"--{name.replace('_', '-')}"
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"“{text}” is not an instant. Write it as {flag} {EXAMPLE}.") from None
    if at.utcoffset() is None:
        raise ValueError(f"{flag} {text} does not say how far from UTC it is. Write it as {EXAMPLE}.")
    return at
