"""Every change of a register row: add, edit, retire, hand over, rotate, revoke. Each is one audited transaction,
and brings the deadlines of the row to what it owes from then on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from clients.registers.checks import InvalidRecord, problems_of
from clients.registers.models import Credential, Record
from clients.registers.obligations import NO_LONGER, Before, Change, before, hold
from clients.registers.queries import MODELS, Roster, roster
from clients.registers.rules.obligations import DONE, RENEWAL, ROTATION
from portal.audit.actions import action
from portal.audit.actions import record as note
from portal.lib.dates import format_table
from portal.lib.fields import SecretRefused
from portal.lib.refused import Refused
from portal.lib.secrets import find_secret
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User


AnyRecord = TypeVar("AnyRecord", bound=Record)


class Keep(Enum):
    """Stands for "leave it as it is" where None means nobody."""

    AS_IT_IS = "as it is"


KEEP = Keep.AS_IT_IS
TAKEN = "There is an entry of this name already. Choose another name, or change that entry."


class Changed(Refused):
    """Somebody changed the record since it was opened; `current` is how it is now."""

    def __init__(self, current: Record) -> None:
        super().__init__("Somebody changed this since you opened it. Nothing has been saved.")
        self.current = current


def add_record(
    register: str,
    client: Client,
    values: Mapping[str, Any],
    *,
    by: User,
    why: str = "",
    people: Roster | None = None,
) -> Record:
    """Add a row. `values` holds the model's fields by name. Raises InvalidRecord for values that cannot be kept."""
    row = MODELS[register](practice_id=client.practice_id, client=client, **tidy(values))
    with action(f"{row.noun}.add", by=by, why=noted(why)):
        check_and_save(row, people or roster(client, timezone.now()))
        _hold(row, None, by)
    return row


def edit_record(
    record: Record,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    why: str = "",
    people: Roster | None = None,
) -> Record:
    """Change the fields in `values` that differ; without a difference nothing is written.

    version: the version that the person saw. Raises Changed when it is no longer the current one, InvalidRecord
    for values that cannot be kept, Refused for a row that is out of use.
    """
    with action(f"{record.noun}.edit", by=by, why=noted(why)):
        row = locked(record)
        if version is not None and row.version != version:
            raise Changed(row)
        _refuse_out_of_use(row)
        was = before(row)
        if change(row, values, people or roster(row.client, timezone.now())):
            _hold(row, was, by)
    return row


def retire_record(record: Record, *, by: User, why: str) -> Record:
    """Take a row out of use, with the reason. What hangs on it must be out of use before."""
    with action(f"{record.noun}.retire", by=by, why=_reason(why)):
        row = locked(record)
        if row.retired_at:
            raise Refused(f"{row.name} is retired already.")
        _refuse_while_needed(row)
        was = before(row)
        row.retired_at, row.retired_by, row.retired_reason = timezone.now(), by, why.strip()
        _save(row, ["retired_at", "retired_by", "retired_reason"])
        _hold(row, was, by, why=f"{row.name} was retired")
    return row


def unretire_record(record: Record, *, by: User, why: str = "") -> Record:
    """Take a row into use again, as long as its name is still free."""
    with action(f"{record.noun}.unretire", by=by, why=noted(why)):
        row = locked(record)
        if not row.retired_at:
            raise Refused(f"{row.name} is in use already.")
        row.retired_at, row.retired_by, row.retired_reason = None, None, ""
        if row.is_live:
            _refuse_taken_name(row)
        _save(row, ["retired_at", "retired_by", "retired_reason"])
        _hold(row, None, by)
    return row


def reassign(
    record: Record,
    *,
    by: User,
    owner: User | None,
    backup_owner: User | Keep | None = KEEP,
    why: str,
    people: Roster | None = None,
) -> Record:
    """Hand a row over to another owner, and a credential or integration to another backup owner too."""
    with action(f"{record.noun}.reassign", by=by, why=_reason(why)):
        changed = _reassigned(record, owner, backup_owner, people)
        hold(changed.row.client, [changed], by=by, now=timezone.now())
    return changed.row


