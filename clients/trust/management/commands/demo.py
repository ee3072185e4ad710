"""``manage.py demo``: the portal with an invented consultancy in it, from nothing to served in one go."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clients.trust.demonstration import build, database
from clients.trust.demonstration.entrances import entrances, others
from portal.embedded import keys
from portal.lib.refused import Refused


class Command(BaseCommand):
    """Prepares the demonstration, prints who can do what, and serves it."""

    help = "Prepare the demonstration and serve it; with --no-serve only prepare it."
    requires_system_checks: list[str] = []  # the tables may not be there yet
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="prepare database and data, then end")
        parser.add_argument("--reset", action="store_true", help="throw the demonstration away, make it anew")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")

    def handle(self, *args: Any, no_serve: bool, reset: bool, host: str, port: int, **options: Any) -> None:
        try:
            self._prepare(reset)
            self._greet()
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        database.let_go()
        if not no_serve:
            call_command("serve", host=host, port=port)

    def _prepare(self, reset: bool) -> None:
        database.refuse_where_none_may_be()
        if database.has_tables():
            build.refuse_beside_a_practice()
            if reset:
                self._tell("Throwing the demonstration away")
                database.throw_away()
        if settings.EMBEDDED_DATABASE:
            keys.mark_demonstration()
        self._tell("Looking at the tables")
        if database.migrate():
            self._tell("Tables made")
        if build.build(timezone.now(), self._tell):
            self._tell("The demonstration is built")
        build.make_document(self._tell)

    def _greet(self) -> None:
        lines = ["", f"Northgate Automation at {settings.SITE_URL}/", ""]
        lines.append("Enter directly as one of these three (each link works for thirty days):")
        for each in entrances():
            lines += [
                "",
                f"  {each.name}, {each.persona.role}",
                f"    {each.persona.may}",
                f"    {each.link}",
            ]
        lines += [
            "",
            *others(),
            "Others sign in by “manage.py sign_in_link EMAIL --why …” and enrol a second factor.",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _tell(self, words: str) -> None:
        self.stdout.write(f"· {words}")
        self.stdout.flush()
