"""The policies that are shipped, from data/policies.yaml, and what a practice or client put in their place."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from copy import deepcopy
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from portal.deadlines.rules.policies import Policy, read

SOURCE = Path(__file__).with_name("data") / "policies.yaml"
#: What an unknown name means: the policy that most kinds have.
FALLBACK = "renewal"

log = logging.getLogger(__name__)


@cache
def shipped() -> dict[str, Policy]:
    """Give the shipped policies by name, in the file's order. Read once a process."""
    return {name: read(entry) for name, entry in _entries().items()}


def entry_of(name: str, override: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give a policy as data, in the form that overrides have: what a settings page shows and starts from."""
    known = name if name in _entries() else FALLBACK
    return deepcopy({**_entries()[known], **(override or {}), "name": known})


def policy_for(name: str, override: Mapping[str, Any] | None = None) -> Policy:
    """Give the policy of this name with the parts that `override` changes.

    Reminders must not stop over a setting: an unknown name means the policy of renewals, and an override that can no
    longer be read is left aside; both are logged.
    """
    if name not in shipped():
        log.error("no reminder policy is called %s: the one of renewals is used", name)
    if not override:
        return shipped().get(name) or shipped()[FALLBACK]
    return _overridden(name, json.dumps(override, sort_keys=True, default=str))


@lru_cache(maxsize=1024)
def _overridden(name: str, override: str) -> Policy:
    try:
        return read(entry_of(name, json.loads(override)))
    except ValueError as fault:
        log.error("an override of the reminder policy %s is left aside: %s", name, fault)
        return shipped().get(name) or shipped()[FALLBACK]


@cache
def _entries() -> dict[str, dict[str, Any]]:
    entries = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["policies"]
    return {name: {**entry, "name": name} for name, entry in entries.items()}
