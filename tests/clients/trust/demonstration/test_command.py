"""``manage.py demo`` on a machine that has nothing yet, as its own process."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.embedded.paths import CHECKOUT, Home

# What tests/services.py has set for this process is not what somebody has who types the command.
REPLACED = (
    "DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "PLUMBLINE_TEST_SERVICES", "PLUMBLINE_DATABASE_ROLE",
    "PLUMBLINE_DEMONSTRATION", "SITE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "DATABASE_POOL", "SECRET_KEY",
)  # fmt: skip


@pytest.fixture
def home() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="plumbline-demo-"))
    yield directory
    place = Home(directory.resolve())
    for leftover in (place.root, place.socket_directory("postgres"), place.socket_directory("valkey")):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.rmtree(Path("/var/lib/plumbline") / place.key, ignore_errors=True)


def demo(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in REPLACED}
    return subprocess.run(
        [sys.executable, "manage.py", "demo", "--no-serve", *words],
        cwd=CHECKOUT,
        env=environment | {"PLUMBLINE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=480,
        check=False,
    )


def test_one_command_makes_it_and_reset_makes_it_anew(home: Path) -> None:
    first = demo(home, "--port", "8211")
    assert first.returncode == 0, first.stdout + first.stderr
    links = re.findall(r"http://\S+:8211/sign-in-link/[\w-]{43}/", first.stdout)
    assert len(set(links)) == 3
    assert "Harbour & Finch: 41 register entries" in first.stdout
    assert "procurement pack" in first.stdout.lower()
    assert "Traceback" not in first.stderr
    assert (home / "demonstration").exists(), "later commands know that it is one"
    again = demo(home, "--reset")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Harbour & Finch: 41 register entries" in again.stdout
