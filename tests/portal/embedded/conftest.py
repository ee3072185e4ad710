"""Real servers on directories of their own, used by processes of their own; the test run's stay as they are."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.embedded.paths import CHECKOUT, Home

USE = """
import json, sys
from portal.embedded import services
from portal.embedded.errors import ServiceError
try:
    found = services.ensure()
except ServiceError as problem:
    print(json.dumps({"problem": str(problem)}), flush=True)
    sys.exit(1)
print(json.dumps(vars(found)), flush=True)
sys.stdin.readline()
"""
# The services are tested as they are for real data, not as the test run has them.
REPLACED = ("DATABASE_URL", "CELERY_BROKER_URL", "PLUMBLINE_NO_USER_NAMESPACE", "PLUMBLINE_TEST_SERVICES")


def until(condition: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait for a condition; fail with its name when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.01)


def status(pid: int) -> list[str]:
    """Return state, parent and the rest of what Linux says of a process, or nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def alive(pid: int) -> bool:
    """Answer whether a process runs; a zombie does not."""
    return status(pid)[:1] not in ([], ["Z"])


def parent(pid: int) -> int:
    return int((status(pid) or ["", "0"])[1])


@dataclass
class User:
    """A process that uses the services until it is let go."""

    process: subprocess.Popen[str]
    answer: dict[str, str]

    def let_go(self) -> None:
        self.process.communicate("\n", timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@dataclass
class Place:
    """A data directory of one test."""

    home: Home

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key not in REPLACED}
        return kept | {"PLUMBLINE_HOME": str(self.home.root)} | extra

    def begin(self, prefix: tuple[str, ...] = (), **extra: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*prefix, sys.executable, "-c", USE],
            cwd=CHECKOUT,
            env=self.environment(**extra),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def use(self, prefix: tuple[str, ...] = (), **extra: str) -> User:
        return joined(self.begin(prefix, **extra))

    @contextlib.contextmanager
    def used(self, prefix: tuple[str, ...] = (), **extra: str) -> Iterator[dict[str, str]]:
        user = self.use(prefix, **extra)
        assert "problem" not in user.answer, user.answer
        try:
            yield user.answer
        finally:
            user.let_go()

    def processes(self, word: str) -> list[int]:
        """Return the living processes of this place whose command line holds the word.

        Not their children: one that PostgreSQL has just forked still bears its parent's command line.
        """
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or not alive(int(entry.name)):
                continue
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                about = command + (entry / "environ").read_bytes().decode(errors="replace")
                if word in command and (str(self.home.root) in about or self.home.key in about):
                    found.append(int(entry.name))
        return [pid for pid in found if parent(pid) not in found]

    def postmaster(self) -> int:
        (pid,) = self.processes("bin/postgres -D")
        return pid

    def valkey(self) -> int:
        (pid,) = self.processes("valkey-server")
        return pid

    def servers(self) -> list[int]:
        return self.processes("bin/postgres -D") + self.processes("valkey-server")


def joined(process: subprocess.Popen[str]) -> User:
    assert process.stdout is not None
    return User(process, json.loads(process.stdout.readline()))


@contextlib.contextmanager
def a_place(parent: str | None = None) -> Iterator[Place]:
    root = Path(tempfile.mkdtemp(prefix="plumbline-services-", dir=parent)).resolve()
    place = Place(Home(root / "home"))
    try:
        yield place
    finally:
        for pid in (*place.processes("portal.embedded"), *place.servers()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for name in ("postgres", "valkey", "setup"):
            shutil.rmtree(place.home.socket_directory(name), ignore_errors=True)
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Place]:
    """A data directory that does not exist yet, removed at the end with all that runs on it."""
    with a_place() as made:
        yield made


@pytest.fixture(scope="module")
def shared_place() -> Iterator[Place]:
    """The same for a whole module of tests that only read."""
    with a_place() as made:
        yield made


@pytest.fixture(scope="module")
def running(shared_place: Place) -> Iterator[dict[str, str]]:
    """The addresses of services that run during the module's tests."""
    with shared_place.used() as addresses:
        yield addresses
