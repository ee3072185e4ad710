"""Rows of the registers → what they oblige to, and the deadlines kept at that in the transaction of each change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from clients.registers.lists.cells import credential_sub
from clients.registers.models import Credential, Integration, Record, SubProcessor, Workflow
from clients.registers.platforms import platform_name
from clients.registers.rules import obligations as rules
from clients.registers.rules.obligations import Facts, Owed
from portal.deadlines.actions import Kept, keep
from portal.deadlines.models import Deadline
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.deadlines.roster import Roster, roster
from portal.deadlines.rules.calendars import due_after
from portal.lib.dates import format_table
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.permissions import CLIENT_ROLES

if TYPE_CHECKING:
    from portal.accounts.models import User

MODELS: tuple[type[Record], ...] = (Workflow, Integration, Credential, SubProcessor)
KINDS = (rules.RENEWAL, rules.ROTATION, rules.INTEGRATION_REVIEW, rules.SUB_PROCESSOR_REVIEW,
         rules.DPA_REVIEW, rules.OWNER)  # fmt: skip
NO_LONGER = "it is no longer owed"


@dataclass(frozen=True)
class Before:
    """How a record stood before a change."""

    facts: Facts
    owner_id: UUID | None
    touched_at: dt.datetime


@dataclass(frozen=True)
class Change:
    """A record as it is now. before: None for a new one. done: kinds that were done, with the words for it."""

    row: Record
    before: Before | None = None
    done: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Crew:
    """Who may own the client's records at `now`, when others left it, and since when records stand without an owner."""

    now: dt.datetime
    people: Roster
    left: Mapping[UUID, dt.datetime]
    unowned: Mapping[tuple[str, str], dt.datetime]

    def holders(self, row: Record) -> tuple[User | None, User | None, bool]:
        """Owner and backup of what the row owes, and whether it is for people of the practice alone.

        Who has left is followed by the backup owner, then the lead, then an owner of the practice, as in
        `portal.deadlines.succession`; a row that never had an owner has none.
        """
        owner, backup = row.owner_id, getattr(row, "backup_owner_id", None)
        internal = row.internal or not self.is_of_client(owner, row.client_id)
        if backup and not self.people.works_for(backup, row.client_id):
            backup = None
        if owner and not self.is_present(row):
            heirs = (backup, *self.people.leads(row.client_id), *self.people.practice_owners)
            owner = next((heir for heir in heirs if heir and self._may_take(heir, row, internal)), None)
        named = self.people.people
        return (
            named[owner] if owner else None,
            named[backup] if backup and backup != owner else None,
            internal,
        )

    def is_present(self, row: Record) -> bool:
        """Whether the row has an owner who works for the client now."""
        return row.owner_id is not None and self.people.works_for(row.owner_id, row.client_id)

    def _may_take(self, heir: UUID, row: Record, internal: bool) -> bool:
        return heir != row.owner_id and self.people.may_own(heir, row.client_id, internal=internal)

    def is_of_client(self, person: UUID | None, client_id: UUID) -> bool:
        """Whether somebody is one of the client's own people."""
        role = self.people.roles.get(client_id, {}).get(person) if person else None
        return role is not None and role in CLIENT_ROLES


#: What another room says that rows of a register owe, in one go for many rows of one client.
Contributor = Callable[[Client, Sequence[Record], Crew], Iterable[Obligation]]
_contributors: dict[str, tuple[type[Record], Contributor]] = {}


def contribute(kind: str, model: type[Record], contributor: Contributor) -> None:
    """Let a room above add obligations of `kind` to the rows of a register; they are kept with the row's own."""
    _contributors[kind] = (model, contributor)


def before(row: Record) -> Before:
    """Remember how a row stands, before it is changed."""
    return Before(facts_of(row), row.owner_id, row.updated_at)


