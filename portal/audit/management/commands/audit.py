"""manage.py audit verify | export | anchor | forget: the operator's hold on the trail."""

from __future__ import annotations

import base64
import binascii
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.audit.actions import record
from portal.audit.anchors import anchor_everything, public_key
from portal.audit.chains import NOBODYS, chains_in_scope, faults_of_stored_chain
from portal.audit.coverage import faults_of_triggers
from portal.audit.exports import ChainExport, write_folder, write_zip
from portal.audit.forgetting import forget
from portal.audit.verification import Anchor
from portal.lib.refused import Refused
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import EMPTY, enter
from portal.tenancy.system import SYSTEM_ALIAS, as_operator, find_client


class Command(BaseCommand):
    help = "Checks, exports and anchors the audit trail, and erases who is behind its tokens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser(
            "verify", help="check chains and triggers; ends with 1 when something is wrong"
        )
        verify.add_argument("--client", metavar="SLUG", help="this client's chain only")
        verify.add_argument("--practice", metavar="SLUG", help="this practice's chains only")
        verify.add_argument(
            "--anchors", metavar="FILE", type=Path, help="also check against anchors from a mail"
        )
        verify.add_argument(
            "--public-key",
            metavar="BASE64",
            action="append",
            default=[],
            help="trust this earlier key as well",
        )
        export = verbs.add_parser(
            "export", help="write a client's chain with a script that checks it anywhere"
        )
        export.add_argument("client", metavar="SLUG")
        export.add_argument("--practice", metavar="SLUG", help="where several practices have such a client")
        export.add_argument(
            "-o", "--output", metavar="DIR|FILE.zip", type=Path, help="default: audit-SLUG.zip"
        )
        verbs.add_parser("anchor", help="sign the ends of all chains now and mail them")
        gone = verbs.add_parser("forget", help="erase who is behind a person's tokens; the chains still hold")
        gone.add_argument("email", metavar="EMAIL")
        gone.add_argument("--why", required=True, help="stays in the trail")

    def handle(self, *args: Any, **options: Any) -> None:
        verbs: dict[str, Callable[[dict[str, Any]], None]] = {
            "verify": self.verify,
            "export": self.export,
            "anchor": self.anchor,
            "forget": self.forget,
        }
        try:
            verbs[options["verb"]](options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None

    def verify(self, options: dict[str, Any]) -> None:
        """Check what was asked for, print a line a chain, and leave with 1 when anything is wrong."""
        trusted = [public_key(), *map(_key, options["public_key"])]
        kept = _kept(options["anchors"]) if options["anchors"] else []
        faults = [("Triggers", fault) for fault in faults_of_triggers()]
        checked = 0
        for name, chain, using in _chains(options["client"], options["practice"]):
            found = faults_of_stored_chain(chain, trusted=trusted, kept=kept, using=using)
            faults += [(name, fault) for fault in found]
            checked += 1
            if options["verbosity"] > 1:
                self.stdout.write(f"{name}: {'NOT IN ORDER' if found else 'in order'}")
        for name, fault in faults:
            self.stderr.write(f"{name}: {fault}")
        if faults:
            self.stderr.write(f"NOT IN ORDER: {len(faults)} faults in {checked} chains and the triggers.")
            sys.exit(1)
        self.stdout.write(f"In order: {checked} chains hold, every table is recorded.")

    def export(self, options: dict[str, Any]) -> None:
        """Write the files and record that they were taken."""
        practice_id, client_id = find_client(options["client"], options["practice"])
        target: Path = options["output"] or Path(f"audit-{options['client']}.zip")
        with as_operator(practice_id, "Export by the operator", client_id=client_id):
            client = Client.objects.get(pk=client_id)
            record("activity.export", client=client, details={"as": "chain"})
            export = ChainExport(client)
            if target.suffix == ".zip":
                write_zip(export, target)
            else:
                write_folder(export, target)
        self.stdout.write(f"Wrote {export.entries} entries to {target}.")

    def anchor(self, options: dict[str, Any]) -> None:
        """Sign the ends of all chains now."""
        self.stdout.write(f"Signed {anchor_everything(timezone.now())} chains.")

    def forget(self, options: dict[str, Any]) -> None:
        """Erase who is behind the tokens of one person."""
        self.stdout.write(f"Forgot {forget(options['email'], why=options['why'])} tokens.")


def _chains(client: str | None, practice: str | None) -> Iterator[tuple[str, UUID, str]]:
    """Give each chain to check with its name, inside the scope in which it can be read."""
    if client:
        practice_id, client_id = find_client(client, practice)
        with as_operator(practice_id, "Verify", client_id=client_id):
            yield client, client_id, "default"
        return
    practices = list(Practice.objects.using(SYSTEM_ALIAS).values_list("pk", "slug"))
    wanted = [pk for pk, slug in practices if practice in (None, slug)]
    if practice and not wanted:
        raise Refused(f"There is no practice with the short name “{practice}”.")
    for practice_id in wanted:
        with as_operator(practice_id, "Verify"):
            names = dict(Client.objects.values_list("pk", "slug")) | {practice_id: "the practice"}
            for chain in chains_in_scope():
                yield f"{dict(practices)[practice_id]}, {names.get(chain, chain)}", chain, "default"
    if not practice:
        with enter(EMPTY, switch=True):
            yield "Of no practice", NOBODYS, SYSTEM_ALIAS


def _kept(file: Path) -> list[Anchor]:
    """Read the anchors out of a saved mail: the lines that begin with a brace."""
    try:
        lines: Iterable[str] = file.read_text(encoding="utf-8").splitlines()
        found = [Anchor.read(line.strip()) for line in lines if line.strip().startswith("{")]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(f"The anchors cannot be read from {file}: {error}.") from None
    if not found:
        raise Refused(f"There is no anchor in {file}: save the portal's mail as plain text.")
    return found


def _key(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("--public-key takes the base64 text out of public-key.txt.") from None
