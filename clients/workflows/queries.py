"""Reads of exports and proposals: versions, what the registers hold, what an export would change, what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from clients.registers.models import Credential, Integration, Record, SubProcessor, Workflow
from clients.registers.queries import MODELS
from clients.workflows.facts import ExportFacts
from clients.workflows.kept import facts_from_json, facts_to_json, fingerprint
from clients.workflows.matching import Book, Known, Proposed, propose
from clients.workflows.models import DECIDE_DAYS, Proposal, WorkflowExport
from clients.workflows.readers import MAX_BYTES, UnreadableExport, read_export
from portal.lib.secrets import MARKER, strip_secrets, strip_text
from portal.tenancy.models import Client

MOST = 300
#: The fields of each register that an export can speak about.
SPOKEN_OF: dict[type[Record], tuple[str, ...]] = {
    Workflow: ("external_id", "status", "uses_ai", "name"),
    Integration: ("auth_type", "writes_needed", "name"),
    Credential: ("kind", "external_id", "name"),
    SubProcessor: ("uses_ai", "purpose", "name"),
}
_PARENTS = {Integration: "workflow_id", Credential: "integration_id"}


class Incoming(Protocol):
    """A file that comes in: an upload, or one from the disk. It is read once, when its turn comes."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self) -> bytes: ...


@dataclass(frozen=True)
class Plan:
    """What one workflow of a file would do: `latest` is the version before, `proposals` are empty when unchanged."""

    facts: ExportFacts
    sha256: str
    identity: str
    latest: WorkflowExport | None
    workflow_id: int | None
    proposals: tuple[Proposed, ...]

    @property
    def is_unchanged(self) -> bool:
        return self.latest is not None and self.latest.sha256 == self.sha256

    def count(self, kind: str) -> int:
        return sum(1 for each in self.proposals if each.kind == kind)


@dataclass(frozen=True)
class Taken:
    """What came of one workflow: its plan, and the version that holds it now (None when only looked at)."""

    plan: Plan
    export: WorkflowExport | None = None

    @property
    def facts(self) -> ExportFacts:
        return self.plan.facts


@dataclass(frozen=True)
class Outcome:
    """What came of one file: the workflows in it, or the sentence that says why nothing of it was saved."""

    file: str
    taken: tuple[Taken, ...] = ()
    error: str = ""

    @property
    def ok(self) -> bool:
        return not self.error


def read_file(file: Incoming) -> list[ExportFacts]:
    """Return the facts of every workflow in a file. Raises UnreadableExport with a sentence for the user.

    The size is looked at before anything is read into memory.
    """
    if (file.size or 0) > MAX_BYTES:
        size = f"{(file.size or 0) / 1024 / 1024:.1f}"
        raise UnreadableExport(
            f"The file is {size} MB; a workflow export may be at most {MAX_BYTES // 1024 // 1024} MB."
        )
    return [safe(facts) for facts in read_export(file.name or "", file.read())]


def safe(facts: ExportFacts) -> ExportFacts:
    """Look through the facts once more for secrets that came together only when they were read."""
    kept, places = strip_secrets(facts_to_json(facts))
    if places:
        facts = replace(facts_from_json(kept), content=facts.content)
    if MARKER in facts.external_id:  # no id any more: two workflows must not become one by it
        facts = replace(facts, external_id="")
    return replace(facts, name=strip_text(facts.name)[0])


def shown_name(file_name: str | None) -> str:
    """Return a file's own name as it may be kept: without its folder, without secrets, not too long."""
    plain = (file_name or "").replace("\\", "/").rpartition("/")[2].replace("\x00", "")
    return strip_text(plain)[0][:200].strip() or "unnamed file"


