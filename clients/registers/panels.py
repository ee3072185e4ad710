"""What the registers put on pages of other rooms: the Contents, a client's views, search, the trail's words."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Field, ForeignKey

from clients.registers.catalogue import REGISTERS
from clients.registers.models import Record
from clients.registers.obligations import about
from clients.registers.platforms import platform_name
from clients.registers.queries import rows_in_reach, rows_of
from clients.registers.register import Register
from portal.audit import presenters
from portal.documents.evidence import subjects
from portal.shell import navigation, search
from portal.shell.navigation import Count, capped
from portal.shell.search import Hit
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission

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
    "review": "recorded the review of",
    "review_dpa": "recorded the review of the DPA with",
    "assess": "assessed",
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
        subjects.register(
            register.model._meta.label_lower,
            noun=register.singular,
            find=subjects.rows_of(register.model, _about_evidence),
        )
    presenters.register(table="registers_draftimport", noun="uploaded table")
    presenters.register_action("register.upload", "uploaded for a preview the")
    presenters.register_action("register.drop_upload", "dropped the")
    presenters.register_action("register.import", "imported")
    presenters.register_action("register.export", "exported the")
    presenters.register_action("secret.refused", "was refused a secret in the")


def _about_evidence(record: Record) -> subjects.About:
    return subjects.About(record.name, record.get_absolute_url(), record.internal)


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
        Hit(row.name, row.get_absolute_url(), f"{row.client.name} · {about(row)}")
        for row in rows.prefetch_related("client").order_by("name")[: search.MOST_A_KIND]
    ]
