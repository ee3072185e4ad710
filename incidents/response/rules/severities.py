"""The four severities: what each means, how often the client hears, and which post-mortem it needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from incidents.response.rules.catalogue import DATA

REQUIRED, SHORT_FORM, OPTIONAL = "required", "short_form", "optional"


@dataclass(frozen=True)
class Severity:
    """One level. update_every: ISO 8601, "" for no cadence. breach_check: required or when_data_involved."""

    id: str
    label: str
    means: str
    update_every: str
    post_mortem: str
    breach_check: str

    @property
    def is_major(self) -> bool:
        """Whether it is a major incident: SEV1 and SEV2."""
        return self.id in ("SEV1", "SEV2")


@cache
def severities() -> dict[str, Severity]:
    """Give the severities by id, the worst first."""
    levels = facts()["severity_levels"]["levels"]
    return {
        level["id"]: Severity(
            id=level["id"],
            label=level["label"],
            means=level["means"],
            update_every=level["update_every"] or "",
            post_mortem=level["postmortem"],
            breach_check=level["breach_check"],
        )
        for level in levels
    }


def at_least(severity: str, personal_data: str) -> str:
    """Give the severity that holds: a suspected breach of personal data is at least SEV2."""
    if personal_data in ("yes", "suspected") and severity in ("SEV3", "SEV4"):
        return "SEV2"
    return severity


def needs_post_mortem(severity: str, *, every_incident: bool) -> str:
    """Tell which post-mortem is owed: required, short_form, or optional.

    every_incident: the practice promises one for each incident (the default); else for major ones only.
    """
    level = severities()[severity]
    if every_incident and level.post_mortem == OPTIONAL:
        return SHORT_FORM
    if not every_incident and not level.is_major:
        return OPTIONAL
    return level.post_mortem


@cache
def facts() -> dict[str, Any]:
    """Give data/incident.yaml as it stands."""
    with (DATA / "incident.yaml").open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.safe_load(file)
    return data
