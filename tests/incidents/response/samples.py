"""One row of everything of an incident for each client, and the arguments with which their addresses are tried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from incidents.response.models import (
    AlertSource,
    BreachClock,
    Exercise,
    Incident,
    IncidentLink,
    Measure,
    Notice,
    PostMortem,
    PostMortemSection,
    Responder,
    ResponsePlan,
    TimelineEntry,
    Update,
)
from incidents.response.plans.reading import read
from portal.accounts.models import User
from portal.documents.models import StoredFile
from portal.tenancy.models import Client

Named = Iterator[tuple[str, dict[str, Any]]]
NOW = datetime.now(UTC)


class IncidentRows:
    """The rows of one client; every client's part has the number 1, and a drill the number 2."""

    def __init__(self, client: Client, owner: User) -> None:
        own = {"practice_id": client.practice_id, "client": client}
        mark, hidden = f"zz-{client.slug}", f"zz-internal-{client.slug}"
        instants = {"detected_at": NOW - timedelta(hours=2), "reported_at": NOW - timedelta(hours=1)}
        self.incident = Incident.objects.create(
            **own, **instants, number=1, title=f"{mark} outage", severity="SEV2", lead=owner, logged_by=owner,
            systems=[f"{mark} shop"],
        )  # fmt: skip
        self.drill = Incident.objects.create(
            **own, **instants, number=2, title=f"{hidden} drill", severity="SEV1", drill=True, internal=True
        )
        of_it = {**own, "incident": self.incident}
        self.entry = TimelineEntry.objects.create(**of_it, at=NOW, text=f"{mark} failed", by=owner)
        TimelineEntry.objects.create(**of_it, at=NOW, text=f"{hidden} note", by=owner, internal=True)
        Responder.objects.create(**of_it, role="scribe", user=owner, internal=True)
        self.link = IncidentLink.objects.create(
            **of_it, subject_type="registers.workflow", subject_id="0", subject=f"{mark} orders"
        )
        Update.objects.create(
            **of_it, sent_at=NOW, channel="Telephone", status="open", known=f"{mark} is down", author=owner
        )
        self.clock = BreachClock.objects.create(
            **of_it, clock="uk-gdpr-ico", duty="clients", title=f"{mark} notice", authority="ICO",
            citation="UK GDPR, article 33", trigger="awareness", trigger_at=NOW, due_at=NOW + timedelta(hours=72),
            duration="PT72H", unit="clock_hours",
        )  # fmt: skip
        copy = StoredFile.objects.create(
            **own, name="notice.txt", media_type="text/plain", size=4, sha256="0" * 64, content=b"Text"
        )
        self.notice = Notice.objects.create(
            **of_it, audience="client", title=f"{mark} word", text=f"## {mark}", written_by=owner, state="sent",
            sent_at=NOW, sent_by=owner, sent_via="Plumbline", copy=copy,
        )  # fmt: skip
        self.source = AlertSource.objects.create(
            **own, internal=True, name=f"{hidden} n8n", secret="zz", rotated_at=NOW, added_by=owner
        )
        self.measure = Measure.objects.create(**of_it, kind="preventive", text=f"{mark} check", internal=True)
        self.post_mortem = PostMortem.objects.create(**of_it, author=owner, internal=True)
        PostMortemSection.objects.create(
            **own, post_mortem=self.post_mortem, key="summary", text=f"{hidden} draft", updated_at=NOW,
            updated_by=owner, internal=True,
        )  # fmt: skip

        self._plans(own, mark, hidden, owner)

    def _plans(self, own: dict[str, Any], mark: str, hidden: str, owner: User) -> None:
        """Version 1 in force, version 2 offered, and an exercise of which the client's people see nothing."""
        common = {**own, "written_by": owner, "written_at": NOW, "jurisdictions": ["GB"]}
        plan = ResponsePlan(**common, version=1, text=f"{mark} plan", approved_at=NOW, approved_by=owner)
        plan.snapshot = read(own["client"], plan, NOW.date())
        plan.save()
        ResponsePlan.objects.create(
            **common, version=2, text=f"{mark} next", offered_at=NOW, offered_by=owner, changes=f"{mark} new"
        )
        Exercise.objects.create(
            **own, internal=True, plan=plan, held_on=NOW.date(), title=f"{hidden} fire", participants=hidden,
            learnt=f"{hidden} lesson", evidence=hidden, recorded_at=NOW, recorded_by=owner,
        )  # fmt: skip


def of_incidents(rows: IncidentRows) -> Named:
    """Every address of one client's incidents."""
    for name in ("client_incident_list", "client_incident_export", "client_incident_log"):
        yield name, {}
    for name in ("incident_year_latest", "incident_year_export", "incident_year_print"):
        yield name, {}
    yield "incident_year", {"year": NOW.year}
    one = {"number": 1}
    for name in (
        "incident_show", "incident_acknowledge", "incident_severity", "incident_people", "incident_edit",
        "incident_reopen", "incident_close", "incident_add_client", "incident_entry_add", "incident_link",
        "incident_update", "incident_print",
    ):  # fmt: skip
        yield name, one
    yield "incident_record", {**one, "instant": "contained_at"}
    yield "incident_entry_correct", {**one, "pk": rows.entry.pk}
    yield "incident_unlink", {**one, "pk": rows.link.pk}
    yield from of_post_mortems(rows, one)
    yield from of_sources(rows)
    yield from of_clocks(rows, one)
    yield from of_plans()


def of_post_mortems(rows: IncidentRows, one: dict[str, Any]) -> Named:
    """The post-mortem and its measures."""
    for name in ("show", "ask", "review", "share", "pdf", "print"):
        yield f"post_mortem_{name}", one
    yield "post_mortem_edit", {**one, "key": "summary"}
    yield "measure_add", one
    for name in ("measure_edit", "measure_done", "measure_drop"):
        yield name, {**one, "pk": rows.measure.pk}


def of_clocks(rows: IncidentRows, one: dict[str, Any]) -> Named:
    """The clocks of the law."""
    for name in ("incident_clocks", "clock_facts", "clock_start", "clock_none"):
        yield name, one
    for name in ("clock_notified", "clock_not_notified", "clock_correct"):
        yield name, {**one, "pk": rows.clock.pk}
    yield "notice_add", one
    for name in ("show", "edit", "approve", "send", "sent", "copy", "print"):
        yield f"notice_{name}", {**one, "pk": rows.notice.pk}


def of_plans() -> Named:
    """The response plan and its exercises."""
    for name in ("response_plan", "plan_edit", "exercise_list", "exercise_start", "exercise_record"):
        yield name, {}
    for name in ("version", "pdf", "print"):
        yield f"plan_{name}", {"version": 1}
    for name in ("offer", "take_back", "approve"):
        yield f"plan_{name}", {"version": 2}
    yield "exercise_end", {"number": 2}


def of_sources(rows: IncidentRows) -> Named:
    """The sources of alerts."""
    yield "source_list", {}
    yield "source_add", {}
    for name in ("source_edit", "source_rotate"):
        yield name, {"pk": rows.source.pk}
    yield "source_turn", {"pk": rows.source.pk, "verb": "off"}


def of_all_clients() -> Named:
    """Every address over all clients."""
    for name in ("incident_list", "incident_export", "incident_log"):
        yield name, {}
    for name in ("incident_year_all_latest", "incident_year_all_export"):
        yield name, {}
    yield "incident_year_all", {"year": NOW.year}
