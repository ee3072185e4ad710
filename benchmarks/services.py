"""Throw-away services and Django on them, as the role that serves; and the owner's connection beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.db import connections

from portal.embedded import services, throwaway
from portal.environment import database

ROOT = Path(__file__).resolve().parent.parent
OWNER = "owner"
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "EMAIL_URL": "memorymail://",
    "DATABASE_POOL": "0",
}


@cache
def start() -> None:
    """Start the services, once, on an empty directory that goes with this process; set Django up on them."""
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "PLUMBLINE_DEMONSTRATION"):
        os.environ.pop(name, None)
    os.environ |= ENVIRONMENT
    throwaway.start()
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # Plans in parallel would hide work from the clock: all figures are those of one core.
    settings.DATABASES["default"]["OPTIONS"]["options"] = "-c max_parallel_workers_per_gather=0"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    django.setup()


@cache
def migrate() -> None:
    """Make the tables, once, as the role that owns them; and let Django connect as it under the alias `owner`."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
    subprocess.run(command, cwd=ROOT, check=True)
    as_owner = database(services.endpoints().owner_url)
    connections.settings[OWNER] = {**connections.settings["default"], **as_owner}


def owner() -> psycopg.Connection:
    """Open a connection of the role that owns the tables; every statement commits by itself."""
    return psycopg.connect(services.endpoints().owner_url, autocommit=True)
