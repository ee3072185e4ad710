"""Runs every check in order and stops at the first that fails: python -m tests.run [NAME…], or make test."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field

from portal.embedded import throwaway
from portal.embedded.install import find_chromium
from portal.embedded.paths import CHECKOUT

KEY = "cGx1bWJsaW5lLXBsdW1ibGluZS1wbHVtYmxpbmUtMDA="  # 32 bytes that guard nothing
PRODUCTION = {
    "DATABASE_URL": "postgresql://portal_app:x@db.invalid:5432/plumbline",
    "DATABASE_SYSTEM_URL": "postgresql://portal_system:x@db.invalid:5432/plumbline",
    "CELERY_BROKER_URL": "redis://broker.invalid:6379/0",
    "CACHE_URL": "redis://broker.invalid:6379/1",
    "SITE_URL": "https://portal.example.com",
    "SECRET_KEY": "not-a-secret-but-fifty-characters-or-more-for-the-check-only",
    "FIELD_KEYS": f"k1:{KEY}",
    "ANCHOR_KEY": KEY,
    "EMAIL_URL": "smtp+tls://portal:x@mail.invalid:587",
    "DEFAULT_FROM_EMAIL": "portal@example.com",
    "PLUMBLINE_DEMONSTRATION": "0",
}


@dataclass(frozen=True)
class Step:
    """One check: its name on the command line, the arguments of Python, and what the environment adds."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    on_services: bool = False


STEPS = (
    Step("format", ("-m", "ruff", "format", "--check", ".")),
    Step("lint", ("-m", "ruff", "check", ".")),
    Step("types", ("-m", "mypy", "portal", "clients", "incidents")),
    Step(
        "imports", ("-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())")
    ),
    Step("deploy", ("manage.py", "check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
    Step("migrations", ("manage.py", "makemigrations", "--check", "--dry-run"), on_services=True),
    Step("policies", ("-m", "tests.prove_policies"), on_services=True),
    Step(
        "tests",
        ("-m", "pytest", "-n", "2", "--dist", "loadgroup", "--ignore", "tests/browser", "tests"),
        on_services=True,
    ),
    Step("browser", ("-m", "pytest", "tests/browser"), on_services=True),
)


def main(names: list[str]) -> int:
    """Run the named steps, or all; the exit code of the first that fails."""
    unknown = set(names) - {step.name for step in STEPS}
    if unknown:
        print(f"No such step: {', '.join(sorted(unknown))}. Steps: {', '.join(step.name for step in STEPS)}")
        return 2
    chosen = [step for step in STEPS if not names or step.name in names]
    if not find_chromium() and not os.environ.get("CI"):
        chosen = [step for step in chosen if step.name != "browser"]
        print("!!! NO CHROMIUM WAS FOUND: THE BROWSER TESTS ARE SKIPPED !!!", flush=True)
    if any(step.on_services for step in chosen):
        throwaway.start()
    for step in chosen:
        print(f"\n== {step.name}", flush=True)
        began = time.monotonic()
        code = subprocess.run(
            [sys.executable, *step.command], cwd=CHECKOUT, env=os.environ | step.environment, check=False
        ).returncode
        if code:
            print(f"== {step.name} failed after {time.monotonic() - began:.0f} s", flush=True)
            return code
        if step is not chosen[-1]:
            print(f"== {step.name} passed in {time.monotonic() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
