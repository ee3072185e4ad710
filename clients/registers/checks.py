"""What must hold before a register row is saved, beyond what one field can tell: owners, names, service accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from clients.registers.models import Integration, Record
from clients.registers.queries import Roster
from clients.registers.rules.service_accounts import MAYBE, PERSON, check_account_name
from portal.lib.fields import SECRET_CODE
from portal.lib.refused import Refused

PEOPLE = ("owner", "backup_owner", "approved_by")
LINKS = ("workflow", "integration")
NOT_CHECKED = ("practice", "client", "retired_by", "revoked_by", *PEOPLE, *LINKS)

Problems = dict[str, list[str]]


class InvalidRecord(Refused):
    """A record cannot be saved as it is. `problems` names the fields with what to do about each.

    `secrets` names the fields whose value looked like a secret, with its kind.
    """

    def __init__(self, problems: Problems, secrets: Mapping[str, str] | None = None) -> None:
        super().__init__(" ".join(message for messages in problems.values() for message in messages))
        self.problems = problems
        self.secrets = dict(secrets or {})


def problems_of(
    record: Record, roster: Roster, before: Mapping[str, Any] | None = None
) -> InvalidRecord | None:
    """Check a record that is about to be saved; None when all is well. No query.

    before: the values as they are in the database, for an edit. People who were named before may stay, even
    when they have left since; nobody who has left can be named anew.
    """
    problems: Problems = {}
    secrets: dict[str, str] = {}
    try:
        record.clean_fields(exclude=NOT_CHECKED)
    except ValidationError as error:
        _collect(error, problems, secrets)
    for field, message in record.contradictions().items():
        problems.setdefault(field, []).append(message)
    for field, message in _strangers(record, roster, before or {}).items():
        problems.setdefault(field, []).append(message)
    account = account_problem(record, roster)
    if account and (before or {}).get("service_account") != getattr(record, "service_account", ""):
        problems.setdefault("service_account", []).append(account)
    return InvalidRecord(problems, secrets) if problems else None


def account_problem(record: Record, roster: Roster) -> str:
    """Return why the integration's service account is refused: it is somebody's own; empty when it is not."""
    if not isinstance(record, Integration):
        return ""
    verdict = check_account_name(record.service_account, roster.names)
    return verdict.words if verdict.kind == PERSON else ""


def account_warning(record: Record, roster: Roster) -> str:
    """Return the warning for a service account that looks like a person's without being a known one's."""
    if not isinstance(record, Integration):
        return ""
    verdict = check_account_name(record.service_account, roster.names)
    return verdict.words if verdict.kind == MAYBE else ""


def _strangers(record: Record, roster: Roster, before: Mapping[str, Any]) -> dict[str, str]:
    allowed = roster.owner_ids()
    found = {}
    for field in PEOPLE:
        person = getattr(record, f"{field}_id", None)
        if person is not None and person not in allowed and before.get(f"{field}_id") != person:
            found[field] = f"Choose somebody who works for {record.client.name} now."
    for field in LINKS:
        target = getattr(record, field, None)
        if target is not None and target.client_id != record.client_id:
            found[field] = f"Choose a {field} of {record.client.name}."
    return found


def _collect(error: ValidationError, problems: Problems, secrets: dict[str, str]) -> None:
    for field, errors in error.error_dict.items():
        problems[field or NON_FIELD_ERRORS] = [message for each in errors for message in each.messages]
        for each in errors:
            if each.code == SECRET_CODE:
                secrets[field] = getattr(each, "kind", "secret")
