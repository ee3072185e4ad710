"""Section 6: AI providers and models, from workflow exports and from the sub-processors that use AI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from clients.registers.models import SubProcessor, Workflow
from clients.registers.platforms import platform_id, platform_name
from clients.trust.pack import AiRow, AiUse
from clients.trust.sources import Sources, evidence_number
from clients.trust.words import counted, number, sentence
from portal.tenancy.models import YesNoUnknown

TRAINING = {
    YesNoUnknown.YES.value: "Forbidden by its terms",
    YesNoUnknown.NO.value: "Not forbidden",
}


@dataclass(frozen=True, slots=True)
class ExportUse:
    """What one workflow's newest export says of AI: pairs of provider and model."""

    pk: int
    name: str
    platform: str
    version: int
    read_on: date
    models: tuple[tuple[str, str], ...]


@dataclass
class _Provider:
    models: set[str] = field(default_factory=set)
    used_in: set[str] = field(default_factory=set)
    marks: set[int] = field(default_factory=set)
    terms: SubProcessor | None = None
    name: str = ""


def ai_use(
    exports: Sequence[ExportUse], companies: Iterable[SubProcessor], workflows: Iterable[Workflow]
) -> AiUse:
    """Make the section. A provider that only an export names has no terms on record, and says so."""
    sources = Sources()
    found: dict[str, _Provider] = {}
    for export in exports:
        for provider, model in export.models:
            entry = found.setdefault(platform_id(provider), _Provider())
            entry.used_in.add(export.name)
            if model:
                entry.models.add(model)
            entry.marks.add(_cite_export(export, sources))
    by_key = {row.platform or platform_id(row.name): row for row in companies}
    for key, row in by_key.items():
        if key in found or row.uses_ai == YesNoUnknown.YES:
            entry = found.setdefault(key, _Provider())
            entry.terms, entry.name = row, row.name
            entry.marks.add(_cite_terms(row, sources))
    ordered = sorted(found.items(), key=lambda each: (each[1].name or platform_name(each[0])).casefold())
    rows = tuple(_row(key, entry) for key, entry in ordered)
    unnamed = [row.name for row in workflows if row.uses_ai == YesNoUnknown.YES]
    return AiUse(_lead(rows, unnamed), rows, sources.all())


def _row(key: str, entry: _Provider) -> AiRow:
    terms = entry.terms
    return AiRow(
        provider=entry.name or platform_name(key),
        models=tuple(sorted(entry.models)),
        used_in=tuple(sorted(entry.used_in)),
        training=TRAINING.get(terms.training_prohibited, "") if terms else "",
        retention=terms.retention_position if terms else "",
        location=terms.location if terms else "",
        marks=tuple(sorted(entry.marks)),
    )


def _lead(rows: Sequence[AiRow], unnamed: Sequence[str]) -> str:
    if not rows and not unnamed:
        return "No AI provider is recorded: no export names one, and no company in the register uses AI on the data."
    if not rows:
        return sentence(f"{counted(len(unnamed), 'workflow')} said to use AI, but no provider is recorded")
    forbidden = sum(row.training == TRAINING[YesNoUnknown.YES.value] for row in rows)
    silent = sum(row.training == "" for row in rows)
    if forbidden == len(rows):
        whose = (
            "the terms of its only provider forbid it"
            if len(rows) == 1
            else "the terms of every provider forbid it"
        )
        return sentence(f"No client data trains any model: {whose}")
    parts = [
        f"{counted(len(rows), 'AI provider')}: the terms of {number(forbidden)} forbid training on client data"
    ]
    if silent:
        parts.append(f"for {number(silent)} nothing is recorded")
    return sentence(", ".join(parts))


def _cite_export(export: ExportUse, sources: Sources) -> int:
    return sources.cite(
        ("export", export.pk),
        f"Definition of “{export.name}”, version {export.version}",
        f"{platform_name(export.platform)} export",
        export.read_on,
        evidence_number("exports", export.pk),
    )


def _cite_terms(row: SubProcessor, sources: Sources) -> int:
    return sources.cite(
        ("terms", row.pk),
        f"Terms of {row.name} on training and retention",
        "register of sub-processors",
        row.last_assessed_on or row.updated_at.date(),
        evidence_number("sub-processors", row.pk),
    )
