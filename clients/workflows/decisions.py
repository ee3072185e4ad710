"""Deciding what an export proposes: accept writes the registers by their own actions, decline and reopen do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from clients.registers.actions import add_record, edit_record, retire_record
from clients.registers.models import Credential, Integration, Record
from clients.registers.queries import MODELS, Roster, roster
from clients.workflows import deadlines
from clients.workflows.matching import free_name
from clients.workflows.models import Proposal, WorkflowExport
from clients.workflows.queries import versions_of
from portal.audit.actions import action
from portal.lib.dates import format_table
from portal.lib.refused import Refused
from portal.lib.secrets import find_secret
from portal.tenancy.models import YesNoUnknown

if TYPE_CHECKING:
    from portal.accounts.models import User

Changes = Mapping[str, Any]
#: What several workflows use alike, so that several exports propose it.
_SHARED = (Proposal.Register.CREDENTIALS, Proposal.Register.SUB_PROCESSORS)
_LINKS: dict[type[Record], str] = {Integration: "workflow", Credential: "integration"}


@dataclass
class Decided:
    """What came of several proposals: the entries written, and the refusals in words."""

    accepted: list[Record] = field(default_factory=list)
    refused: list[tuple[Proposal, str]] = field(default_factory=list)


def accept(
    proposal: Proposal,
    *,
    by: User,
    changes: Changes | None = None,
    changes_of: Mapping[int, Changes] | None = None,
    people: Roster | None = None,
) -> Record:
    """Write what is proposed into its register, with what it hangs on, and give the entry.

    changes: values by field name that go before the proposed ones, such as owner and renewal_on. changes_of: the
    same for the proposals that are accepted along with it, by their id. Raises Refused when it was decided before,
    when the entry has changed meanwhile, or when the register refuses the values (then InvalidRecord).
    """
    with action("proposal.accept", by=by):
        row = _locked(proposal)
        if row.state == Proposal.State.ACCEPTED:
            raise Refused(f"{row.name} was accepted already, {_by_whom(row)}. Change the entry itself.")
        _refuse_decided(row)
        crew = people or roster(row.client, timezone.now())
        return _accept(row, by, {**(changes_of or {}), row.pk: changes or {}}, crew)


def accept_many(
    proposals: Iterable[Proposal],
    *,
    by: User,
    changes_of: Mapping[int, Changes] | None = None,
) -> Decided:
    """Accept proposals of one client, each for itself: what one refuses does not hold up the others."""
    rows = sorted(proposals, key=lambda each: (each.export_id, each.pk))
    waiting = set(
        Proposal.objects.open().filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    )
    done = Decided()
    people = roster(rows[0].client, timezone.now()) if rows else None
    wished = changes_of or {}
    for row in rows:
        try:
            with transaction.atomic():
                if row.pk in waiting and not Proposal.objects.open().filter(pk=row.pk).exists():
                    continue  # settled along with another of them
                entry = accept(row, by=by, changes=wished.get(row.pk), changes_of=wished, people=people)
        except Refused as refusal:
            done.refused.append((row, str(refusal)))
        else:
            done.accepted.append(entry)
    return done


def accept_all(
    export: WorkflowExport, *, by: User, changes_of: Mapping[int, Changes] | None = None
) -> Decided:
    """Accept everything that an export proposes and nobody has decided."""
    waiting = export.proposals.open().select_related("client").order_by("id")
    return accept_many(waiting, by=by, changes_of=changes_of)


def decline(proposal: Proposal, *, by: User, why: str = "") -> Proposal:
    """Leave the register as it is. The same proposal does not come again with the next version."""
    reason = why.strip()
    if find_secret(reason):
        raise Refused("The reason looks like a secret, so it was not saved. Write it in other words.")
    with action("proposal.decline", by=by, why=reason):
        row = _locked(proposal)
        _refuse_decided(row)
        row.reason = reason[:500]
        _decide(row, Proposal.State.DECLINED, by)
    return row


def reopen(proposal: Proposal, *, by: User) -> Proposal:
    """Take back that a proposal was declined, as long as no newer version of the export has come in."""
    with action("proposal.reopen", by=by):
        row = _locked(proposal)
        if row.state != Proposal.State.DECLINED:
            raise Refused(f"{row.name} was not declined, so there is nothing to take back.")
        if not row.export.current:
            raise Refused(
                f"A newer version of {row.export.name} has come in. Decide on what that one proposes."
            )
        row.state, row.decided_at, row.decided_by, row.reason = Proposal.State.OPEN, None, None, ""
        row.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    return row


# How one proposal is written -------------------------------------------------------------------------------------


def _accept(row: Proposal, by: User, wished: Mapping[int, Changes], people: Roster) -> Record:
    link = _link(row, by, wished, people)
    changes = wished.get(row.pk, {})
    why = f"From version {row.export.version} of the workflow's export."
    if row.kind == Proposal.Kind.NEW:
        values = {**row.values, **link, **changes}
        entry = _write_new(row, values, changes, by=by, why=why, people=people)
    elif row.kind == Proposal.Kind.CHANGED:
        entry = _write_change(row, link, changes, by, why)
    else:
        entry = _take_out(row, by, why)
    row.target = entry.pk
    _decide(row, Proposal.State.ACCEPTED, by)
    if row.register == Proposal.Register.WORKFLOWS:
        versions_of(row.export).order_by().filter(workflow__isnull=True).update(workflow=entry)
        deadlines.hold(row.client, [entry.pk], read_in=False, by=by, now=timezone.now())
    if row.kind == Proposal.Kind.NEW and row.register in _SHARED:
        _settle_same(row, entry)
    return entry


def _link(row: Proposal, by: User, wished: Mapping[int, Changes], people: Roster) -> dict[str, Record]:
    """Give the entry that this one hangs on by its field's name; an open proposal for it is accepted first."""
    field_name = _LINKS.get(MODELS[row.register])
    if field_name is None:
        return {}
    target = row.parent_target
    if row.parent_id is not None:
        parent = _locked(Proposal(pk=row.parent_id, client=row.client))
        if parent.is_open:
            _accept(parent, by, wished, people)
        target = parent.target if parent.state == Proposal.State.ACCEPTED else None
    model = MODELS[row.register]._meta.get_field(field_name).related_model
    found = model.objects.for_client(row.client).live().filter(pk=target).first() if target else None  # type: ignore[union-attr]
    return {field_name: found} if found else {}


