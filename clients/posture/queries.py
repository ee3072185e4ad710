"""What the records say of a client, as the rules take it, and what the rules make of it. Bounded in queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, IntegerField, Max, Min, Q
from django.db.models.expressions import Func
from django.db.models.fields.json import KeyTransform

from clients.posture import engagement_facts, sources
from clients.posture.catalogue import catalogue
from clients.posture.models import Snapshot, Waiver
from clients.posture.rules import facts as f
from clients.posture.rules.movement import Point
from clients.posture.rules.registry import VERSION
from clients.posture.rules.rollup import Posture, Waived, posture
from clients.posture.rules.thresholds import MONTHS_12
from clients.registers.models import Credential, Integration, SubProcessor, Workflow
from clients.registers.platforms import is_broad, platform_name, platforms
from clients.registers.rules.service_accounts import Person as Known
from clients.workflows.models import Proposal, WorkflowExport
from portal.audit.models import AuditEvent
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.permissions import Role

HISTORY_DAYS = 400
TRAIL_EXPORT = "activity.export"


def posture_of(client: Client, now: datetime) -> Posture:
    """Judge every control for one client at `now`. The same for whoever asks: internal rows are left out.

    Thirteen queries and those of the rooms above, however many records there are; call it inside the client's scope.
    """
    facts = facts_for(client, now)
    return posture(facts, now, catalogue(), waivers_of(client, facts.today(now)))


@dataclass(frozen=True)
class _People:
    """The people that records may name, by user id, and the names that accounts must not bear."""

    by_id: Mapping[UUID, f.Person]
    known: tuple[Known, ...]

    def find(self, user_id: UUID | None) -> f.Person | None:
        """Somebody without a role here any more counts as one who left."""
        if user_id is None:
            return None
        return self.by_id.get(user_id, f.Person("somebody", active=False))


def facts_for(client: Client, now: datetime) -> f.Facts:
    """Read the facts of one client, rows marked internal left out. Twelve queries, and those of `sources`."""
    zone = ZoneInfo(client.time_zone)
    people = _people(client, now, zone)
    workflows = list(_rows(Workflow, client).live())
    live_on = {each.pk: each.live_on for each in workflows}
    return f.Facts(
        zone=zone,
        ended_on=client.ended_on,
        since_on=client.since_on,
        region=client.region,
        personal_data=client.handles_personal_data,
        workflows=tuple(_workflow(each, zone) for each in workflows),
        integrations=tuple(_integration(each, people, live_on, zone) for each in _rows(Integration, client)),
        credentials=tuple(_credential(each, people, zone) for each in _credentials(client)),
        sub_processors=tuple(_sub_processor(each, zone) for each in _rows(SubProcessor, client).live()),
        exports=_exports(client, zone),
        contacts=engagement_facts.contacts_of(client),
        access_review=engagement_facts.access_review_of(client, zone),
        support=engagement_facts.support_of(client, zone),
        trail=_trail(client, now, zone),
        people=people.known,
        responses=sources.responses(sources.Question(client, now, zone, people.find)),
    )


def today_of(client: Client, now: datetime) -> date:
    """Give the calendar day at `now` where the client is."""
    return _day(now, ZoneInfo(client.time_zone))


def _rows(model: Any, client: Client) -> Any:
    return model.objects.for_client(client).filter(internal=False).order_by("name", "id")


def _credentials(client: Client) -> Any:
    # The reference itself stays in the database: the rules need to know only that there is one.
    return _rows(Credential, client).annotate(has_reference=~Q(storage_ref="")).defer("storage_ref")


def _people(client: Client, now: datetime, zone: ZoneInfo) -> _People:
    columns = ("user_id", "user__name", "user__email", "role", "from_at", "until_at")
    members = {row[0]: row for row in Member.objects.values_list(*columns)}
    assigned = {row[0]: row for row in Assignment.objects.filter(client=client).values_list(*columns)}
    found = {}
    for user_id in members | assigned:
        terms = [rows[user_id] for rows in (members, assigned) if user_id in rows]
        holds = all(row[4] <= now and (row[5] is None or row[5] > now) for row in terms)
        works_here = user_id in assigned or terms[0][3] == Role.OWNER.value
        ends = [row[5].astimezone(zone).date() for row in terms if row[5]]
        found[user_id] = f.Person(terms[0][1], holds and works_here, min(ends, default=None))
    rows = (members | assigned).values()
    known = {Known(row[1], row[2]) for row in rows}
    return _People(found, tuple(sorted(known, key=lambda each: (each.name, each.email))))


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _workflow(row: Workflow, zone: ZoneInfo) -> f.Workflow:
    return f.Workflow(
        row.pk,
        row.name,
        _day(row.updated_at, zone),
        status=row.status,
        criticality=row.criticality,
        uses_ai=row.uses_ai,
        live_on=row.live_on,
        retry=row.retry,
        retry_attempts=row.retry_attempts,
        retry_reason=row.retry_reason,
    )


def _integration(
    row: Integration, people: _People, live_on: Mapping[int, date | None], zone: ZoneInfo
) -> f.Integration:
    broad = frozenset(scope for scope in row.scopes_granted if is_broad(row.platform, scope))
    return f.Integration(
        row.pk,
        row.name,
        _day(row.updated_at, zone),
        platform=_platform(row.platform),
        workflow_live_on=live_on.get(row.workflow_id) if row.workflow_id else None,
        status=row.status,
        auth_type=row.auth_type,
        static_reason=bool(row.static_reason),
        scopes_granted=frozenset(row.scopes_granted),
        scopes_approved=frozenset(row.scopes_approved),
        broad_scopes=broad,
        broad_scope_reason=bool(row.broad_scope_reason),
        approved_on=row.approved_on,
        writes_needed=row.writes_needed,
        read_only=row.read_only,
        resource_scope=row.resource_scope,
        service_account=row.service_account,
        service_account_purpose=bool(row.service_account_purpose),
        service_account_possible=row.service_account_possible,
        account_owner=row.account_owner,
        owner=people.find(row.owner_id),
        backup_owner=people.find(row.backup_owner_id),
        renewal_on=row.renewal_on,
        enabled_on=row.enabled_on,
        last_used_on=row.last_used_on,
        retired_at=row.retired_at,
    )


def _platform(platform: str) -> f.Platform:
    known = platforms().get(platform)
    if known is None:
        return f.Platform(platform, platform_name(platform))
    return f.Platform(known.id, known.name, known.category, known.oauth, known.granular)


def _credential(row: Any, people: _People, zone: ZoneInfo) -> f.Credential:
    return f.Credential(
        row.pk,
        row.name,
        _day(row.updated_at, zone),
        integration_pk=row.integration_id,
        kind=row.kind,
        environment=row.environment,
        storage=row.storage,
        has_reference=row.has_reference,
        fingerprint=row.fingerprint,
        scopes=frozenset(row.scopes),
        owner=people.find(row.owner_id),
        issued_on=row.issued_on,
        rotated_on=row.rotated_on,
        rotation_interval_days=row.rotation_interval_days,
        no_rotation_reason=bool(row.no_rotation_reason),
        renewal_on=row.renewal_on,
        renews_itself=row.renews_itself,
        personal=row.personal,
        shared=row.shared,
        revoked_at=row.revoked_at,
        retired_at=row.retired_at,
    )


def _sub_processor(row: SubProcessor, zone: ZoneInfo) -> f.SubProcessor:
    return f.SubProcessor(
        row.pk,
        row.name,
        _day(row.updated_at, zone),
        platform=row.platform,
        engaged_by=row.engaged_by,
        location=row.location,
        transfer_tool=row.transfer_tool,
        dpa_signed_on=row.dpa_signed_on,
        dpa_review_on=row.dpa_review_on,
        uses_ai=row.uses_ai,
        training_prohibited=row.training_prohibited,
        last_assessed_on=row.last_assessed_on,
        used_since_on=row.used_since_on,
        notice_sent_on=row.notice_sent_on,
        approved_on=row.approved_on,
    )


def _entries(key: str) -> Func[Any]:
    return Func(KeyTransform(key, "facts"), function="jsonb_array_length", output_field=IntegerField())


def _exports(client: Client, zone: ZoneInfo) -> tuple[f.Export, ...]:
    """Read the newest export of each workflow. A definition confirmed by a later file counts as taken again."""
    rows = (
        WorkflowExport.objects.for_client(client)
        .current()
        .filter(internal=False, workflow__isnull=False)
        .order_by("confirmed_at", "id")
        .values_list(
            "workflow_id",
            "confirmed_at",
            "version",
            "sha256",
            _entries("webhooks"),
            _entries("ai"),
            "secrets_refused",
        )
    )
    newest = {
        row[0]: f.Export(row[0], _day(row[1], zone), row[2], row[3], row[4] or 0, row[5] or 0, row[6])
        for row in rows
    }
    return tuple(newest.values())


def _trail(client: Client, now: datetime, zone: ZoneInfo) -> f.Trail:
    """Count the trail of the last 12 months. Who is a person, or the operator with a reason."""
    nobody = Q(actor__isnull=True) & Q(payload__why="")
    found = (
        AuditEvent.objects.for_client(client)
        .filter(internal=False, at__gte=now - timedelta(days=MONTHS_12), at__lte=now)
        .aggregate(events=Count("pk"), nameless=Count("pk", filter=nobody), first_at=Min("at"))
    )
    exported = AuditEvent.objects.for_client(client).filter(internal=False, action=TRAIL_EXPORT, at__lte=now)
    exported_at = exported.aggregate(at=Max("at"))["at"]
    return f.Trail(
        found["events"],
        found["nameless"],
        _day(found["first_at"], zone) if found["first_at"] else None,
        _day(exported_at, zone) if exported_at else None,
    )


def waivers_of(client: Client, today: date) -> list[Waived]:
    """List the waivers that hold today. One query."""
    rows = Waiver.objects.for_client(client).standing(today).select_related("approved_by")
    return [
        Waived(row.control_id, row.reason, row.until_on, str(row.approved_by), row.approved_on)
        for row in rows
    ]


def history(client: Client, now: Posture) -> list[Point]:
    """Give the days of the last 13 months that have a snapshot, oldest first, and today as it is now. One query."""
    rows = (
        Snapshot.objects.for_client(client)
        .filter(taken_on__lt=now.today, taken_on__gte=now.today - timedelta(days=HISTORY_DAYS))
        .order_by("taken_on")
        .only("taken_on", "passes", "areas", "results", "rules_version")
    )
    points = [Point(row.taken_on, row.passes, row.provable, row.results, row.rules_version) for row in rows]
    return [*points, Point(now.today, now.tally.passes, now.tally.provable, results_of(now), VERSION)]


def results_of(now: Posture) -> dict[str, str]:
    """Give each control's result by id; unknown ones are left out."""
    return {each.control.id: each.result.value for each in now.standings if each.result.value != f.UNKNOWN}


def proposals_waiting(client: Client) -> list[Proposal]:
    """List what exports propose for the registers and nobody has decided, oldest first, 50 at most. One query."""
    rows = (
        Proposal.objects.for_client(client)
        .open()
        .select_related("export")
        .defer("export__content", "export__facts")
    )
    return list(rows.order_by("created_at", "id")[:50])
