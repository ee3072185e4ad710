"""The way in: where the embedded services are, starting what is needed, and leaving nothing behind.

Settings read ``endpoints()``; ``manage.py`` and the supervisor call ``ensure()``. A service is never used
when DATABASE_URL or CELERY_BROKER_URL (each for its own) names another.
"""

import atexit
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from portal.embedded import paths
from portal.embedded.errors import ServiceError
from portal.embedded.keeper import START_SECONDS, make_service
from portal.embedded.passwords import passwords
from portal.embedded.paths import CHECKOUT, Home
from portal.embedded.postgres import DATABASE, PORT
from portal.embedded.valkey import BROKER_NUMBER, CACHE_NUMBER

Name = Literal["postgres", "valkey"]
INSTEAD: dict[Name, str] = {"postgres": "DATABASE_URL", "valkey": "CELERY_BROKER_URL"}

_holds: dict[tuple[Path, str], "Hold"] = {}


@dataclass(frozen=True)
class Endpoints:
    """Addresses of the embedded services: libpq URLs for three roles, one for Celery, one for the cache."""

    owner_url: str
    app_url: str
    system_url: str
    broker_url: str
    cache_url: str


def endpoints() -> Endpoints:
    """Return the addresses without starting anything; makes the passwords the first time."""
    home = paths.home()
    secret = passwords(home)
    where = quote(str(home.socket_directory("postgres")), safe="")
    valkey = home.socket_directory("valkey") / "valkey.sock"

    def database(role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@/{DATABASE}?host={where}&port={PORT}"

    return Endpoints(
        owner_url=database("portal_owner", secret.owner),
        app_url=database("portal_app", secret.app),
        system_url=database("portal_system", secret.system),
        broker_url=f"redis+socket://{quote(str(valkey))}?virtual_host={BROKER_NUMBER}",
        cache_url=f"unix://{quote(str(valkey))}?db={CACHE_NUMBER}",
    )


def wanted() -> tuple[Name, ...]:
    """Return the services that no environment variable replaces."""
    return tuple(name for name, variable in INSTEAD.items() if not os.environ.get(variable, "").strip())


def ensure(names: Iterable[Name] | None = None) -> Endpoints:
    """Start the services that do not run and keep them until this process ends or calls ``release()``.

    ``names`` limits the choice; by default all that are ``wanted()``. Safe to call from several processes at
    once and again at any time: it also recovers a service that has died. Raises ServiceError.
    """
    home = paths.home()
    _refuse_unsafe_tests()
    passwords(home)
    chosen = [name for name in (wanted() if names is None else names) if name in wanted()]
    holds = [_holds.setdefault((home.root, name), Hold(home, name)) for name in chosen]
    for hold in holds:
        hold.take()
    starting = [hold for hold in holds if not hold.service.is_ready()]
    for hold in starting:
        hold.start_keeper()
    for hold in starting:
        hold.wait_until_ready()
    return endpoints()


def are_ready() -> bool:
    """Answer whether every wanted service takes connections now."""
    home = paths.home()
    return all(make_service(name, home).is_ready() for name in wanted())


def release() -> None:
    """Give up this process's services and wait until those that nobody else uses have stopped."""
    mine = [_holds.pop(key) for key in list(_holds)]
    for hold in mine:
        hold.let_go()
    for hold in mine:
        hold.wait_until_stopped()


atexit.register(release)


class Hold:
    """This process's share in one service: a shared lock that its keeper waits for (see ``keeper``)."""

    def __init__(self, home: Home, name: Name) -> None:
        self.home, self.name = home, name
        self.service = make_service(name, home)
        self.pid = os.getpid()
        self.descriptor: int | None = None
        self.keeper: subprocess.Popen[bytes] | None = None
        self.is_last = False

    def take(self) -> None:
        """Take the shared lock; waits while a keeper that was left by everyone is stopping its server."""
        if self.descriptor is None:
            self.descriptor = os.open(self.home.lock(f"{self.name}-users"), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def start_keeper(self) -> None:
        """Start a keeper. One too many ends by itself, so two starters need not know of each other."""
        environment = os.environ | {"PLUMBLINE_HOME": str(self.home.root)}
        with self.home.open_log(f"{self.name}-keeper") as log:
            self.keeper = subprocess.Popen(
                [sys.executable, "-m", "portal.embedded.keeper", self.name],
                cwd=CHECKOUT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C at the terminal is not for it
            )

    def wait_until_ready(self) -> None:
        """Return when the server takes connections; raise the keeper's own words when it gave up."""
        assert self.keeper is not None and self.keeper.stdout is not None
        with self.keeper.stdout as report:
            words = report.readline().decode(errors="replace").strip()
        if words.startswith("problem "):
            raise ServiceError(words.removeprefix("problem "))
        deadline = time.monotonic() + START_SECONDS
        while not self.service.is_ready():  # another keeper is starting it, or restarting it after a crash
            if time.monotonic() > deadline:
                log = self.home.log(f"{self.name}-keeper")
                raise ServiceError(f"The embedded {self.name} does not start. See {log}.")
            time.sleep(0.02)

    def let_go(self) -> None:
        """Give the lock back. In a forked child only the copy is closed: the lock is the parent's."""
        if self.descriptor is None:
            return
        if os.getpid() == self.pid:
            self.is_last = self._nobody_else()
        os.close(self.descriptor)
        self.descriptor = None

    def _nobody_else(self) -> bool:
        """Answer whether no other process uses the service, or its keeper is already stopping it."""
        assert self.descriptor is not None
        for kind, answer in ((fcntl.LOCK_EX, True), (fcntl.LOCK_SH, False)):
            try:
                fcntl.flock(self.descriptor, kind | fcntl.LOCK_NB)
                return answer
            except BlockingIOError:
                continue
        return True

    def wait_until_stopped(self) -> None:
        """Wait until the keeper is gone, if this process was the last user."""
        if not self.is_last:
            return
        with self.home.lock(f"{self.name}-keeper").open("a") as lock:
            deadline = time.monotonic() + START_SECONDS
            while time.monotonic() < deadline:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(0.005)
        if self.keeper is not None:
            self.keeper.wait()


def _refuse_unsafe_tests() -> None:
    if os.environ.get("PLUMBLINE_TEST_SERVICES") and not os.environ.get("PLUMBLINE_HOME"):
        raise ServiceError(
            "PLUMBLINE_TEST_SERVICES makes the database careless with its data, for tests only. "
            "Set PLUMBLINE_HOME to a directory for tests as well, or unset it."
        )
