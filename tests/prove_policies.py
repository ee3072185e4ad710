"""Proves the row-level-security policies on a freshly migrated database: python -m tests.prove_policies."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from portal.embedded.services import endpoints
from tests import services as _  # noqa: F401 - starts the throw-away services
from tests.global_tables import GLOBAL_TABLES

CONFIG = Path(__file__).with_name("pgrls.toml")
# What the prover cannot decide, each with the reason; the tests prove it at run time. Anything else fails.
OF_THE_TRAIL = {
    "audit_event",
    "audit_head",
    "audit_identity",
    "audit_link",
}  # nobody but its triggers may write
OWN_ROWS = {
    "tenancy_assignment",
    "tenancy_member",
}  # a person reads their own roles before any practice is known
UNDECIDED = {
    "anon": set[str](),
    "write": OF_THE_TRAIL | {"audit_anchor"},
    "cross-tenant": OF_THE_TRAIL | OWN_ROWS,
}


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


def audit_triggers(url: str) -> list[str]:
    """List the triggers of the audit trail, the only ones that may run with their owner's rights."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " JOIN pg_proc ON pg_proc.oid = tgfoid WHERE proname IN ('audit_row', 'audit_seal')"
        )
        return sorted(f"public.{table}.{trigger}" for table, trigger in rows)


def configuration(url: str) -> str:
    """Write the configuration with the global tables and audit triggers in a place of its own; give its path."""
    allowed = {"SEC001": [f"public.{table}" for table in GLOBAL_TABLES], "SEC013": audit_triggers(url)}
    with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False, encoding="utf-8") as file:
        file.write(CONFIG.read_text(encoding="utf-8"))
        for rule, names in allowed.items():
            file.write(f"\n[lint.rules.{rule}]\nallowlist = {json.dumps(names)}\n")
    return file.name


def main() -> int:
    """Run every proof; 1 when one does not hold or when there was nothing to prove."""
    url = migrated()
    count = protected(url)
    print(f"{count} tables under forced row-level security")
    if not count:
        return 1
    options = ["--config", configuration(url), "--database-url", url]
    if pgrls("lint", *options).returncode:
        return 1
    return max(proven(mode, options) for mode in UNDECIDED)


def pgrls(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the prover."""
    print("pgrls", *arguments[:3], flush=True)
    return subprocess.run([sys.executable, "-m", "pgrls", *arguments], check=False, text=True, **options)


def proven(mode: str, options: list[str]) -> int:
    """Prove one property of every table; 1 unless all but those named in UNDECIDED are proven."""
    result = pgrls("verify", "--mode", mode, "--format", "json", *options, stdout=subprocess.PIPE)
    verdicts = {row["table"].split(".")[-1]: row["verdict"] for row in json.loads(result.stdout)["tables"]}
    others = {table: verdict for table, verdict in verdicts.items() if verdict != "isolated"}
    undecided = ", ".join(sorted(others)) or "none"
    print(f"{len(verdicts) - len(others)} of {len(verdicts)} tables proven, undecided: {undecided}")
    return int(not verdicts or others != dict.fromkeys(UNDECIDED[mode], "unverified"))


if __name__ == "__main__":
    sys.exit(main())