def facts_of(row: Record) -> Facts:
    """Give what the rules ask of a row."""
    facts = Facts(row.name, row.is_live)
    if isinstance(row, Credential):
        return replace(
            facts,
            renewal_on=row.renewal_on,
            rotated_on=row.rotated_on,
            issued_on=row.issued_on,
            interval_days=row.rotation_interval_days,
        )
    if isinstance(row, Integration):
        return replace(facts, review_on=row.renewal_on, reviewed_on=row.approved_on)
    if isinstance(row, SubProcessor):
        return replace(
            facts,
            assessment_on=row.next_assessment_on,
            assessed_on=row.last_assessed_on,
            dpa_review_on=row.dpa_review_on,
            dpa_signed_on=row.dpa_signed_on,
        )
    return facts


def hold(
    client: Client, changes: Iterable[Change], *, by: User | None, now: dt.datetime, why: str = NO_LONGER
) -> Kept:
    """Bring the deadlines of changed rows to what the rows owe now: call it in the transaction of the change.

    A constant number of queries, however many rows of one client have changed. why: of what is no longer owed.
    """
    listed = list(changes)
    kept = Kept()
    if not listed:
        return kept
    crew = crew_of(client, [each.row for each in listed], now)
    for done, rows in _by_what_was_done(listed, crew).items():
        found = keep(
            client,
            obligations_of(client, [each.row for each in rows], crew, {each.row.pk: each for each in rows}),
            subjects=[subject_of(each.row) for each in rows],
            kinds=_kinds_of({type(each.row) for each in rows}),
            by=by,
            now=now,
            met=dict(done),
            why=why,
        )
        for name in ("opened", "moved", "met", "cancelled"):
            getattr(kept, name).extend(getattr(found, name))
    return kept


def obligations_of(
    client: Client, rows: Sequence[Record], crew: Crew, changes: Mapping[int, Change] | None = None
) -> list[Obligation]:
    """List everything that rows of one client owe; nothing once the work for the client has ended."""
    if client.status == Client.Status.ENDED:
        return []
    found = _own(client, rows, crew, changes or {})
    for model, contributor in _contributors.values():
        live = [row for row in rows if isinstance(row, model) and row.is_live]
        found += contributor(client, live, crew) if live else ()
    return found


def _own(
    client: Client, rows: Sequence[Record], crew: Crew, changes: Mapping[int, Change]
) -> list[Obligation]:
    """What the rows oblige to by themselves."""
    found = []
    for row in rows:
        if not row.is_live:
            continue
        found += [_dated(client, row, each, crew) for each in rules.owed(facts_of(row))]
        if not crew.is_present(row):
            change = changes.get(row.pk)
            found.append(_naming(client, row, crew, change.before if change else None))
    return found


def owed_by(client: Client) -> list[Obligation]:
    """List everything that the registers of a client oblige to now, for the nightly comparison. Eleven queries.

    What rooms above contribute they list themselves.
    """
    if client.status == Client.Status.ENDED:
        return []
    rows = [
        row
        for model in MODELS
        for row in model.objects.for_client(client).live().select_related("owner").order_by("pk")
    ]
    crew = crew_of(client, rows, timezone.now())
    return _own(client, rows, crew, {})


def follow_access(
    user: User, clients: Collection[Client] | None, *, now: dt.datetime, by: User | None
) -> None:
    """Hold the deadlines of what somebody owned who may no longer: a record that they leave needs a new owner.

    The record keeps their name, as the history that it is, until somebody is named in their place.
    """
    rows: dict[Client, list[Record]] = {}
    for model in MODELS:
        theirs = Q(owner=user)
        if issubclass(model, Integration | Credential):
            theirs |= Q(backup_owner=user)
        found = model.objects.live().filter(theirs).select_related("client", "owner").order_by("pk")
        if clients is not None:
            found = found.filter(client__in=[client.pk for client in clients])
        for row in found:
            rows.setdefault(row.client, []).append(row)
    for client, theirs_here in rows.items():
        hold(client, [Change(row) for row in theirs_here], by=by, now=now)


def crew_of(client: Client, rows: Sequence[Record], now: dt.datetime) -> Crew:
    """Read what the obligations of some rows ask about people. Five queries, and two more when an owner has left."""
    people = roster([client.pk], now, also=[row.owner_id for row in rows])
    named = {row.owner_id for row in rows if row.owner_id}
    gone = {person for person in named if not people.works_for(person, client.pk)}
    standing = Deadline.objects.for_client(client).open().filter(kind=rules.OWNER)
    if len(rows) == 1:
        standing = standing.filter(subject_type=subject_of(rows[0]).type, subject_id=str(rows[0].pk))
    since = standing.order_by().values_list("subject_type", "subject_id", "started_at")
    return Crew(now, people, _left(client, gone, now), {(kind, pk): at for kind, pk, at in since})


