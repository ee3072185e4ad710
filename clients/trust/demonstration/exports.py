"""Takes the demonstration's workflow exports in, and decides on some of what they propose."""

from __future__ import annotations

from io import BytesIO

from clients.trust.demonstration.people import House
from clients.trust.demonstration.spec import REGISTERS, Entry, export_file, read
from clients.workflows.actions import accept_many, decline, take_in
from clients.workflows.models import Proposal, WorkflowExport
from portal.accounts.models import User
from portal.tenancy.models import Client


class ExportFile(BytesIO):
    """A file of the demonstration, as an upload comes in."""

    def __init__(self, name: str) -> None:
        content = export_file(name)
        super().__init__(content)
        self.name, self.size = shown_name(name), len(content)


def shown_name(name: str) -> str:
    """Give a file's name as its platform would write it: versions have the same name."""
    stem, _, ending = name.partition(".")
    return f"{stem}.{ending.rpartition('.')[2]}"


def take_exports_in(house: House, client: Client) -> int:
    """Take the client's exports in, one after the other; give how many workflows were read."""
    read_now = 0
    for entry in read(client.slug).get("exports", ()):
        by = house.people[entry["by"]]
        outcomes = take_in(client, [ExportFile(entry["file"])], by=by, at=house.calendar.at(entry["at"]))
        exports = [taken.export for outcome in outcomes for taken in outcome.taken if taken.export]
        for export in exports:
            _decide(house, client, export, entry, by)
        read_now += len(exports)
    return read_now


def _decide(house: House, client: Client, export: WorkflowExport, entry: Entry, by: User) -> None:
    """Accept what the entry names and decline what it gives a reason against; the rest stays open."""
    accepted = REGISTERS if entry["accept"] == "all" else () if entry["accept"] == "none" else entry["accept"]
    reasons = entry.get("decline", {})
    waiting = list(export.proposals.open().select_related("client", "export").order_by("pk"))
    for proposal in waiting:
        if proposal.register in reasons:
            decline(proposal, by=by, why=reasons[proposal.register])
    chosen = [each for each in waiting if each.register in accepted and each.register not in reasons]
    values = {each.pk: _changes(each, by) for each in chosen if each.kind == Proposal.Kind.NEW}
    accept_many(chosen, by=by, changes_of=values)


def _changes(proposal: Proposal, by: User) -> dict[str, object]:
    """Whoever accepts a new entry answers for it."""
    return {"owner": by}
