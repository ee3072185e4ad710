"""The platforms that consultants connect, from data/platforms.yaml: names, categories, what is known of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SOURCE = Path(__file__).with_name("data") / "platforms.yaml"
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Platform:
    """One platform. `oauth`, `granular` and `service_accounts` are yes, partly, no or unknown."""

    id: str
    name: str
    category: str
    oauth: str = "unknown"
    granular: str = "unknown"
    service_accounts: str = "unknown"
    read_only_examples: tuple[str, ...] = ()
    broad_scopes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    facts: Mapping[str, Any] | None = None


@cache
def platforms() -> dict[str, Platform]:
    """Return all platforms by id, in the file's order. Read once a process."""
    entries = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["platforms"]
    return {entry["id"]: _platform(entry) for entry in entries}


def _platform(entry: dict[str, Any]) -> Platform:
    return Platform(
        id=entry["id"],
        name=entry["name"],
        category=entry["category"],
        oauth=entry.get("oauth", "unknown"),
        granular=entry.get("granular", "unknown"),
        service_accounts=entry.get("service_accounts", "unknown"),
        read_only_examples=tuple(map(str, entry.get("read_only_examples", ()))),
        broad_scopes=tuple(entry.get("broad_scopes", ())),
        aliases=tuple(entry.get("aliases", ())),
        facts=entry,
    )


@cache
def _ids_by_name() -> dict[str, str]:
    known = {}
    for platform in platforms().values():
        for name in (platform.id, platform.name, *platform.aliases):
            known[slug_of(name)] = platform.id
    return known


def slug_of(name: str) -> str:
    """Make an id of a platform's own name: "Pipedrive CRM" becomes pipedrive_crm."""
    return _NOT_IN_AN_ID.sub("_", name.casefold()).strip("_")[:60]


def platform_id(text: str) -> str:
    """Find the id for a name or an id as somebody typed it; one that is not in the list gets an id of its own."""
    slug = slug_of(text)
    return _ids_by_name().get(slug, slug)


def platform_name(platform: str) -> str:
    """Name a platform for the page; one that is not in the list by its id in words."""
    known = platforms().get(platform)
    return known.name if known else platform.replace("_", " ").strip().capitalize()


def is_broad(platform: str, scope: str) -> bool:
    """Tell whether a scope reaches further than a workflow should need, by the platform's list and by its words.

    By words: full access, administration, or everything (a star).
    """
    known = platforms().get(platform)
    plain = scope.strip().casefold()
    if known and plain in {broad.casefold() for broad in known.broad_scopes}:
        return True
    words = set(re.findall(r"[a-z*]+", plain))
    return bool(words & {"admin", "administrator", "root", "superuser", "owner", "*"}) or any(
        phrase in re.sub(r"[^a-z]+", " ", plain) for phrase in ("full access", "all access", "full control")
    )