def subject_of(row: Record) -> Subject:
    """Say which record a deadline is about."""
    return Subject(row._meta.label_lower, str(row.pk), row.name)


def about(row: Record) -> str:
    """What stands under a record's name: platform and kind, or what the record is."""
    if isinstance(row, Credential):
        return credential_sub(row)
    platform = getattr(row, "platform", "")
    return platform_name(platform) if platform else str(row._meta.verbose_name)


def _left(client: Client, people: Collection[UUID], now: dt.datetime) -> dict[UUID, dt.datetime]:
    """When each of them had last a role for the client or in the practice."""
    if not people:
        return {}
    found: dict[UUID, dt.datetime] = {}
    for terms in (Assignment.objects.filter(client=client), Member.objects.all()):
        ended = terms.filter(user__in=people, until_at__lte=now).order_by()
        for person, until_at in ended.values_list("user_id", "until_at"):
            found[person] = max(until_at, found.get(person, until_at))
    return found


def _by_what_was_done(
    changes: Iterable[Change], crew: Crew
) -> dict[tuple[tuple[str, str], ...], list[Change]]:
    """Group the changes by what they say was done: `keep` is told once for all rows of a call."""
    groups: dict[tuple[tuple[str, str], ...], list[Change]] = {}
    for change in changes:
        done = dict(change.done or {})
        if change.before is not None:
            done |= rules.done(change.before.facts, facts_of(change.row))
        if change.row.is_live and crew.is_present(change.row):
            done[rules.OWNER] = rules.DONE[rules.OWNER]
        groups.setdefault(tuple(sorted(done.items())), []).append(change)
    return groups


def _kinds_of(models: Collection[type[Record]]) -> list[str]:
    more = [kind for kind, (model, _) in _contributors.items() if model in models]
    return [*KINDS, *more]


def _dated(client: Client, row: Record, owed: Owed, crew: Crew) -> Obligation:
    owner, backup, internal = crew.holders(row)
    return Obligation(
        kind=owed.kind,
        subject=subject_of(row),
        title=owed.title,
        due=Due(on=owed.on, duration=owed.duration),
        started_at=min(_start_of(owed.since, client) if owed.since else row.created_at, crew.now),
        owner=owner,
        backup_owner=backup,
        note=about(row),
        source=owed.source,
        internal=internal,
    )


def _start_of(day: dt.date, client: Client) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZoneInfo(client.time_zone))


def _naming(client: Client, row: Record, crew: Crew, was: Before | None) -> Obligation:
    """That somebody be named who answers for the row."""
    since = _unowned_since(row, crew, was)
    calendar = f"business:{client.holiday_calendar}"
    _, due_on = due_after(since, rules.OWNER_WITHIN, calendar, ZoneInfo(client.time_zone))
    left_at = crew.left.get(row.owner_id) if row.owner_id else None
    noun = str(row._meta.verbose_name).capitalize()
    day = f" on {format_table(left_at.astimezone(ZoneInfo(client.time_zone)).date())}" if left_at else ""
    return Obligation(
        kind=rules.OWNER,
        subject=subject_of(row),
        title=f"Name an owner for {row.name}",
        due=Due(on=due_on, calendar=calendar, duration=rules.OWNER_WITHIN),
        started_at=since,
        note=f"{noun} · its owner left{day}" if row.owner_id else f"{noun} · {about(row)}",
        source="Every record in use has an owner",
    )


def _unowned_since(row: Record, crew: Crew, was: Before | None) -> dt.datetime:
    """Since when the row stands without an owner, as far as is known: never earlier than it really did."""
    standing = crew.unowned.get(subject_of(row).key)
    if standing is not None:
        return standing
    if row.owner_id is not None:
        return crew.left.get(row.owner_id, crew.now)
    if was is not None:
        return crew.now if was.owner_id else was.touched_at
    return row.updated_at
