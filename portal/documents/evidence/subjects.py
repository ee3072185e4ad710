"""The kinds of record that files are attached to. Upper rooms say in `ready()` how one of theirs is found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.documents.models import EvidenceFile

LONGEST_ID = 18
ATTACHED, WITHDRAWN, SHOWN, KEPT_BACK = "attached", "withdrawn", "shown", "kept back"


@dataclass(frozen=True)
class About:
    """One record: what it is called, where its page is, whether it is internal; `refusal` says why nothing goes in."""

    words: str
    url: str
    internal: bool = False
    refusal: str = ""


@dataclass(frozen=True)
class Happening:
    """What was done to a file. `shown` tells whether the client's people saw it before or see it now."""

    did: str
    by: User
    at: datetime
    shown: bool
    why: str = ""


#: Called in the transaction of what was done.
Follow = Callable[["EvidenceFile", Happening], None]


def nothing_follows(file: EvidenceFile, happening: Happening) -> None:
    """Most records take a file without doing anything about it."""


#: The records of these ids that are in the scope of whoever asks; ids may be any text.
Find = Callable[[Client, Collection[str]], Mapping[str, About]]


@dataclass(frozen=True)
class Subject:
    """A kind of record. `find` leaves out what is not there and what the person may not see."""

    type: str
    noun: str
    find: Find
    attach: Permission
    read: Permission
    internal_first: bool
    follow: Follow


_subjects: dict[str, Subject] = {}


def register(
    subject_type: str,
    *,
    noun: str,
    find: Find,
    attach: Permission = Permission.EDIT_REGISTERS,
    read: Permission = Permission.VIEW_CLIENT,
    internal_first: bool = False,
    follow: Follow = nothing_follows,
) -> None:
    """Let files be attached to rows of a model ("app.model").

    internal_first: whether files are offered as for people of the practice only until somebody shows them.
    follow: what the record does about a file that is attached, withdrawn, shown or kept back.
    """
    _subjects[subject_type] = Subject(subject_type, noun, find, attach, read, internal_first, follow)


def rows_of(model: type[models.Model], about: Callable[[Any], About], related: Sequence[str] = ()) -> Find:
    """Make the `find` of a model of one client's rows; `about` puts a row into words, client and `related` at hand."""

    def found(client: Client, ids: Collection[str]) -> dict[str, About]:
        numbers = [
            int(each) for each in ids if each.isascii() and each.isdecimal() and len(each) <= LONGEST_ID
        ]
        rows = model._default_manager.filter(client=client, pk__in=numbers)
        listed: dict[str, About] = {}
        for row in rows.select_related(*related) if related else rows:
            row.client = client  # type: ignore[attr-defined]
            listed[str(row.pk)] = about(row)
        return listed

    return found


def subject_of(subject_type: str) -> Subject | None:
    """Return a registered kind of record, or None."""
    return _subjects.get(subject_type)


def about_of(client: Client, subject_type: str, subject_id: str) -> About | None:
    """Find one record in the scope of whoever asks."""
    kind = subject_of(subject_type)
    return kind.find(client, [subject_id]).get(subject_id) if kind else None


def nouns() -> list[tuple[str, str]]:
    """List the kinds of record with their nouns, by noun."""
    return sorted(((each.type, each.noun) for each in _subjects.values()), key=lambda pair: pair[1])


def readable(access: Access, client: Client) -> Sequence[str]:
    """List the kinds of record whose files this person may read at a client."""
    return [each.type for each in _subjects.values() if access.may(each.read, client)]
