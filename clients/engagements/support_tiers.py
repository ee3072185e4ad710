"""What each support tier proposes, read once a process from `data/support_tiers.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from clients.engagements.models import SupportScope
from clients.engagements.models.support_scope import Severity
from clients.engagements.rules.targets import read_target

DATA = Path(__file__).with_name("data") / "support_tiers.yaml"


@dataclass(frozen=True, slots=True)
class SupportTier:
    """One tier: what it is called, what it means in a sentence, and the values that it proposes for a scope."""

    key: str
    title: str
    about: str
    proposes: Mapping[str, Any]


@cache
def tiers() -> Mapping[str, SupportTier]:
    """Give all tiers by key, in the order of the file. Raises ValueError for a tier that cannot be agreed."""
    raw = yaml.safe_load(DATA.read_text(encoding="utf-8"))["tiers"]
    found = {key: _tier(key, entry) for key, entry in raw.items()}
    if set(found) != set(SupportScope.Tier.values):
        raise ValueError(f"{DATA.name} must describe the tiers {', '.join(SupportScope.Tier.values)}.")
    return found


def _tier(key: str, entry: Mapping[str, Any]) -> SupportTier:
    targets = {f"{name}_target": read_target(entry["targets"][name]) for name in Severity.values}
    opens, closes = (time.fromisoformat(each) for each in entry["hours"]) if entry["hours"] else (None, None)
    proposes = {
        "tier": key,
        **targets,
        "calendar": SupportScope.Calendar(entry["calendar"]).value,
        "opens_at": opens,
        "closes_at": closes,
        "log_retention_days": entry["log_retention_days"],
    }
    return SupportTier(key, entry["title"], entry["about"], proposes)
