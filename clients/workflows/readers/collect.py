"""Gather facts while a reader walks a workflow: each once, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clients.workflows.facts import (
    AiFact,
    CredentialFact,
    ExportFacts,
    IntegrationFact,
    SecretRefusedFact,
    WebhookFact,
)
from clients.workflows.readers.hosts import is_internal
from clients.workflows.readers.parsing import text

_MOST_OF_A_KIND = 2_000


class Collector:
    """What has been found so far in one workflow of one automation platform."""

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self._found: dict[str, dict[Any, None]] = {}

    def _add(self, kind: str, fact: Any) -> None:
        facts = self._found.setdefault(kind, {})
        if len(facts) < _MOST_OF_A_KIND:
            facts[fact] = None

    def integration(self, platform: str, operation: str, auth: str = "unknown") -> None:
        """Note a kind of call to a platform."""
        self._add("integrations", IntegrationFact(platform, text(operation), auth))

    def credential(self, name: str, kind: str, platform: str, external_id: str = "") -> None:
        """Note a stored connection by its name and type."""
        self._add("credentials", CredentialFact(text(name), text(kind), platform, text(external_id)))

    def webhook(self, name: str, path: str, method: str, auth: str) -> None:
        """Note an address that the workflow listens on, with a warning if anyone may call it."""
        self._add("webhooks", WebhookFact(text(name), text(path), text(method), auth))
        if auth == "none":
            self.warn(f"The webhook “{text(name)}” accepts calls without authentication.")

    def hosts(self, hosts: Iterable[str]) -> None:
        """Note hosts that the workflow calls, with a warning for those inside a private network."""
        for host in hosts:
            self._add("hosts", host)
            if is_internal(host):
                self.warn(f"The host {host} is inside a private network.")

    def ai(self, provider: str, model: str, step: str = "") -> None:
        """Note a model that the workflow calls."""
        self._add("ai", AiFact(provider, text(model)))
        if not model and step:
            self.warn(f"“{text(step)}” does not say which model it uses: the platform's default at the time.")

    def schedule(self, words: str) -> None:
        """Note when the workflow starts by itself."""
        self._add("schedules", text(words))

    def trigger(self, words: str) -> None:
        """Note what starts the workflow."""
        self._add("triggers", text(words))

    def error_handling(self, words: str) -> None:
        """Note what the workflow does when a step fails."""
        self._add("error_handling", text(words))

    def warn(self, sentence: str) -> None:
        """Note something that a person should look at."""
        self._add("warnings", sentence)

    def refused(self, facts: Iterable[SecretRefusedFact]) -> None:
        """Note the secrets that were taken out."""
        for fact in facts:
            self._add("secrets_refused", fact)

    def facts(
        self, *, name: Any, external_id: Any, nodes: int, active: Any, content: dict[str, Any]
    ) -> ExportFacts:
        """Return everything gathered, with the workflow's own name, id, size and stripped content."""
        found = {kind: tuple(facts) for kind, facts in self._found.items()}
        return ExportFacts(
            platform=self.platform,
            name=text(name) or "Unnamed workflow",
            external_id=text(external_id),
            nodes=nodes,
            active=active if isinstance(active, bool) else None,
            content=content,
            **found,
        )
