"""Which tables are under audit, asked of the live database: a missing or disabled trigger is a fault."""

from __future__ import annotations

from django.apps import apps
from django.db import connections, models

from portal.audit.models import Chained
from portal.audit.operations import TRIGGER, always_hidden, always_private

ALWAYS = "A"
TRIGGERS = """
SELECT relation.relname, trigger.tgname, trigger.tgenabled::text, function.proname,
       function.proowner = (SELECT oid FROM pg_roles WHERE rolname = 'portal_audit'), trigger.tgargs,
       ARRAY(SELECT attname::text FROM pg_attribute
              WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
                AND cardinality(trigger.tgattr::int2[]) > 0 AND attnum <> ALL (trigger.tgattr::int2[]))
FROM pg_trigger AS trigger
JOIN pg_class AS relation ON relation.oid = trigger.tgrelid
JOIN pg_proc AS function ON function.oid = trigger.tgfoid
WHERE relation.relnamespace = 'public'::regnamespace AND NOT trigger.tgisinternal
  AND trigger.tgname IN ('audit', 'audit_seal')
"""
_exempt: dict[str, str] = {}
_left_out: dict[str, dict[str, str]] = {}


def exempt(label: str, reason: str) -> None:
    """Leave a model ("app.Model") out of the audit, with the reason; call it from `ready()`."""
    if not reason:
        raise ValueError(f"say why {label} needs no audit")
    _exempt[label.lower()] = reason


def leave_out(label: str, columns: dict[str, str]) -> None:
    """Let an update of these columns alone, each with its reason, be no event; call it from `ready()`."""
    _left_out[label.lower()] = dict(columns)


def exemptions() -> dict[str, str]:
    """List what is left out, each with its reason."""
    return dict(_exempt)


def faults_of_triggers(using: str = "default") -> list[str]:
    """Say which tables of a practice are not recorded as they should be; nothing when all are."""
    with connections[using].cursor() as cursor:
        cursor.execute(TRIGGERS)
        found = {(table, name): rest for table, name, *rest in cursor.fetchall()}
    faults = []
    seal = found.get(("audit_event", "audit_seal"))
    if seal is None or seal[:3] != [ALWAYS, "audit_seal", True]:
        faults.append(
            "events are not chained: the trigger audit_seal on audit_event is missing, off or not ours"
        )
    for model in owned_models():
        table = model._meta.db_table
        trigger = found.get((table, TRIGGER))
        if trigger is None:
            faults.append(f"changes of {table} are not recorded: it has no audit trigger")
        elif trigger[:3] != [ALWAYS, "audit_row", True]:
            faults.append(f"changes of {table} are not recorded: its audit trigger is off or not ours")
        elif missed := _unprotected(model, bytes(trigger[3])):
            faults.append(f"the audit trigger of {table} shows {', '.join(missed)} in clear")
        elif unsaid := set(trigger[4]) - set(_left_out.get(model._meta.label_lower, ())):
            faults.append(
                f"changes of {', '.join(sorted(unsaid))} of {table} are not recorded, and nobody said why"
            )
    return faults


def owned_models() -> list[type[models.Model]]:
    """List the models of a practice that must be under audit: all with a practice but the trail and exemptions."""
    return [
        model
        for model in apps.get_models()
        if model._meta.managed
        and not model._meta.proxy
        and not issubclass(model, Chained)
        and model._meta.label_lower not in _exempt
        and (
            model._meta.label_lower == "tenancy.practice"
            or any(field.column == "practice_id" for field in model._meta.concrete_fields)
        )
    ]


def _unprotected(model: type[models.Model], arguments: bytes) -> list[str]:
    """List the columns that must be hidden or tokenised and are neither in the trigger's arguments."""
    hidden, private = (set(part.decode().strip("{}").split(",")) for part in arguments.split(b"\0")[:2])
    return sorted((always_hidden(model) - hidden) | (always_private(model) - private - hidden))
