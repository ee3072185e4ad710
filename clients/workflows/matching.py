"""From what an export says and what the registers hold to proposals: new, changed or gone. Pure; writes nothing.

An export never speaks about owners, renewal dates or approved scopes, so no proposal touches them. What it does
not say stays as it is in the register, or unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clients.registers.platforms import platform_name
from clients.workflows.facts import CredentialFact, ExportFacts
from clients.workflows.matching_words import COMPANIES, auth_type_of, credential_kind, writes
from portal.lib.secrets import find_secret

WORKFLOWS, INTEGRATIONS, CREDENTIALS, SUB_PROCESSORS = (
    "workflows",
    "integrations",
    "credentials",
    "sub-processors",
)
NEW, CHANGED, GONE = "new", "changed", "gone"
LONGEST_NAME, LONGEST_PURPOSE, LONGEST_ID = 120, 300, 120
#: Models that run on one's own machine: no company gets the data.
OWN_MACHINE = frozenset({"ollama"})
AI_PURPOSE = "AI model"


@dataclass(frozen=True, slots=True)
class Known:
    """A register entry in use. `parent` is the id of its workflow or integration; `values` are by field name."""

    register: str
    id: int
    name: str
    platform: str = ""
    external_id: str = ""
    parent: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """What a client's registers hold in use, and what is known of the export's workflow.

    workflow: the id of the entry that earlier versions belong to. elsewhere: (platform, name in small letters) of
    the credentials that the client's other workflows use.
    """

    entries: tuple[Known, ...] = ()
    workflow: int | None = None
    elsewhere: frozenset[tuple[str, str]] = frozenset()

    def of(self, register: str) -> list[Known]:
        return [entry for entry in self.entries if entry.register == register]


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposal. `parent_key` names another proposal of the same export, `parent_target` an entry that exists."""

    register: str
    kind: str
    key: str
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    target: int | None = None
    parent_key: str = ""
    parent_target: int | None = None


def propose(
    facts: ExportFacts, book: Book, previous: ExportFacts | None = None
) -> tuple[int | None, list[Proposed]]:
    """Return the id of the workflow's own entry, if there is one, and the proposals in the order to accept them."""
    matcher = _Matcher(facts, book, previous)
    matcher.workflow()
    matcher.integrations()
    matcher.credentials()
    matcher.ai_providers()
    matcher.gone()
    return matcher.workflow_id, matcher.found


def free_name(wished: str, taken: Iterable[str], *hints: str) -> str:
    """Return the name, with a hint or a number after it when it is taken. `taken` is in small letters."""
    names = set(taken)
    base = wished[:LONGEST_NAME].strip() or "Unnamed"
    if base.casefold() not in names:
        return base
    for mark in [*(hint[:30] for hint in hints if hint), *map(str, range(2, 1000))]:
        name = f"{base[: LONGEST_NAME - len(mark) - 3].rstrip()} ({mark})"
        if name.casefold() not in names and not find_secret(name):
            return name
    return base


