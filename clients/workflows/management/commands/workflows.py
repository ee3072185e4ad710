"""``manage.py workflows import FILE… --client SLUG``: what the drop zone does, for the operator of the machine."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clients.registers.platforms import platform_name
from clients.workflows.actions import Outcome, Taken, look_at, take_in
from clients.workflows.facts import as_json
from clients.workflows.readers import UnreadableExport
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.system import as_operator, find_client


@dataclass(frozen=True)
class FileOnDisk:
    """A file named on the command line; what the disk says against reading it becomes its sentence."""

    path: str

    @property
    def name(self) -> str:
        return Path(self.path).name

    @property
    def size(self) -> int | None:
        try:
            return Path(self.path).stat().st_size
        except OSError:
            return None

    def read(self) -> bytes:
        try:
            return Path(self.path).read_bytes()
        except OSError as problem:
            reason = (problem.strerror or "it cannot be opened").lower()
            raise UnreadableExport(f"The file could not be read: {reason}.") from None


class Command(BaseCommand):
    """Reads workflow exports into a client's proposals."""

    help = "Read workflow exports of n8n, Make, Power Automate and Zapier into proposals for a client's registers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="import")
        reading = verbs.add_parser("import", help="read exports; see workflows import --help")
        reading.add_argument("files", nargs="+", metavar="FILE")
        reading.add_argument("--client", required=True, metavar="SLUG", help="the client's short name")
        reading.add_argument("--practice", metavar="SLUG", help="where several practices have such a client")
        reading.add_argument("--dry-run", action="store_true", help="say what would happen and save nothing")
        reading.add_argument("--json", action="store_true", help="print one JSON list of what was read")

    def handle(self, *args: Any, **options: Any) -> None:
        files = [FileOnDisk(path) for path in options["files"]]
        try:
            practice_id, client_id = find_client(options["client"], options["practice"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        with as_operator(practice_id, "Workflow exports read by the operator", client_id=client_id):
            client = Client.objects.get(pk=client_id)
            outcomes = look_at(client, files) if options["dry_run"] else take_in(client, files, by=None)
        pairs = list(zip(files, outcomes, strict=True))
        if options["json"]:
            self.stdout.write(json.dumps(_as_list(pairs), indent=2, ensure_ascii=False))
        for file, outcome in pairs:
            if outcome.error:
                self.stderr.write(f"{file.path}: {outcome.error}")
            elif not options["json"]:
                self.stdout.write("\n".join(_lines(file.path, outcome, options["dry_run"])))
        failed = sum(1 for outcome in outcomes if not outcome.ok)
        if failed:
            raise CommandError(f"{failed} of {len(files)} files could not be read.")


def _as_list(pairs: Iterable[tuple[FileOnDisk, Outcome]]) -> list[dict[str, Any]]:
    """One entry a workflow, and one for each file that could not be read."""
    found: list[dict[str, Any]] = []
    for file, outcome in pairs:
        if outcome.error:
            found.append({"file": file.path, "error": outcome.error})
        found.extend(as_json(taken.facts, file.path) for taken in outcome.taken)
    return found


def _lines(path: str, outcome: Outcome, dry_run: bool) -> list[str]:
    lines = [path]
    for taken in outcome.taken:
        facts, plan = taken.facts, taken.plan
        lines.append(f"  {facts.name} ({platform_name(facts.platform)}), {_counted(facts.nodes, 'node')}")
        lines.append(f"    {_version(taken, dry_run)}")
        found = (
            _counted(len(facts.integrations), "kind of call", "kinds of call"),
            _counted(len(facts.credentials), "credential"),
            _counted(len(facts.webhooks), "webhook"),
            _counted(len(facts.hosts), "host"),
            _counted(len(facts.ai), "AI model"),
        )
        lines.append(f"    Found: {', '.join(found)}")
        if not plan.is_unchanged:
            counts = ", ".join(f"{plan.count(kind)} {kind}" for kind in ("new", "changed", "gone"))
            lines.append(f"    Proposals: {counts}")
        lines.extend(f"    Secret refused: {each.kind} at {each.where}" for each in facts.secrets_refused)
        lines.extend(f"    Note: {warning}" for warning in facts.warnings)
    return lines


def _version(taken: Taken, dry_run: bool) -> str:
    latest = taken.plan.latest
    if latest is not None and taken.plan.is_unchanged:
        return f"Unchanged since version {latest.version}"
    number = latest.version + 1 if latest else 1
    return f"Would become version {number}" if dry_run else f"Saved as version {number}"


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
