"""What the registers put on pages of other rooms: the Contents, a client's views, Today, search, the trail's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db.models import Count as Number
from django.db.models import Field, ForeignKey, Q

from clients.registers.catalogue import REGISTERS
from clients.registers.lists.cells import credential_sub
from clients.registers.lists.tables import address, next_step
from clients.registers.models import Credential, Record
from clients.registers.models.record import RecordQuerySet
from clients.registers.platforms import platform_name
from clients.registers.queries import DUE_COLUMNS, MODELS, linked, rows_in_reach, rows_of
from clients.registers.register import Register
from portal.audit import presenters
from portal.shell import navigation, search, today
from portal.shell.navigation import Count, capped
from portal.shell.search import Hit
from portal.shell.today import Entry
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission

WEEK = dt.timedelta(days=7)
MOST = 100
#: How long a record may stand without an owner before Today calls it late. A default of ours.
OWNER_WITHIN = dt.timedelta(days=7)
SAYS_NOTHING = frozenset(
    {
        "id",
        "practice",
        "client",
        "version",
        "created_at",
        "updated_at",
        "next_due_on",
        "retired_at",
        "retired_by",
    }
    | {"revoked_at", "revoked_by", "retired_reason", "revoked_reason"}
)
PHRASES = {
    "reassign": "handed over",
    "unretire": "took into use again",
    "retire": "retired",
    "rotate": "recorded the rotation of",
    "revoke": "recorded as revoked",
}


def register_all() -> None:
    """Put the registers everywhere they belong. Called once, when the apps are ready."""
    for order, register in enumerate(REGISTERS.values(), start=10):
        kwargs = {"register": register.slug}
        navigation.register(
            "Records",
            register.title,
            "register_all",
            kwargs=kwargs,
            count=partial(_contents_count, register),
            permission=Permission.VIEW_CLIENT,
            order=order,
        )
        navigation.register_client_view(
            register.title,
            "register_list",
            kwargs=kwargs,
            count=partial(_client_count, register),
            permission=Permission.VIEW_CLIENT,
            order=order,
        )
        search.register(register.title, partial(find, register), order=order)
        _register_words(register)
    today.register(owed, owed_count)
    presenters.register(table="registers_draftimport", noun="uploaded table")
    presenters.register_action("register.upload", "uploaded for a preview the")
    presenters.register_action("register.drop_upload", "dropped the")
    presenters.register_action("register.import", "imported")
    presenters.register_action("register.export", "exported the")
    presenters.register_action("secret.refused", "was refused a secret in the")


def _register_words(register: Register) -> None:
    model = register.model
    columns = {str(field.column): _column_words(field) for field in model._meta.concrete_fields}
    noun = str(model._meta.verbose_name)
    links = presenters.links_of(model)
    presenters.register(table=model._meta.db_table, noun=noun, columns=columns, links=links)
    presenters.register(table=register.slug, noun=f"register of {register.plural}")
    for verb, phrase in PHRASES.items():
        presenters.register_action(f"{noun.replace('-', '_')}.{verb}", phrase)


def _column_words(field: Field[Any, Any]) -> presenters.Column:
    """How the history names a column and shows its values; None for those that say nothing to a reader."""
    if field.name in SAYS_NOTHING:
        return None
    words = str(field.verbose_name)
    if field.choices:
        titles = {key: str(title) for key, title in field.choices}
        return words, lambda value: titles.get(value, str(value))
    if isinstance(field, ForeignKey) and issubclass(field.related_model, Record):
        return words, presenters.Named(presenters.names_in(field.related_model))
    if field.name == "platform":
        return words, platform_name
    return (words, lambda value: f"{value} days") if field.name.endswith("_days") else words


def _contents_count(register: Register, access: Access) -> Count:
    return capped(rows_in_reach(register.slug, access).live())


def _client_count(register: Register, access: Access, client: Client) -> Count:
    return capped(rows_of(register.slug, client).live())


def find(register: Register, access: Access, text: str) -> list[Hit]:
    """Find records in use of one register by name, in the person's reach."""
    rows = rows_in_reach(register.slug, access).live().filter(name__icontains=text).prefetch_related(None)
    return [
        Hit(row.name, row.get_absolute_url(), f"{row.client.name} · {_about(row)}")
        for row in rows.prefetch_related("client").order_by("name")[: search.MOST_A_KIND]
    ]