def plan(client: Client, facts: ExportFacts, used: Iterable[int] = ()) -> Plan:
    """Work out what taking in a workflow would do; writes nothing.

    used: ids of versions that other workflows of the same file have taken as theirs. Seven queries.
    """
    sha256 = fingerprint(facts.content)
    taken = set(used)
    latest = latest_of(client, facts, taken)
    identity = latest.identity if latest else _new_identity(client, facts)
    if latest is not None and latest.sha256 == sha256:
        return Plan(facts, sha256, identity, latest, latest.workflow_id, ())
    book = book_of(client, latest.workflow_id if latest else None, facts.platform, identity)
    previous = facts_from_json(latest.facts) if latest else None
    workflow_id, proposals = propose(facts, book, previous)
    declined = _declined(latest) if latest else set()
    kept = tuple(each for each in proposals if _sameness(each) not in declined)
    return Plan(facts, sha256, identity, latest, workflow_id, kept)


def latest_of(client: Client, facts: ExportFacts, used: set[int]) -> WorkflowExport | None:
    """Find the newest version of the same workflow: by the platform's id, or by name where one side has no id."""
    rows = WorkflowExport.objects.for_client(client).current().filter(platform=facts.platform)
    rows = rows.exclude(pk__in=used).defer("content").order_by("identity")
    same_name = rows.filter(name=facts.name)
    if facts.external_id:
        same_id = rows.filter(external_id=facts.external_id)
        found: WorkflowExport | None = same_id.first() or same_name.filter(external_id="").first()
    else:
        found = same_name.first()
    return found