class _Matcher:
    def __init__(self, facts: ExportFacts, book: Book, previous: ExportFacts | None) -> None:
        self.facts, self.book, self.previous = facts, book, previous
        self.found: list[Proposed] = []
        self.workflow_id: int | None = None
        self.workflow_name = kept_text(facts.name, LONGEST_NAME) or "Unnamed workflow"
        self._used: set[tuple[str, int]] = set()
        self._taken = {
            register: {entry.name.casefold() for entry in book.of(register)}
            for register in (WORKFLOWS, INTEGRATIONS, CREDENTIALS, SUB_PROCESSORS)
        }
        #: platform → the proposal's key or the entry's id of this workflow's integration.
        self._links: dict[str, tuple[str, int | None]] = {}

    def _name(self, register: str, wished: str, *hints: str) -> str:
        name = free_name(wished, self._taken[register], *hints)
        self._taken[register].add(name.casefold())
        return name

    def _changed(
        self, entry: Known, key: str, wished: Mapping[str, Any], link: tuple[str, int | None]
    ) -> None:
        """Propose the values that differ from the entry's, if any do; `link` is set where the entry has none."""
        self._used.add((entry.register, entry.id))
        values = {name: value for name, value in wished.items() if entry.values.get(name) != value}
        parent_key, parent_target = link if entry.parent is None else ("", None)
        if not values and not parent_key and parent_target is None:
            return
        before = {name: entry.values.get(name) for name in values}
        self.found.append(
            Proposed(
                entry.register,
                CHANGED,
                key,
                entry.name,
                values,
                before,
                entry.id,
                parent_key,
                parent_target,
            )
        )

    def _new(self, register: str, key: str, values: dict[str, Any], link: tuple[str, int | None]) -> None:
        self.found.append(
            Proposed(register, NEW, key, values["name"], values, parent_key=link[0], parent_target=link[1])
        )

    # The workflow itself ---------------------------------------------------------------------------------------

    def workflow(self) -> None:
        """Match the workflow by its earlier versions, by the platform's id, then by name on the same platform."""
        values: dict[str, Any] = {"external_id": kept_text(self.facts.external_id, LONGEST_ID)}
        if self.facts.active is not None:
            values["status"] = "active" if self.facts.active else "paused"
        if self.facts.ai:
            values["uses_ai"] = "yes"
        values = {name: value for name, value in values.items() if value}
        entry = self._known_workflow()
        if entry is None:
            name = self._name(WORKFLOWS, self.workflow_name, platform_name(self.facts.platform))
            self._new(
                WORKFLOWS, "workflow", {"name": name, "platform": self.facts.platform, **values}, _NO_LINK
            )
            return
        self.workflow_id = entry.id
        if entry.values.get("status") == "building" and not self.facts.active:
            values.pop("status", None)  # switched off because it is not finished: nothing new
        if self.previous and self.previous.name == entry.name != self.workflow_name:
            values["name"] = self._name(WORKFLOWS, self.workflow_name)
        self._changed(entry, "workflow", values, _NO_LINK)

    def _known_workflow(self) -> Known | None:
        known = [e for e in self.book.of(WORKFLOWS) if e.id == self.book.workflow]
        same = [e for e in self.book.of(WORKFLOWS) if e.platform == self.facts.platform]
        external_id = self.facts.external_id
        known += [e for e in same if external_id and e.external_id == external_id]
        name = self.workflow_name.casefold()
        known += [e for e in same if e.name.casefold() == name and not _differ(e.external_id, external_id)]
        return known[0] if known else None

    # Its integrations, one a platform ----------------------------------------------------------------------------

    def integrations(self) -> None:
        """Match by platform: this workflow's own entry, or one that belongs to no workflow yet."""
        own_link = ("workflow", None) if self.workflow_id is None else ("", self.workflow_id)
        for platform in dict.fromkeys(fact.platform for fact in self.facts.integrations):
            facts = [fact for fact in self.facts.integrations if fact.platform == platform]
            values: dict[str, Any] = {}
            if auth_type := auth_type_of(fact.auth for fact in facts):
                values["auth_type"] = auth_type
            if any(writes(fact.operation) for fact in facts):
                values["writes_needed"] = "yes"
            key = f"integration:{platform}"
            entry = self._known_integration(platform)
            if entry:
                self._links[platform] = ("", entry.id)
                self._changed(entry, key, values, own_link)
                continue
            self._links[platform] = (key, None)
            title = platform_name(platform)
            name = self._name(
                INTEGRATIONS, f"{title} – {self.workflow_name}", platform_name(self.facts.platform)
            )
            self._new(INTEGRATIONS, key, {"name": name, "platform": platform, **values}, own_link)

    def _known_integration(self, platform: str) -> Known | None:
        same = [e for e in self.book.of(INTEGRATIONS) if e.platform == platform]
        own = [e for e in same if e.parent is not None and e.parent == self.workflow_id]
        return next(iter([*own, *[e for e in same if e.parent is None]]), None)

    # Its credentials --------------------------------------------------------------------------------------------

    def credentials(self) -> None:
        """Match by the platform's id, then by the same name on the same platform."""
        for fact in dict.fromkeys(self.facts.credentials):
            key = _credential_key(fact)
            if any(each.key == key for each in self.found):
                continue
            link = self._links.get(fact.platform, _NO_LINK)
            values: dict[str, Any] = {}
            if kind := credential_kind(self.facts.platform, fact.type):
                values["kind"] = kind
            if external_id := kept_text(fact.external_id, LONGEST_ID):
                values["external_id"] = external_id
            entry = self._known_credential(fact)
            if entry:
                if entry.values.get("kind") not in ("other", None):
                    values.pop("kind", None)  # a person knows better than a type's name
                self._changed(entry, key, values, link)
                continue
            title = platform_name(fact.platform)
            wished = kept_text(fact.name, LONGEST_NAME) or f"{title} credential"
            name = self._name(CREDENTIALS, wished, title, external_id)
            stored = {"name": name, "platform": fact.platform, "storage": "platform_store"}
            self._new(CREDENTIALS, key, {**stored, **values}, link)

    def _known_credential(self, fact: CredentialFact) -> Known | None:
        same = [
            e
            for e in self.book.of(CREDENTIALS)
            if e.platform == fact.platform and (e.register, e.id) not in self._used
        ]
        known = [e for e in same if fact.external_id and e.external_id == fact.external_id]
        name = fact.name.casefold()
        known += [
            e for e in same if e.name.casefold() == name and not _differ(e.external_id, fact.external_id)
        ]
        return known[0] if known else None

    # The companies whose models it calls -------------------------------------------------------------------------

    def ai_providers(self) -> None:
        """Match by company. What the company may do with the data is not in an export: it stays unknown."""
        for provider in dict.fromkeys(fact.provider for fact in self.facts.ai):
            if provider in OWN_MACHINE or not provider:
                continue
            models = [fact.model for fact in self.facts.ai if fact.provider == provider]
            company = COMPANIES.get(provider) or platform_name(provider)
            entry = self._known_company(provider, company)
            if entry:
                values: dict[str, Any] = {"uses_ai": "yes"}
                purpose = str(entry.values.get("purpose", ""))
                unnamed = [model for model in models if model and model not in purpose]
                if purpose.startswith(AI_PURPOSE) and unnamed:
                    values["purpose"] = ai_purpose([*_models_in(purpose), *unnamed])
                self._changed(entry, f"ai:{provider}", values, _NO_LINK)
                continue
            name = self._name(SUB_PROCESSORS, company, platform_name(provider))
            values = {"name": name, "platform": provider, "purpose": ai_purpose(models), "uses_ai": "yes"}
            self._new(SUB_PROCESSORS, f"ai:{provider}", values, _NO_LINK)

    def _known_company(self, provider: str, company: str) -> Known | None:
        names = {_plain(company), _plain(platform_name(provider))}
        return next(
            (e for e in self.book.of(SUB_PROCESSORS) if e.platform == provider or _plain(e.name) in names),
            None,
        )

    # What the version before had and this one has no more -----------------------------------------------------------

    def gone(self) -> None:
        """Propose to retire what has left the workflow: credentials first, for integrations hang on them."""
        if self.previous is None:
            return
        still = {_credential_key(fact) for fact in self.facts.credentials}
        for fact in dict.fromkeys(self.previous.credentials):
            if _credential_key(fact) in still or (fact.platform, fact.name.casefold()) in self.book.elsewhere:
                continue
            self._retire(self._known_credential(fact), _credential_key(fact))
        now = {fact.platform for fact in self.facts.integrations}
        for platform in dict.fromkeys(fact.platform for fact in self.previous.integrations):
            own = [e for e in self.book.of(INTEGRATIONS) if e.platform == platform]
            entry = next((e for e in own if e.parent is not None and e.parent == self.workflow_id), None)
            if platform not in now:
                self._retire(entry, f"integration:{platform}")

    def _retire(self, entry: Known | None, key: str) -> None:
        if entry is None or (entry.register, entry.id) in self._used:
            return
        self._used.add((entry.register, entry.id))
        before = {"name": entry.name, "platform": entry.platform}
        self.found.append(Proposed(entry.register, GONE, key, entry.name, {}, before, entry.id))