def hand_over(records: Iterable[Record], *, by: User, owner: User, why: str) -> int:
    """Hand several rows of one client over to one owner, all or none. Gives how many have changed hands."""
    rows = list(records)
    if not rows:
        raise Refused("Choose at least one entry to hand over.")
    client = rows[0].client
    people = roster(client, timezone.now())
    moved = []
    with action(f"{rows[0].noun}.reassign", by=by, why=_reason(why)):
        for row in rows:
            if row.owner_id != owner.pk:
                with action(f"{row.noun}.reassign", by=by, why=why):
                    moved.append(_reassigned(row, owner, KEEP, people))
        hold(client, moved, by=by, now=timezone.now())
    return len(moved)


def _reassigned(
    record: Record, owner: User | None, backup_owner: User | Keep | None, people: Roster | None
) -> Change:
    """Give a row its new owner; its deadlines are held by the caller."""
    row = locked(record)
    _refuse_out_of_use(row)
    was = before(row)
    values: dict[str, Any] = {"owner": owner}
    if backup_owner is not KEEP:
        values["backup_owner"] = backup_owner
    elif owner is not None and getattr(row, "backup_owner_id", None) == owner.pk:
        values["backup_owner"] = None
    change(row, values, people or roster(row.client, timezone.now()))
    return Change(row, was)


def rotate(
    credential: Credential,
    *,
    by: User,
    rotated_on: dt.date,
    today: dt.date,
    renewal_on: dt.date | None = None,
    fingerprint: str = "",
    why: str = "",
) -> Credential:
    """Record that a new secret has taken the old one's place.

    renewal_on: the new renewal date; None leaves the rotation interval alone to say when it is next due.
    fingerprint: of the new secret. The old one's is taken away when none is given, because it no longer holds.
    Raises InvalidRecord for a day that is to come or before the last rotation, a renewal that is not after it,
    the fingerprint of the old secret, or a credential that would never be due again.
    """
    with action("credential.rotate", by=by, why=noted(why)):
        row = locked(credential)
        _refuse_out_of_use(row)
        _refuse_rotation(row, rotated_on, renewal_on, fingerprint, today)
        was = before(row)
        values = {"rotated_on": rotated_on, "renewal_on": renewal_on, "fingerprint": fingerprint}
        change(row, values, roster(row.client, timezone.now()))
        _hold(row, was, by, done={kind: DONE[kind] for kind in (RENEWAL, ROTATION)})
    return row


def revoke(credential: Credential, *, by: User, why: str, at: dt.datetime | None = None) -> Credential:
    """Record that a credential no longer opens anything. `at`: when it was revoked, now if left out."""
    now = timezone.now()
    with action("credential.revoke", by=by, why=_reason(why)):
        row = locked(credential)
        if row.revoked_at:
            raise Refused(f"{row.name} is revoked already.")
        if at is not None and at > now:
            raise InvalidRecord({"revoked_at": ["Enter an instant that has passed."]})
        was = before(row)
        row.revoked_at, row.revoked_by, row.revoked_reason = at or now, by, why.strip()
        _save(row, ["revoked_at", "revoked_by", "revoked_reason"])
        _hold(row, was, by, why=f"{row.name} was revoked")
    return row


def note_refused_secrets(client: Client, register: str, secrets: Mapping[str, str], *, by: User) -> None:
    """Write down that a secret was refused: the kind and the field, never the value."""
    for field, kind in secrets.items():
        details = {"kind": kind, "field": field, "register": register}
        note("secret.refused", client=client, object=register, details=details, by=by)


def _hold(
    row: Record,
    was: Before | None,
    by: User | None,
    *,
    done: Mapping[str, str] | None = None,
    why: str = NO_LONGER,
) -> None:
    hold(row.client, [Change(row, was, done)], by=by, now=timezone.now(), why=why)


def check_and_save(row: Record, people: Roster, *, taken: bool | None = None) -> None:
    """Save a new row once it is sound; the caller holds its deadlines.

    taken: whether its name is in use, where the caller knows.
    """
    invalid = problems_of(row, people)
    if invalid:
        raise invalid
    if taken is None:
        _refuse_taken_name(row)
    _work_out(row)
    _insert_or_update(row, None)


def tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    """Take blanks from around texts and lines, so that what was typed, sent and imported compares equal."""
    return {name: _tidied(value) for name, value in values.items()}