def _about(row: Record) -> str:
    if isinstance(row, Credential):
        return credential_sub(row)
    platform = getattr(row, "platform", "")
    return platform_name(platform) if platform else str(row._meta.verbose_name)


def owed(access: Access, on: dt.date) -> Iterable[Entry]:
    """Give what is late or due within seven days in all registers, and what has stood a week without an owner."""
    dated = [row for slug, column in DUE_COLUMNS.items() for row in _due(slug, column, access, on)]
    unowned = [row for slug in MODELS for row in _unowned(slug, access, on)]
    linked([*dated, *unowned])
    for row in dated:
        yield _entry(REGISTERS[row.REGISTER], row, row.due_on, access, on)
    for row in unowned:
        name_by = min(row.created_at.date() + OWNER_WITHIN, on + WEEK)
        yield _entry(REGISTERS[row.REGISTER], row, name_by, access, on)


def owed_count(access: Access, on: dt.date) -> tuple[int, int]:
    """Count what `owed` gives, and how many of it are late. Two queries a register, over the same few rows."""
    named_late = dt.datetime.combine(on - OWNER_WITHIN, dt.time(), dt.UTC)
    counts = [
        *(
            _counted(_due(slug, column, access, on), Q(**{f"{column}__lt": on}))
            for slug, column in DUE_COLUMNS.items()
        ),
        *(_counted(_unowned(slug, access, on), Q(created_at__lt=named_late)) for slug in MODELS),
    ]
    return sum(n for n, _ in counts), sum(late for _, late in counts)


def _counted(rows: RecordQuerySet, is_late: Q) -> tuple[int, int]:
    found = rows.aggregate(n=Number("pk"), late=Number("pk", filter=is_late))
    return found["n"], found["late"]


def _due(slug: str, column: str, access: Access, on: dt.date) -> RecordQuerySet:
    rows = rows_in_reach(slug, access).live().filter(**{f"{column}__lte": on + WEEK})
    found: RecordQuerySet = rows.order_by(column, "id").prefetch_related(None)[:MOST]
    return found


def _unowned(slug: str, access: Access, on: dt.date) -> RecordQuerySet:
    """Rows in use that nobody owns and that are not owed for their date already."""
    rows = rows_in_reach(slug, access).without_owner()
    if slug in DUE_COLUMNS:
        rows = rows.exclude(**{f"{DUE_COLUMNS[slug]}__lte": on + WEEK})
    found: RecordQuerySet = rows.order_by("id").prefetch_related(None)[:MOST]
    return found


def _entry(register: Register, row: Record, due_on: dt.date | None, access: Access, on: dt.date) -> Entry:
    step = next_step(register, row, on) if access.may(Permission.EDIT_REGISTERS, row.client) else None
    if row.owner_id is None and step is not None:
        label, url = "Name an owner", address(row, "record_reassign")
    else:
        label, url = (step.label, step.url) if step else ("", "")
    return Entry(
        kind=_kind(register, row, due_on),
        title=_to_do(register, row, due_on),
        url=row.get_absolute_url(),
        due_on=due_on,
        client_name=row.client.name,
        client_url=row.client.get_absolute_url(),
        meta=_about(row),
        owner=row.owner,
        action_label=label,
        action_url=url,
    )


def _to_do(register: Register, row: Record, due_on: dt.date | None) -> str:
    """What there is to do, as Today is a list of things to do."""
    if row.owner_id is None:
        return f"Name an owner for {row.name}"
    if isinstance(row, Credential):
        return f"{'Renew' if due_on == row.renewal_on else 'Rotate'} {row.name}"
    return f"Review {row.name}" if register.slug == "integrations" else f"Review the DPA with {row.name}"


def _kind(register: Register, row: Record, due_on: dt.date | None) -> str:
    if due_on != row.due_on:
        return f"{register.singular.capitalize()} without an owner"
    return {"credentials": "Credential renewal", "integrations": "Integration review"}.get(
        register.slug, "DPA review"
    )
