"""Proves the row-level-security policies on a freshly migrated database: python -m tests.prove_policies."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from portal.embedded.services import endpoints
from tests import services as _  # noqa: F401 - starts the throw-away services
from tests.global_tables import GLOBAL_TABLES

CONFIG = Path(__file__).with_name("pgrls.toml")
RUNS = (
    ("lint",),
    ("verify", "--mode", "anon", "--strict"),
    ("verify", "--mode", "write"),
    ("verify", "--mode", "cross-tenant"),
)


def migrated() -> str:
    """Migrate the embedded database of this run and give its owner's address."""
    url = endpoints().owner_url
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"], check=True)
    return url


def protected(url: str) -> int:
    """Count the tables under forced row-level security."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_class WHERE relforcerowsecurity").fetchone()
    return int(row[0]) if row else 0


def configuration() -> str:
    """Write the configuration with the global tables in a place of its own and give its path."""
    tables = json.dumps([f"public.{table}" for table in GLOBAL_TABLES])
    with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False, encoding="utf-8") as file:
        file.write(f"{CONFIG.read_text(encoding='utf-8')}\n[lint.rules.SEC001]\nallowlist = {tables}\n")
    return file.name


def main() -> int:
    """Run every proof; 1 when one does not hold or when there was nothing to prove."""
    url = migrated()
    count = protected(url)
    print(f"{count} tables under forced row-level security")
    if not count:
        return 1
    config = configuration()
    for run in RUNS:
        print("pgrls", *run, flush=True)
        command = [sys.executable, "-m", "pgrls", *run, "--config", config, "--database-url", url]
        if subprocess.run(command, check=False).returncode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
