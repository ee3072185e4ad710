"""Sections 3 to 5: rows of the registers as the pack shows them. Records in, values out; no query of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from clients.registers.models import Credential, Integration, SubProcessor
from clients.registers.platforms import is_broad, platform_name
from clients.trust.pack import (
    CredentialRow,
    Credentials,
    IntegrationRow,
    Integrations,
    Scope,
    SubProcessorRow,
    SubProcessors,
)
from clients.trust.sources import Sources, evidence_number
from clients.trust.words import counted, joined, number, sentence
from portal.lib.dates import relative_due
from portal.tenancy.models import YesNoUnknown

MOST_ROWS = 1000
YES, NO, UNKNOWN = YesNoUnknown.YES.value, YesNoUnknown.NO.value, YesNoUnknown.UNKNOWN.value


def integrations(rows: Sequence[Integration]) -> Integrations:
    """Make the section of integrations and their scopes, approvals cited by day and person."""
    sources = Sources()
    shown = tuple(_integration(row, sources) for row in rows[:MOST_ROWS])
    approved = sum(row.approved_on is not None for row in rows)
    read_only = sum(row.read_only == YES for row in rows)
    broad = sum(any(is_broad(row.platform, scope) for scope in row.scopes_granted) for row in rows)
    lead = (
        f"{counted(len(rows), 'integration')}: {number(approved)} with approved scopes, {number(read_only)} read-only, "
        f"{number(broad)} with a broad scope."
        if rows
        else "No integration is in the register."
    )
    return Integrations(sentence(lead), shown, max(0, len(rows) - MOST_ROWS), sources.all())


def _integration(row: Integration, sources: Sources) -> IntegrationRow:
    mark = 0
    if row.approved_on:
        who = str(row.approved_by) if row.approved_by else "somebody of the client"
        mark = sources.cite(
            (row.approved_on, row.approved_by_id),
            f"Scopes approved by {who}",
            "register of integrations",
            row.approved_on,
            evidence_number("integrations", row.pk),
        )
    return IntegrationRow(
        name=row.name,
        platform=platform_name(row.platform),
        workflow=row.workflow.name if row.workflow and not row.workflow.internal else "",
        signs_in="" if row.auth_type == Integration.AuthType.UNKNOWN else row.get_auth_type_display(),
        account=row.service_account,
        access={YES: "Reads only", NO: "Reads and writes"}.get(row.read_only, ""),
        reach=""
        if row.resource_scope == Integration.ResourceScope.UNKNOWN
        else row.get_resource_scope_display(),
        scopes=tuple(Scope(scope, is_broad(row.platform, scope)) for scope in row.scopes_granted),
        not_approved=len(set(row.scopes_granted) - set(row.scopes_approved)) if row.approved_on else 0,
        approved_on=row.approved_on,
        mark=mark,
    )


def credentials(rows: Sequence[Credential], today: date) -> Credentials:
    """Make the section of credential hygiene: who answers, where kept, how fresh. Never a reference."""
    shown = tuple(_credential(row, today) for row in rows[:MOST_ROWS])
    sources = Sources()
    for row in rows:
        sources.cite(
            "register",
            "Register of credentials, each change in the audit trail",
            "this portal",
            max(each.updated_at for each in rows).date(),
            evidence_number("credentials", row.pk),
        )
    owned = sum(row.owner_id is not None for row in rows)
    kept = sum(row.storage in (Credential.Storage.VAULT, Credential.Storage.NO_SECRET) for row in rows)
    late = sum(row.due_on is not None and row.due_on < today for row in rows)
    lead = (
        f"{counted(len(rows), 'credential')}: {number(owned)} with an owner, {number(kept)} in a vault or without a "
        f"stored secret, {number(late)} overdue."
        if rows
        else "No credential is in the register."
    )
    return Credentials(sentence(lead), shown, max(0, len(rows) - MOST_ROWS), sources.all())


def _credential(row: Credential, today: date) -> CredentialRow:
    state, words = relative_due(row.due_on, today)
    if row.due_on is None:
        words = "Renews itself" if row.renews_itself == YES else "No date recorded"
    remarks = [
        text
        for text, holds in (
            ("tied to a person’s own account", row.personal == YES),
            ("used by several people", row.shared == YES),
            ("not rotated, with a written reason", bool(row.no_rotation_reason)),
        )
        if holds
    ]
    return CredentialRow(
        name=row.name,
        platform=platform_name(row.platform),
        kind=row.get_kind_display(),
        owner=str(row.owner) if row.owner else "",
        kept="" if row.storage == Credential.Storage.UNKNOWN else row.storage_words,
        rotated_on=row.rotated_on or row.issued_on,
        every_days=row.rotation_interval_days,
        due_on=row.due_on,
        state=state,
        words=words,
        remarks=tuple(remarks),
    )


def sub_processors(rows: Sequence[SubProcessor], today: date) -> SubProcessors:
    """Make the section of sub-processors, each agreement cited."""
    sources = Sources()
    shown = tuple(_sub_processor(row, today, sources) for row in rows[:MOST_ROWS])
    signed = sum(row.dpa_signed_on is not None for row in rows)
    placed = sum(bool(row.location) for row in rows)
    late = sum(row.overdue for row in shown)
    parts = [
        f"{number(signed)} with a signed agreement",
        f"{number(placed)} with a recorded place of the data",
    ]
    if late:
        parts.append(f"{number(late)} with an overdue review")
    lead = (
        f"{counted(len(rows), 'company', 'companies')}: {joined(parts)}."
        if rows
        else "No company is in the register."
    )
    return SubProcessors(sentence(lead), shown, max(0, len(rows) - MOST_ROWS), sources.all())


def _sub_processor(row: SubProcessor, today: date, sources: Sources) -> SubProcessorRow:
    mark = 0
    if row.dpa_signed_on:
        mark = sources.cite(
            row.pk,
            f"Data processing agreement with {row.legal_entity or row.name}",
            row.dpa_url or "register of sub-processors",
            row.dpa_signed_on,
            evidence_number("sub-processors", row.pk),
        )
    return SubProcessorRow(
        company=row.name,
        engaged_by={"practice": "our sub-processor", "client": "the client’s own processor"}.get(
            row.engaged_by, ""
        ),
        purpose=row.purpose,
        data=tuple(row.data_categories),
        location=row.location,
        transfer=""
        if row.transfer_tool == SubProcessor.TransferTool.UNKNOWN
        else row.get_transfer_tool_display(),
        dpa_signed_on=row.dpa_signed_on,
        dpa_review_on=row.dpa_review_on,
        overdue=row.dpa_review_on is not None and row.dpa_review_on < today,
        mark=mark,
    )
