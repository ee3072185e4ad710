"""The control catalogue: 90 controls, what each promises, and the sentences of the practice that promise it.

Read once a process from `data/`. Whether a control holds is not said here: see `rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

DATA = Path(__file__).with_name("data")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: The standards that controls are mapped to, as they are called.
STANDARDS = {
    "soc2_tsc": "SOC 2 trust services criteria",
    "iso27001_2022": "ISO/IEC 27001:2022 Annex A",
    "cyber_essentials": "Cyber Essentials",
    "mvsp_3": "MVSP 3",
    "nist_csf_2": "NIST CSF 2.0",
    "uk_gdpr": "UK GDPR article",
}


class CatalogueError(ValueError):
    """The catalogue contradicts itself; the message names the control."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One sentence that promises a control. `kind` is promise, or advice that was adopted as one."""

    id: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Control:
    """One control. The three `…_when` are the rule in words; `maps` names the closest entries of six standards."""

    id: str
    family: str
    title: str
    statement: str
    proof: str
    mode: str
    pass_when: str
    warn_when: str
    not_applicable_when: str
    records: tuple[str, ...]
    promises: tuple[Promise, ...]
    maps: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def area(self) -> str:
        """The family's key: ACC of ACC-01."""
        return self.id.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All controls by id in the catalogue's order, the families' titles by key, and the kinds of record known."""

    controls: Mapping[str, Control]
    families: Mapping[str, str]
    kinds: frozenset[str]


@cache
def catalogue() -> Catalogue:
    """Return the catalogue, checked. Raises CatalogueError when it contradicts itself."""
    raw = _read("controls.yaml")
    sentences = {each["id"]: each for each in _read("seed_coverage.yaml")["sentences"]}
    controls = {entry["id"]: _control(entry, sentences) for entry in raw["controls"]}
    found = Catalogue(
        MappingProxyType(controls), MappingProxyType(dict(raw["families"])), frozenset(raw["records"])
    )
    if len(controls) != len(raw["controls"]) or len(controls) != raw["meta"]["control_count"]:
        raise CatalogueError(
            f"The catalogue holds {len(controls)} different controls, not as many as it says."
        )
    for control in controls.values():
        _check(control, found, sentences)
    return found


def controls() -> Mapping[str, Control]:
    """Return all controls by id."""
    return catalogue().controls


def _read(name: str) -> Any:
    return yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader


def _control(entry: Mapping[str, Any], sentences: Mapping[str, Any]) -> Control:
    rule, evidence = entry["evaluate"], entry["evidence"]
    ids = [each for seed in entry["promised_by"] for each in seed["sentences"]]
    return Control(
        id=entry["id"],
        family=entry["family"],
        title=entry["title"],
        statement=entry["statement"],
        proof=evidence["proof"],
        mode=rule["mode"],
        pass_when=rule["pass_when"],
        warn_when=rule["warn_when"],
        not_applicable_when=rule["not_applicable_when"],
        records=tuple(evidence["records"]),
        promises=tuple(Promise(each, sentences[each]["text"], sentences[each]["kind"]) for each in ids),
        maps=tuple(
            (name, tuple(map(str, entry["maps"][name]))) for name in STANDARDS if entry["maps"].get(name)
        ),
    )


def _check(control: Control, found: Catalogue, sentences: Mapping[str, Any]) -> None:
    if found.families.get(control.area) != control.family:
        raise CatalogueError(
            f"{control.id} stands in the family {control.family}, which is not that of its id."
        )
    if unknown := set(control.records) - found.kinds:
        raise CatalogueError(f"{control.id} needs kinds of record that are not described: {sorted(unknown)}.")
    if control.mode not in ("automatic", "semi_automatic"):
        raise CatalogueError(f"{control.id} is evaluated {control.mode}, which is not known.")
    if not control.promises:
        raise CatalogueError(f"{control.id} is promised by no sentence.")
    for promise in control.promises:
        if control.id not in sentences[promise.id]["controls"]:
            raise CatalogueError(f"{promise.id} is said to promise {control.id}, but does not name it.")
