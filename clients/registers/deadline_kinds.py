"""The kinds of deadlines that the registers know: where each leads, its button, and how it changes hands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.urls import reverse

from clients.registers import actions
from clients.registers.models import Record
from clients.registers.obligations import KINDS, MODELS, owed_by
from clients.registers.rules import obligations as rules
from portal.deadlines import kinds
from portal.deadlines.kinds import Kind, Step
from portal.outbox import kinds as messages
from portal.tenancy.permissions import Access, Permission

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.deadlines.models import Deadline

BY_LABEL: dict[str, type[Record]] = {model._meta.label_lower: model for model in MODELS}


def register_all() -> None:
    """Add the kinds, their titles for messages, and the source of the nightly comparison."""
    for name, title, policy, step in (
        (rules.RENEWAL, "Credential renewal", "renewal", rotation),
        (rules.ROTATION, "Credential rotation", "renewal", rotation),
        (rules.INTEGRATION_REVIEW, "Integration review", "review", review),
        (rules.SUB_PROCESSOR_REVIEW, "Sub-processor review", "review", assessment),
        (rules.DPA_REVIEW, "DPA review", "review", review),
        (rules.OWNER, "Record without an owner", "naming", naming),
    ):
        promise = name in (rules.RENEWAL, rules.ROTATION)
        add(Kind(name, title, policy, address, step, promise=promise, hand_over=hand_over))
    kinds.register_source("registers", KINDS, owed_by)


def add(kind: Kind) -> None:
    """Register a kind for deadlines and its title for messages."""
    kinds.register(kind)
    messages.register(kind.name, kind.title)


def address(deadline: Deadline) -> str:
    """The record's page."""
    return _of_record("record_show", deadline)


def rotation(deadline: Deadline, access: Access) -> Step | None:
    """Record that a new secret has taken the old one's place."""
    kwargs = {"client_slug": deadline.client.slug, "pk": int(deadline.subject_id)}
    return _if_editor(
        deadline, access, "Record rotation", lambda: reverse("credential_rotate", kwargs=kwargs)
    )


def review(deadline: Deadline, access: Access) -> Step | None:
    """Record that it was looked at, and when it is looked at again."""
    return _if_editor(deadline, access, "Record review", lambda: _of_record("record_review", deadline))


def assessment(deadline: Deadline, access: Access) -> Step | None:
    """Record that a sub-processor was assessed again."""
    kwargs = {"client_slug": deadline.client.slug, "pk": int(deadline.subject_id)}
    return _if_editor(
        deadline, access, "Record review", lambda: reverse("sub_processor_assess", kwargs=kwargs)
    )


def naming(deadline: Deadline, access: Access) -> Step | None:
    """Name somebody who answers for it."""
    return _if_editor(deadline, access, "Name an owner", lambda: _of_record("record_reassign", deadline))


def hand_over(deadline: Deadline, *, owner: User, backup_owner: User | None, by: User, why: str) -> None:
    """Give the record itself to the new owner; its deadlines follow. Without a backup owner the record's one stays."""
    model = BY_LABEL[deadline.subject_type]
    record: Record = (
        model.objects.for_client(deadline.client).select_related("client").get(pk=deadline.subject_id)
    )
    has_backup = backup_owner is not None and backup_owner != owner and hasattr(record, "backup_owner_id")
    backup = backup_owner if has_backup else actions.KEEP
    actions.reassign(record, by=by, owner=owner, backup_owner=backup, why=why)


def _if_editor(deadline: Deadline, access: Access, label: str, url: Callable[[], str]) -> Step | None:
    return Step(label, url()) if access.may(Permission.EDIT_REGISTERS, deadline.client) else None


def _of_record(name: str, deadline: Deadline) -> str:
    kwargs = {
        "client_slug": deadline.client.slug,
        "register": BY_LABEL[deadline.subject_type].REGISTER,
        "pk": int(deadline.subject_id),
    }
    return reverse(name, kwargs=kwargs)
