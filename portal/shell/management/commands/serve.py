"""``manage.py serve``: the whole portal in one terminal."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.embedded import supervisor
from portal.embedded.errors import ServiceError


class Command(BaseCommand):
    """Runs web server, worker and beat, and the embedded services where none are set."""

    help = "Run the portal: web server, worker, beat and the embedded services. One Ctrl-C stops all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date. Run “manage.py migrate” first.")
        connection.close()
        call_command("collectstatic", interactive=False, verbosity=0)
        try:
            supervisor.run(host, port)
        except ServiceError as problem:
            raise CommandError(str(problem)) from problem
