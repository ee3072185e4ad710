"""What becomes of a message that was signed: a new incident, an entry of a running one, or nothing to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from incidents.response.actions import open_incident, reopen
from incidents.response.changing import changing, write_entry
from incidents.response.models import AlertReceipt, AlertSource, Incident, TimelineEntry
from incidents.response.rules.alerts import ASSUMED, FIRING, Alert, read_alert
from incidents.response.rules.returning import FOLLOW, NOTHING, REOPEN, WRITE, becomes
from incidents.response.rules.signatures import WINDOW
from portal.audit.actions import action, record
from portal.deadlines.rules.clocks import span

OPENED, UPDATED, CLEARED, REOPENED, NOTHING_OPEN = "opened", "updated", "cleared", "reopened", "nothing_open"


class RepeatedError(Exception):
    """A key or a signature that was used already, for something else."""


@dataclass(frozen=True)
class Answer:
    """What the sender is told. `again`: the message had come already and nothing was done this time."""

    result: str
    reference: str
    again: bool = False

    @property
    def status(self) -> int:
        """201 only for the message that opened an incident."""
        return 201 if self.result == OPENED and not self.again else 200

    def as_json(self) -> dict[str, Any]:
        """Give the answer as it is sent: the same for the same message."""
        return {"incident": self.reference or None, "result": self.result}


def receive(source: AlertSource, body: bytes, *, key: str, signature: str, now: datetime) -> Answer:
    """Take a signed message once. Messages of one source are taken one after the other.

    Raises UnreadableError for what is no alert, RepeatedError for a key that came with another body and for a
    signature that came with another key.
    """
    # Nobody did it: the trail says in the place of a person which machine's message it was.
    with action("alert.receive", by=None, why=f"A signed message of {source.name}"):
        row = AlertSource.objects.for_client(source.client).select_for_update().get(pk=source.pk)
        row.client = source.client
        marks = {"body": _mark(body), "signed": _mark(signature.encode())}
        former = AlertReceipt.objects.filter(source=row, key=key).select_related("incident").first()
        if former is not None:
            return _again(row, former, marks)
        _refuse_replay(row, marks["signed"], now)
        alert = read_alert(body, now)
        result, incident = _act(row, alert, now)
        AlertReceipt.objects.create(
            practice_id=row.practice_id,
            client=row.client,
            internal=True,
            source=row,
            key=key,
            reference=alert.reference,
            context={**alert.context(), "result": result, **marks},
            incident=incident,
            received_at=now,
        )
        AlertSource.objects.filter(pk=row.pk).update(last_at=now)
    return Answer(result, incident.reference if incident else "")


def _mark(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _again(source: AlertSource, former: AlertReceipt, marks: dict[str, str]) -> Answer:
    if former.context.get("body") != marks["body"]:
        raise RepeatedError("This Idempotency-Key came with another message. Send a new key.")
    record(
        "alert.repeat",
        client=source.client,
        object="response_alertsource",
        object_id=str(source.pk),
        label=source.name,
        internal=True,
    )
    reference = former.incident.reference if former.incident else ""
    return Answer(str(former.context["result"]), reference, again=True)


def _refuse_replay(source: AlertSource, signed: str, now: datetime) -> None:
    """The key is not signed: whoever repeats a message of somebody else may send it with a key of their own."""
    recent = AlertReceipt.objects.filter(source=source, received_at__gte=now - 2 * WINDOW)
    if recent.filter(context__signed=signed).exists():
        raise RepeatedError("This message was taken already, with another Idempotency-Key.")


def _act(source: AlertSource, alert: Alert, now: datetime) -> tuple[str, Incident | None]:
    last = _last(source, alert.reference)
    what = becomes(
        firing=alert.state == FIRING,
        known=last is not None,
        resolved_at=last.resolved_at if last else None,
        closed_at=last.closed_at if last else None,
        now=now,
    )
    if what == NOTHING:
        return NOTHING_OPEN, None
    if last is not None and what in (WRITE, REOPEN):
        if what == REOPEN and last.resolved_at:
            why = f"The alert fired again {span(now - last.resolved_at)} after the resolution."
            last = reopen(last, by=None, now=now, why=why)
        written = _write(last, source, alert)
        return REOPENED if what == REOPEN else written, last
    return OPENED, _open(source, alert, now, last if what == FOLLOW else None)


def _open(source: AlertSource, alert: Alert, now: datetime, former: Incident | None) -> Incident:
    [incident] = open_incident(
        [source.client],
        title=alert.title,
        severity=alert.severity or ASSUMED,
        by=None,
        now=now,
        detected_at=alert.at,
        reported_at=now,
        facts={"summary": alert.summary, "source": f"Alert: {source.name}"[:120]},
        alert_reference=alert.reference,
        follows=former,
    )
    if not alert.severity:
        text = f"The alert gave no severity; {ASSUMED} was assumed. Check it."
        _entry(incident, "Alert.", text, source, alert)
    if former is not None:
        text = f"The alert of {former.reference} fired again after that was over."
        _entry(incident, "Came back.", text, source, alert)
        with changing(former, "incident.alert", by=None, now=now, closed=True) as row:
            text = f"The alert fired again: {incident.reference} was opened."
            _entry(row, "Came back.", text, source, alert)
    return incident


def _last(source: AlertSource, reference: str) -> Incident | None:
    """Find the latest incident that this source's alert opened or wrote to."""
    rows = AlertReceipt.objects.filter(source=source, reference=reference, incident__isnull=False)
    receipt = rows.select_related("incident__client").order_by("-pk").first()
    return receipt.incident if receipt else None


def _write(incident: Incident, source: AlertSource, alert: Alert) -> str:
    """Add to the timeline. The record stays as it is: nobody who edits it meanwhile is told that it was changed."""
    with action("incident.alert", by=None, client=incident.client):
        if alert.state == FIRING:
            level = f" Severity {alert.severity}." if alert.severity else ""
            _entry(incident, "Alert.", f"{alert.summary}{level}", source, alert)
        else:
            _entry(incident, "The alert has cleared.", alert.summary, source, alert)
    return UPDATED if alert.state == FIRING else CLEARED


def _entry(incident: Incident, lead_in: str, text: str, source: AlertSource, alert: Alert) -> None:
    write_entry(
        incident,
        lead_in,
        text,
        at=alert.at,
        by=None,
        kind=TimelineEntry.Kind.ALERT,
        internal=True,
        said_by=(alert.source or source.name)[:120],
    )
