"""manage.py pack SLUG -o FILE: makes a procurement pack here and now, numbered and issued like any other."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.documents import actions, press, queries
from portal.documents.models import Document
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.system import as_operator, find_client

VARIANTS = {"ua": Document.Variant.UA, "a3u": Document.Variant.A3U}
REASON = "pack made on the command line"


class Command(BaseCommand):
    help = "Makes a client's procurement pack as a PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "slug", metavar="SLUG", help="the client's short name, as in its address after /c/"
        )
        parser.add_argument(
            "-o", "--output", metavar="FILE", required=True, help="where to write the PDF; - for stdout"
        )
        parser.add_argument(
            "--practice", metavar="SLUG", help="the practice, where several have such a client"
        )
        parser.add_argument(
            "--for", dest="addressee", default="", metavar="TEXT", help="who it is prepared for"
        )
        parser.add_argument(
            "--variant",
            choices=VARIANTS,
            default="ua",
            help="ua: for people to read (default); a3u: for an archive",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            document, content = self._made(options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["output"] == "-":
            sys.stdout.buffer.write(content)
        else:
            try:
                Path(options["output"]).write_bytes(content)
            except OSError as error:
                raise CommandError(f"{options['output']} could not be written: {error.strerror}.") from error
        self.stderr.write(
            f"Pack {document.number}, {document.pages} pages\nFingerprint {document.full_fingerprint}"
        )

    @staticmethod
    def _made(options: dict[str, Any]) -> tuple[Document, bytes]:
        practice_id, client_id = find_client(options["slug"], options["practice"])
        with as_operator(practice_id, REASON, client_id=client_id):
            client = Client.objects.select_related("practice").get(pk=client_id)
            document = actions.ask_for(
                "pack",
                client,
                by=None,
                at=timezone.now(),
                addressee=options["addressee"],
                variant=VARIANTS[options["variant"]],
            )
            made = press.make(document.pk, task=f"command {document.pk}")
            if made is None or not made.is_ready:
                raise Refused(made.error if made else "Another process is making this pack.")
            file = queries.file_of(made)
            return made, bytes(file.content) if file else b""
