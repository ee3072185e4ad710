"""``manage.py serve``: the whole portal in one terminal."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.accounts.setup import pending_link
from portal.embedded import supervisor
from portal.embedded.errors import ServiceError
from portal.tenancy.pools import close_pools


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
        if link := pending_link():
            self.stdout.write(f"There is no practice yet. Set it up here, once, within 24 hours:\n{link}")
        close_pools()
        collect_changed_static_files()
        try:
            supervisor.run(host, port)
        except ServiceError as problem:
            raise CommandError(str(problem)) from problem


def collect_changed_static_files() -> bool:
    """Run collectstatic, which takes seconds, unless no file has changed since; True when it ran."""
    stamp, found = Path(settings.STATIC_ROOT) / "collected.txt", _fingerprint()
    if stamp.exists() and stamp.read_text("ascii") == found:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(found, "ascii")
    return True


def _fingerprint() -> str:
    """Return a digest of the names, sizes and times of all static files."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()