def _new_identity(client: Client, facts: ExportFacts) -> str:
    base = f"id:{facts.external_id}" if facts.external_id else f"name:{facts.name}"
    rows = WorkflowExport.objects.for_client(client).current().filter(platform=facts.platform)
    taken = set(rows.filter(identity__startswith=base).values_list("identity", flat=True))
    names = (base, *(f"{base} #{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def book_of(client: Client, workflow_id: int | None, platform: str, identity: str) -> Book:
    """Load what the registers hold in use. One query a register and one for the other workflows' credentials."""
    entries: list[Known] = []
    for model, names in SPOKEN_OF.items():
        parent = _PARENTS.get(model)
        wanted = {"id", "name", "platform", *names, *filter(None, [parent])}
        for row in model.objects.for_client(client).live().order_by("id").values(*wanted):
            values = {name: row[name] for name in names}
            entries.append(
                Known(
                    model.REGISTER,
                    row["id"],
                    row["name"],
                    row["platform"],
                    row.get("external_id", ""),
                    row[parent] if parent else None,
                    values,
                )
            )
    others = WorkflowExport.objects.for_client(client).current().exclude(platform=platform, identity=identity)
    elsewhere = {
        (each["platform"], each["name"].casefold())
        for credentials in others.values_list("facts__credentials", flat=True)
        for each in credentials or ()
    }
    return Book(tuple(entries), workflow_id, frozenset(elsewhere))


def _sameness(proposed: Proposed | Proposal) -> tuple[str, str, str, str]:
    return proposed.register, proposed.kind, proposed.key, repr(sorted(proposed.values.items()))


def _declined(latest: WorkflowExport) -> set[tuple[str, str, str, str]]:
    """What was declined for an earlier version is not proposed again in the same words."""
    rows = Proposal.objects.filter(
        client_id=latest.client_id,
        export__platform=latest.platform,
        export__identity=latest.identity,
        state=Proposal.State.DECLINED,
    )
    return {_sameness(each) for each in rows.only("register", "kind", "key", "values")}


# What pages and other rooms ask ----------------------------------------------------------------------------------


def facts_of(export: WorkflowExport) -> ExportFacts:
    """Return what was read from a version, with its definition."""
    return facts_from_json(export.facts, export.content)


def versions_of(export: WorkflowExport) -> QuerySet[WorkflowExport]:
    """List all versions of the same workflow, the newest first."""
    rows: QuerySet[WorkflowExport] = (
        WorkflowExport.objects.filter(
            client_id=export.client_id, platform=export.platform, identity=export.identity
        )
        .light()
        .select_related("uploaded_by")
        .order_by("-version")
    )
    return rows


def current_exports(client: Client) -> QuerySet[WorkflowExport]:
    """List the newest version of each workflow with its number of open proposals (`waiting`), without definitions."""
    waiting = Count("proposals", filter=Q(proposals__state=Proposal.State.OPEN))
    rows: QuerySet[WorkflowExport] = (
        WorkflowExport.objects.for_client(client)
        .current()
        .light()
        .select_related("client", "workflow", "uploaded_by")
        .annotate(waiting=waiting)
    )
    return rows


def newest_by_workflow(client: Client, only: Sequence[int] | None = None) -> dict[int, WorkflowExport]:
    """Give the newest export of each workflow entry, by the entry's id: what control BCK-01 asks. One query.

    only: the entries that are asked for, all if left out.
    """
    rows = WorkflowExport.objects.for_client(client).current().light().filter(workflow__isnull=False)
    if only is not None:
        rows = rows.filter(workflow__in=only)
    return {export.workflow_id: export for export in rows.order_by("confirmed_at")}


def open_proposals(client: Client) -> QuerySet[Proposal]:
    """List what waits for a decision, by export and in the order in which it is accepted."""
    rows: QuerySet[Proposal] = (
        Proposal.objects.for_client(client)
        .open()
        .select_related("client", "export__client", "parent")
        .defer("export__content", "export__facts")
        .order_by("-export__taken_at", "export_id", "id")
    )
    return rows


def entries_for(proposals: Iterable[Proposal]) -> dict[tuple[str, int], Record]:
    """Load the register entries that proposals are about. One query a register."""
    wanted: dict[str, set[int]] = {}
    for each in proposals:
        if each.target:
            wanted.setdefault(each.register, set()).add(each.target)
    return {
        (register, row.pk): row
        for register, ids in wanted.items()
        for row in MODELS[register].objects.filter(pk__in=ids).select_related("client", "owner")
    }


def decide_by(since: datetime) -> date:
    """Return the day by which what came at an instant is to be decided."""
    return since.date() + timedelta(days=DECIDE_DAYS)


@dataclass(frozen=True)
class Waiting:
    """How many proposals of a client wait, and since when the oldest does."""

    client: Client
    n: int
    since: datetime

    @property
    def due_on(self) -> date:
        return decide_by(self.since)


def waiting_since() -> dict[UUID, tuple[int, datetime]]:
    """Count what waits for each client in scope, and since when the oldest does; the longest first. One query."""
    rows = (
        Proposal.objects.open()
        .order_by()
        .values("client_id")
        .annotate(n=Count("id"), since=Min("created_at"))
    )
    return {row["client_id"]: (row["n"], row["since"]) for row in rows.order_by("since")[:MOST]}


def waiting_by_client() -> list[Waiting]:
    """List the clients in scope with open proposals, the longest waiting first. Two queries."""
    since = waiting_since()
    clients = Client.objects.in_bulk(list(since))
    return [Waiting(clients[pk], n, at) for pk, (n, at) in since.items() if pk in clients]


def narrowed(rows: QuerySet[WorkflowExport], wished: Mapping[str, Any]) -> QuerySet[WorkflowExport]:
    """Keep the exports that the filters ask for: `q` in the name, `platform`."""
    if wished.get("q"):
        rows = rows.filter(name__icontains=wished["q"])
    if wished.get("platform"):
        rows = rows.filter(platform=wished["platform"])
    return rows


def proposals_of(client: Client, wished: Mapping[str, Any]) -> QuerySet[Proposal]:
    """List a client's proposals in one state (open when none is named), the newest export first."""
    rows = open_proposals(client)
    if wished.get("state"):
        decided = Proposal.objects.for_client(client).filter(state=wished["state"])
        rows = decided.select_related("client", "export__client", "parent", "decided_by")
        rows = rows.defer("export__content", "export__facts").order_by("-export__taken_at", "export_id", "id")
    for name in ("register", "kind", "export"):
        if wished.get(name):
            rows = rows.filter(**{name: wished[name]})
    return rows