def _tidied(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        lines = (line.strip() for each in value for line in each.splitlines())
        return list(dict.fromkeys(line for line in lines if line))
    return value


def change(row: Record, values: Mapping[str, Any], people: Roster, *, taken: bool | None = None) -> list[str]:
    """Set the values that differ on a locked row, check it and save. Gives the names of the changed fields.

    The caller holds the row's deadlines.
    """
    stood = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    values = tidy(values)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(row, name, values[name])
    invalid = problems_of(row, people, stood)
    if invalid:
        raise invalid
    if "name" in changed and taken is None:
        _refuse_taken_name(row)
    _save(row, changed)
    return changed


def _save(row: Record, changed: list[str]) -> None:
    row.version += 1
    _insert_or_update(row, [*changed, *_work_out(row), "version", "updated_at"])


def _insert_or_update(row: Record, fields: list[str] | None) -> None:
    """Write the row; a name that somebody else took a moment ago is refused like any other taken name."""
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError as error:
        if "name_once" in str(error):
            raise InvalidRecord({"name": [TAKEN]}) from None
        raise


def _work_out(row: Record) -> list[str]:
    if isinstance(row, Credential):
        row.work_out_next_due()
        return ["next_due_on"]
    return []


def locked(record: AnyRecord) -> AnyRecord:
    """Load the row anew and lock it until the transaction ends. Other modules of actions use it too."""
    rows = type(record).objects.for_client(record.client).select_related("client", "owner")
    found: AnyRecord = rows.select_for_update(of=("self",)).get(pk=record.pk)
    return found


def _refuse_out_of_use(row: Record) -> None:
    if row.retired_at:
        raise Refused(f"{row.name} is retired. Take it into use again before you change it.")
    if not row.is_live:
        raise Refused(f"{row.name} is revoked and is no longer changed. Add a new entry for its successor.")


def _refuse_taken_name(row: Record) -> None:
    same = type(row).objects.for_client(row.client).live().filter(name__iexact=row.name)
    if same.exclude(pk=row.pk).exists():
        raise InvalidRecord({"name": [TAKEN]})


def _refuse_while_needed(row: Record) -> None:
    """A workflow with integrations in use, or an integration with credentials in use, cannot retire yet."""
    for relation, noun in (("integrations", "integration"), ("credentials", "credential")):
        needed = getattr(row, relation, None)
        if needed is None:
            continue
        names = list(needed.live().order_by("name").values_list("name", flat=True)[:4])
        if names:
            shown = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
            verb = "Revoke or retire" if noun == "credential" else "Retire"
            raise Refused(f"{row.name} is still used by {shown}. {verb} what hangs on it first.")


def _refuse_rotation(
    row: Credential, rotated_on: dt.date, renewal_on: dt.date | None, fingerprint: str, today: dt.date
) -> None:
    problems: dict[str, list[str]] = {}
    last = row.rotated_on or row.issued_on
    if rotated_on > today:
        problems["rotated_on"] = [
            f"Enter the day on which it was rotated: today, {format_table(today)}, or before."
        ]
    elif last and rotated_on < last:
        problems["rotated_on"] = [f"Enter a day that is not before the last rotation, {format_table(last)}."]
    if renewal_on and renewal_on <= max(rotated_on, today):
        problems["renewal_on"] = [f"Renewal date must be after today, {format_table(today)}."]
    if not renewal_on and not row.rotation_interval_days and row.renewal_on:
        problems["renewal_on"] = ["Enter when it is next due: it has no rotation interval."]
    if fingerprint and fingerprint == row.fingerprint:
        problems["fingerprint"] = [
            "This is the fingerprint of the old secret. Enter the new one's, or leave it empty."
        ]
    if problems:
        raise InvalidRecord(problems)


def _reason(why: str) -> str:
    """Insist on a reason; it is written into the trail, so no secret may stand in it."""
    if not why.strip():
        raise InvalidRecord({"why": ["Enter the reason. It is kept in the history."]})
    return noted(why)


def noted(why: str) -> str:
    """Give a reason without blanks around it. Raises InvalidRecord for one that looks like a secret."""
    kind = find_secret(why)
    if kind:
        raise InvalidRecord({"why": [SecretRefused(kind).messages[0]]}, {"why": kind})
    return why.strip()
