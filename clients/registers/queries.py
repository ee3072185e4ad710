"""Reads over several registers: what is due, what nobody owns, how much there is, who may own it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from clients.registers.models import Credential, Integration, Record, SubProcessor, Workflow
from clients.registers.models.record import RecordQuerySet
from clients.registers.rules.service_accounts import Person
from portal.accounts.models import User
from portal.shell.navigation import Count, capped
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.people import people_of
from portal.tenancy.permissions import Access

MODELS: dict[str, type[Record]] = {
    model.REGISTER: model for model in (Workflow, Integration, Credential, SubProcessor)
}
#: The day of each register by which something is to be done, as a column; workflows have none.
DUE_COLUMNS = {"credentials": "next_due_on", "integrations": "renewal_on", "sub-processors": "dpa_review_on"}
MOST = 300


@dataclass(frozen=True)
class Due:
    """A record with a day by which something is to be done: `what` is its kind, `title` its name."""

    what: str
    title: str
    client: Client
    due_on: dt.date
    owner: User | None
    url: str
    register: str
    record: Record


@dataclass(frozen=True)
class Roster:
    """Whom a client's records may name: `owners` may own one now; `names` are all known people, also former ones."""

    owners: tuple[User, ...]
    names: tuple[Person, ...]

    def owner_ids(self) -> set[UUID]:
        return {person.pk for person in self.owners}

    def by_email(self, email: str) -> User | None:
        """Find an owner by e-mail address, whatever its case."""
        wished = email.strip().casefold()
        return next((person for person in self.owners if person.email.casefold() == wished), None)


def roster(client: Client, now: dt.datetime) -> Roster:
    """Load the people of a client once. Two queries."""
    assigned = Assignment.objects.filter(client=client).values_list("user__name", "user__email")
    members = Member.objects.values_list("user__name", "user__email")
    owners = tuple(people_of(client, now).order_by("name", "email"))
    return Roster(owners, tuple(Person(*row) for row in assigned.union(members)))


def rows_of(register: str, client: Client | None, also: Iterable[str] = ()) -> RecordQuerySet:
    """All rows of a register for one client, or without one for every client in reach; with client and owner.

    Over all clients what goes with the rows is read after them: the policy of a joined table hides from the planner
    how many rows the join keeps, and it gives up the index that has the rows in their order.
    """
    rows: RecordQuerySet = MODELS[register].objects.all()
    names = ("client", "owner", *also)
    return rows.for_client(client).select_related(*names) if client else rows.prefetch_related(*names)


def rows_for_table(register: str, client: Client | None) -> RecordQuerySet:
    """All rows with everything that a table of them writes at hand. One query, over all clients one more a link."""
    names = ("backup_owner", "approved_by", "workflow", "integration")
    has = {field.name for field in MODELS[register]._meta.concrete_fields}
    return rows_of(register, client, [name for name in names if name in has])


def due_rows(register: str, client: Client | None, until: dt.date) -> RecordQuerySet:
    """The rows in use of one register that are overdue or due by `until`, oldest first."""
    column = DUE_COLUMNS[register]
    rows = rows_of(register, client).live().filter(**{f"{column}__lte": until})
    return rows.order_by(column, "id")


def due_within(client: Client | None, days: int, today: dt.date) -> list[Due]:
    """List what is overdue or due within `days` in all registers, oldest first, 300 a register at most.

    One query a register. Without a client: over every client that the scope lets through, two more a register.
    """
    until = today + dt.timedelta(days=days)
    found = [_due(row) for register in DUE_COLUMNS for row in due_rows(register, client, until)[:MOST]]
    return sorted(found, key=lambda due: (due.due_on, due.client.name, due.title))


def overdue(client: Client | None, today: dt.date) -> list[Due]:
    """List what should have been done before today, oldest first."""
    return due_within(client, -1, today)


def without_owner(client: Client | None, registers: Iterable[str] = tuple(MODELS)) -> list[Record]:
    """List the records in use that nobody owns, by name, 300 a register at most. One query a register."""
    found: list[Record] = []
    for register in registers:
        found.extend(rows_of(register, client).without_owner().order_by("id")[:MOST])
    return sorted(found, key=lambda record: record.name.casefold())


def counts(client: Client) -> dict[str, int]:
    """Count the rows in use of each register of one client. One query a register."""
    return {register: rows_of(register, client).live().order_by().count() for register in MODELS}


def related(record: Record) -> list[tuple[str, list[Record]]]:
    """List the records that this one is linked with, by title: what it serves and what serves it."""
    found: list[tuple[str, list[Record]]] = []
    if isinstance(record, Workflow):
        links: list[Record] = list(
            record.integrations.select_related("client", "owner").order_by("name")[:MOST]
        )
        keys = Credential.objects.for_client(record.client).filter(integration__workflow=record)
        found = [
            ("Integrations", links),
            ("Credentials", list(keys.select_related("client", "owner").order_by("name")[:MOST])),
        ]
    elif isinstance(record, Integration):
        keys = record.credentials.select_related("client", "owner").order_by("name")[:MOST]
        found = [("Workflow", [record.workflow] if record.workflow else []), ("Credentials", list(keys))]
    elif isinstance(record, Credential):
        found = [("Integration", [record.integration] if record.integration else [])]
    return [(title, rows) for title, rows in found if rows]


def _due(record: Record) -> Due:
    what = str(record._meta.verbose_name).capitalize()
    due_on = record.due_on or dt.date.max
    return Due(
        what,
        record.name,
        record.client,
        due_on,
        record.owner,
        record.get_absolute_url(),
        record.REGISTER,
        record,
    )


@dataclass(frozen=True)
class Choices:
    """What a record's form offers: people, and the records in use that it can be linked with."""

    people: Roster
    links: dict[str, list[Record]]


def has_left(record: Record, now: dt.datetime) -> bool:
    """Whether the record's owner works for the client no more: the name stays until another one is named."""
    return (
        record.owner_id is not None and not people_of(record.client, now).filter(pk=record.owner_id).exists()
    )


def choices_for(register: str, client: Client, now: dt.datetime) -> Choices:
    """Load what a register's form offers for a client. Two queries, and one for each kind of link."""
    links: dict[str, list[Record]] = {}
    for field in MODELS[register]._meta.concrete_fields:
        target = field.related_model
        if isinstance(target, type) and issubclass(target, Record):
            links[field.name] = list(target.objects.for_client(client).live().order_by("name"))
    return Choices(roster(client, now), links)


def rows_in_reach(register: str, access: Access) -> RecordQuerySet:
    """All rows over the clients in the person's reach; the literal clients help the planner, the policy guarantees."""
    rows = rows_for_table(register, None)
    return rows if access.client_ids is None else rows.filter(client_id__in=access.client_ids)


def counts_in_reach(access: Access) -> dict[str, Count]:
    """Count the rows in use of each register over all clients in reach, no further than 999. One query a register."""
    return {register: capped(rows_in_reach(register, access).live()) for register in MODELS}
