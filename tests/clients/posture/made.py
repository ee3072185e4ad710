"""Facts that are in order, for tests to spoil one at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clients.posture.rules.facts import (
    AccessReview,
    Contact,
    Credential,
    Export,
    Facts,
    Integration,
    Person,
    Platform,
    SubProcessor,
    Support,
    Trail,
    Workflow,
)
from clients.posture.rules.finding import Finding
from clients.posture.rules.incidents.facts import (
    BreachClock,
    Incident,
    Measure,
    PostMortem,
    ResponsePlan,
    Responses,
    Stretch,
    Timed,
    Told,
)
from clients.posture.rules.registry import evaluate

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
TODAY = date(2026, 11, 19)
ANNA = Person("Anna Ash")
GONE = Person("Gus Gorse", active=False)
XERO = Platform("xero", "Xero", "accounting", oauth="yes", granular="yes")
OPENAI = Platform("openai", "OpenAI", "ai_provider", oauth="no", granular="partly")


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def hours(number: float) -> datetime:
    return NOW + timedelta(hours=number)


def workflow(pk: int = 1, **fields: Any) -> Workflow:
    base = Workflow(
        pk,
        f"flow-{pk}",
        days(-10),
        criticality="high",
        uses_ai="no",
        live_on=days(-200),
        retry="exponential",
        retry_attempts=3,
    )
    return replace(base, **fields)


def integration(pk: int = 1, **fields: Any) -> Integration:
    base = Integration(
        pk,
        f"link-{pk}",
        days(-10),
        platform=XERO,
        workflow_live_on=days(-200),
        auth_type="oauth",
        scopes_granted=frozenset({"accounting.read"}),
        scopes_approved=frozenset({"accounting.read", "accounting.settings"}),
        approved_on=days(-30),
        writes_needed="no",
        read_only="yes",
        resource_scope="named",
        service_account="svc-invoice-sync",
        service_account_purpose=True,
        service_account_possible="yes",
        account_owner="client",
        owner=ANNA,
        backup_owner=Person("Ben Birch"),
        renewal_on=days(90),
        enabled_on=days(-20),
        last_used_on=days(-1),
    )
    return replace(base, **fields)


def credential(pk: int = 1, **fields: Any) -> Credential:
    base = Credential(
        pk,
        f"key-{pk}",
        days(-10),
        integration_pk=1,
        kind="api_key",
        environment="production",
        storage="vault",
        has_reference=True,
        fingerprint=f"sha256:{pk:08x}",
        scopes=frozenset({"accounting.read"}),
        owner=ANNA,
        issued_on=days(-40),
        rotated_on=days(-20),
        rotation_interval_days=90,
        renewal_on=days(90),
        renews_itself="no",
        personal="no",
        shared="no",
    )
    return replace(base, **fields)


def company(pk: int = 1, **fields: Any) -> SubProcessor:
    base = SubProcessor(
        pk,
        f"Company {pk}",
        days(-10),
        engaged_by="practice",
        location="EU (Ireland)",
        transfer_tool="adequacy",
        dpa_signed_on=days(-100),
        dpa_review_on=days(200),
        uses_ai="yes",
        training_prohibited="yes",
        last_assessed_on=days(-50),
        used_since_on=days(-60),
        notice_sent_on=days(-90),
        approved_on=days(-80),
    )
    return replace(base, **fields)


def export(workflow_pk: int = 1, **fields: Any) -> Export:
    return replace(Export(workflow_pk, days(-5), 2, "ab" * 32), **fields)


def contact(pk: int = 1, side: str = "client", position: int = 1, **fields: Any) -> Contact:
    base = Contact(pk, f"contact-{pk}", days(-10), side=side, position=position, verified_on=days(-10))
    return replace(base, **fields)


def contacts() -> tuple[Contact, ...]:
    """Primary and backup of both sides."""
    path = [(side, position) for side in ("client", "practice") for position in (1, 2)]
    return tuple(contact(pk, side, position) for pk, (side, position) in enumerate(path, start=1))


def access_review(**fields: Any) -> AccessReview:
    return replace(AccessReview(1, "Access review", days(-20), finished_on=days(-20)), **fields)


def support(**fields: Any) -> Support:
    base = Support(1, "Support scope", days(-20), tier="growth", log_retention_days=180)
    return replace(base, **fields)


def timed(start: float, length: float, ended: float | None = None, **fields: Any) -> Timed:
    """A promise that began `start` hours from now, `length` hours long, and was kept `ended` hours from now."""
    base = Timed(hours(start), hours(start + length), None if ended is None else hours(ended))
    return replace(base, **fields)


def incident(number: int = 1, **fields: Any) -> Incident:
    """A SEV2 incident of 100 hours ago: answered, told of, resolved after 6 hours, written up, closed."""
    base = Incident(
        number,
        f"INC-{number:04}",
        days(-1),
        severity="SEV2",
        resolved_at=hours(-94),
        closed_at=hours(-50),
        lessons_shared_at=hours(-60),
        personal_data="no",
        response=timed(-100, 4, -99),
        stretches=(Stretch(hours(-100), timedelta(hours=4)),),
        told=(Told(hours(-97), True),),
        post_mortem=timed(-94, 48, -60),
        shared=PostMortem(preventive=1, reviewed=True),
        last_entry_at=hours(-50),
    )
    return replace(base, **fields)


def under_way(number: int = 1, **fields: Any) -> Incident:
    """An incident that was reported an hour ago: answered, not resolved."""
    base: dict[str, Any] = {
        "resolved_at": None,
        "closed_at": None,
        "lessons_shared_at": None,
        "response": timed(-1, 4, -0.5),
        "stretches": (Stretch(hours(-1), timedelta(hours=4)),),
        "told": (),
        "post_mortem": None,
        "shared": None,
        "phase": "Containment",
        "missing": ("Record when it was contained.",),
        "last_entry_at": hours(-0.5),
    }
    return incident(number, **{**base, **fields})


def breach_clock(start: float = -10, length: float = 72, done: float | None = None) -> BreachClock:
    return BreachClock(
        "Notify the ICO", hours(start), hours(start + length), None if done is None else hours(done)
    )


def measure(pk: int = 1, **fields: Any) -> Measure:
    base = Measure(pk, f"INC-0001: measure {pk}", days(-3), number=1, owner=ANNA, due_on=days(30))
    return replace(base, **fields)


def plan(**fields: Any) -> ResponsePlan:
    base = ResponsePlan(
        1, "Response plan, version 2", days(-30), approved_at=hours(-24 * 30), exercised_on=days(-20)
    )
    return replace(base, **fields)


def responses(*incidents: Incident, measures: tuple[Measure, ...] = (), **fields: Any) -> Responses:
    return Responses(incidents, measures, fields.get("plan", plan()))


def facts(**fields: Any) -> Facts:
    """A client whose records are all in order; a field replaces what stands here."""
    base = Facts(
        zone=ZoneInfo("Europe/London"),
        since_on=days(-700),
        region="UK and EU",
        personal_data="yes",
        workflows=(workflow(),),
        integrations=(integration(),),
        credentials=(credential(),),
        sub_processors=(company(),),
        exports=(export(),),
        contacts=contacts(),
        access_review=access_review(),
        support=support(),
        trail=Trail(events=40, first_on=days(-300), exported_on=days(-30)),
        responses=responses(incident(), measures=(measure(),)),
    )
    return replace(base, **fields)


def judged(control_id: str, now: datetime = NOW, **fields: Any) -> Finding:
    """Judge one control over facts in order but for `fields`."""
    return evaluate(control_id, facts(**fields), now)