_NO_LINK: tuple[str, int | None] = ("", None)


def kept_text(text: str, longest: int) -> str:
    """Return a text as a register field can hold it: cut to length, and nothing where it looks like a secret."""
    cut = text.strip()[:longest].strip()
    return "" if find_secret(cut) else cut


def ai_purpose(models: Iterable[str]) -> str:
    """Return what an AI company is used for: "AI model: gpt-4o, gpt-4o-mini"."""
    named = list(dict.fromkeys(model for model in models if model))
    if not named:
        return f"{AI_PURPOSE}, not named in the export"
    words = f"{AI_PURPOSE}{'s' if len(named) > 1 else ''}: {', '.join(named)}"
    return kept_text(words, LONGEST_PURPOSE) or AI_PURPOSE


def _models_in(purpose: str) -> list[str]:
    return [model.strip() for model in purpose.partition(":")[2].split(",") if model.strip()]


def _credential_key(fact: CredentialFact) -> str:
    return f"credential:{fact.platform}:{fact.external_id}:{fact.name.casefold()}"[:500]


def _differ(one: str, other: str) -> bool:
    """Whether both ids are known and not the same."""
    return bool(one and other and one != other)


def _plain(company: str) -> str:
    """Write a company's name so that "OpenAI, Inc." and "OpenAI" are one."""
    words = re.findall(r"\w+", company.casefold())
    legal = {
        "inc",
        "ltd",
        "limited",
        "llc",
        "bv",
        "gmbh",
        "plc",
        "corp",
        "corporation",
        "pbc",
        "sa",
        "sas",
        "ireland",
        "uk",
    }
    return "".join(word for word in words if word not in legal)