def _write_new(
    row: Proposal, values: dict[str, Any], changes: Changes, *, by: User, why: str, people: Roster
) -> Record:
    live = MODELS[row.register].objects.for_client(row.client).live()
    same = live.filter(name__iexact=values["name"]).select_related("client").first()
    if same is None:
        return add_record(row.register, row.client, values, by=by, why=why, people=people)
    if _is_same(same, values):
        blanks = {
            name: value
            for name, value in values.items()
            if value and getattr(same, name) in (None, "", [], YesNoUnknown.UNKNOWN)
        }
        return edit_record(same, blanks, by=by, why=why) if blanks else same
    if "name" not in changes:
        taken = [name.casefold() for name in live.values_list("name", flat=True)]
        values["name"] = free_name(values["name"], taken, str(values.get("external_id", "")))
    return add_record(row.register, row.client, values, by=by, why=why, people=people)


def _is_same(entry: Record, values: Changes) -> bool:
    """Whether an entry of this name is what was proposed, accepted meanwhile from another workflow or by hand."""
    known, proposed = getattr(entry, "external_id", ""), values.get("external_id", "")
    same_platform = getattr(entry, "platform", "") in ("", values.get("platform", ""))
    return same_platform and not (known and proposed and known != proposed)


def _write_change(row: Proposal, link: dict[str, Record], changes: Changes, by: User, why: str) -> Record:
    entry = _entry(row)
    for name, before in row.before.items():
        now = getattr(entry, name)
        if now not in (before, row.values.get(name)):
            label = entry._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            raise Refused(
                f"{entry.name} was changed meanwhile: its {label} is no longer what this proposal was made from. "
                "Nothing was written. Decline the proposal, or change the entry itself."
            )
    free = {name: record for name, record in link.items() if getattr(entry, f"{name}_id") is None}
    return edit_record(entry, {**row.values, **free, **changes}, by=by, why=why)


def _take_out(row: Proposal, by: User, why: str) -> Record:
    entry = _entry(row)
    return entry if not entry.is_live else retire_record(entry, by=by, why=f"No longer in it. {why}")


def _entry(row: Proposal) -> Record:
    entry = MODELS[row.register].objects.for_client(row.client).filter(pk=row.target)
    found: Record | None = entry.select_related("client").first()
    if found is None:
        raise Refused(f"The entry {row.name} is not there any more. Decline the proposal.")
    return found


def _settle_same(row: Proposal, entry: Record) -> None:
    """What other workflows propose as new under the same name on the same platform is there now."""
    others = (
        Proposal.objects.for_client(row.client)
        .open()
        .filter(register=row.register, kind=Proposal.Kind.NEW, name__iexact=row.name)
    )
    settled = [
        each.pk
        for each in others.filter(values__platform=row.values.get("platform", ""))
        if _is_same(entry, each.values)
    ]
    Proposal.objects.filter(pk__in=settled).update(
        state=Proposal.State.REPLACED, target=entry.pk, reason="The entry is in the register now."
    )


def _decide(row: Proposal, state: Proposal.State, by: User) -> None:
    row.state, row.decided_at, row.decided_by = state, timezone.now(), by
    row.save(update_fields=["state", "decided_at", "decided_by", "target", "reason"])


def _locked(proposal: Proposal) -> Proposal:
    """Load the proposal anew and lock it until the transaction ends."""
    rows = Proposal.objects.for_client(proposal.client).select_related("client", "export", "decided_by")
    rows = rows.defer("export__content", "export__facts").select_for_update(of=("self",))
    found: Proposal | None = rows.filter(pk=proposal.pk).first()
    if found is None:
        raise Refused("This proposal is not there any more: its export was removed.")
    return found


def _refuse_decided(row: Proposal) -> None:
    if row.is_open:
        return
    if row.state == Proposal.State.REPLACED:
        raise Refused(f"{row.name} is settled: {row.reason[:1].lower()}{row.reason[1:]}")
    word = "accepted" if row.state == Proposal.State.ACCEPTED else "declined"
    raise Refused(f"{row.name} was {word} already, {_by_whom(row)}.")


def _by_whom(row: Proposal) -> str:
    at = f"on {format_table(timezone.localdate(row.decided_at))}" if row.decided_at else ""
    return f"by {row.decided_by} {at}".strip()
