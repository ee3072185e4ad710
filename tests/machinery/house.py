"""Workers and beats as processes that a test starts, kills and starts again, on services of their own."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import redis

from portal.embedded import processes
from portal.embedded.paths import CHECKOUT
from portal.embedded.postgres import DATABASE, PORT
from tests.portal.embedded.conftest import Place, User, a_place, alive, parent

HURRIED, FORWARDED = "tests.machinery.hurried", "tests.machinery.forwarded"
CELERY = (sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A")
WORKER = ("worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
BEAT = ("beat", "--pidfile=", "--loglevel", "INFO")


class Machine:
    """One worker or beat under a name of its own, which is started again under the same name."""

    def __init__(self, house: House, name: str, *arguments: str) -> None:
        self.house, self.name = house, name
        self.log = house.folder / f"{name}.log"
        own = ("-n", f"{name}@test") if arguments[0] == "worker" else ("--schedule", str(house.folder / name))
        self.command = (*CELERY, house.app, *arguments, *own)
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self) -> None:
        """Start it and return at once."""
        self.starts += 1
        self.log_begins = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env=self.house.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.dying_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one prctl call
            )

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def said(self) -> str:
        """What it has written since its last start."""
        return self.log.read_bytes()[self.log_begins :].decode(errors="replace")

    def is_ready(self) -> bool:
        """Whether it has begun to work."""
        return "ready." in self.said() or "beat: Starting" in self.said()

    def children(self) -> list[int]:
        """The processes of a worker's pool."""
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [pid for pid in pids if parent(pid) == self.pid and alive(pid)]

    def is_alive(self) -> bool:
        """Whether its first process runs."""
        return self.process is not None and self.process.poll() is None

    def strike(self) -> None:
        """Send SIGKILL to it and all its children, and wait for nothing; safe in any thread."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End it and all its children by SIGKILL."""
        assert self.process is not None
        self.strike()
        self.process.wait()

    def kill_a_child(self, chance: random.Random) -> None:
        """End one process of a worker's pool by SIGKILL; the worker itself goes on."""
        for pid in chance.sample(self.children(), k=min(1, len(self.children()))):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class House:
    """Services, workers and beats of one test. `app`: which Celery application they run."""

    def __init__(
        self, place: Place, user: User, folder: Path, *, app: str = HURRIED, **settings: str
    ) -> None:
        self.place, self.user, self.folder, self.app = place, user, folder, app
        self.environment = place.environment(
            **{
                "PLUMBLINE_TEST_SERVICES": "1",
                "DATABASE_POOL": "2",
                "DJANGO_SETTINGS_MODULE": "portal.settings",
                "CELERY_SKIP_CHECKS": "1",  # a second of each start
                **settings,
            }
        )
        self.machines: list[Machine] = []

    def add(self, name: str, *arguments: str) -> Machine:
        """Start one more."""
        machine = Machine(self, name, *arguments)
        machine.start()
        self.machines.append(machine)
        return machine

    def run(self, *command: str) -> str:
        """Run a Python program of the house to its end; gives what it prints."""
        answer = subprocess.run(
            [sys.executable, *command],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr[-3000:]
        return answer.stdout

    @contextlib.contextmanager
    def talking_to(self, module: str) -> Iterator[Callable[[str], None]]:
        """Run a program of the house that answers each line with "done"; gives what to say a line with."""
        faults = self.folder / f"{module}.log"
        with faults.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=processes.dying_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one prctl call
            )
        assert process.stdin and process.stdout

        def say(line: str) -> None:
            print(line, file=process.stdin, flush=True)
            answer = process.stdout.readline() if process.stdout else ""
            assert answer == "done\n", f"{line}: {answer}{faults.read_text()[-3000:]}"

        try:
            yield say
        finally:
            process.stdin.close()
            process.wait()
            process.stdout.close()

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database past all policies, as its superuser."""
        with self._superuser() as connection:
            return connection.execute(sql, values).fetchall()

    def tell(self, sql: str, *values: Any) -> None:
        """Change the database past all policies."""
        with self._superuser() as connection:
            connection.execute(sql, values)

    def _superuser(self) -> psycopg.Connection[tuple[Any, ...]]:
        password = json.loads(self.place.home.secrets.read_text())["postgres"]
        where = str(self.place.home.socket_directory("postgres"))
        return psycopg.connect(
            host=where, port=PORT, dbname=DATABASE, user="postgres", password=password, autocommit=True
        )

    def empty_the_broker(self) -> None:
        """Restart the broker as if its disk had been lost: every task that waited is gone."""
        with redis.from_url(self.user.answer["cache_url"]) as server:
            server.flushall()
            with contextlib.suppress(redis.ConnectionError):
                server.shutdown()

    def restart_the_database(self, how: signal.Signals) -> None:
        """End the database: SIGINT in good order, SIGQUIT at once. Its keeper starts it again."""
        os.kill(self.place.postmaster(), how)

    def raise_the_dead(self) -> None:
        """Start again whatever does not run."""
        for machine in self.machines:
            if not machine.is_alive():
                machine.start()

    def until(self, condition: Callable[[], object], what: str, seconds: float) -> None:
        """Wait for a condition; fail with what the machines said last."""
        deadline = time.monotonic() + seconds
        while not self._holds(condition):
            self.raise_the_dead()
            if time.monotonic() > deadline:
                last = "\n".join(f"--- {each.name}\n{each.said()[-1500:]}" for each in self.machines)
                raise AssertionError(f"{what} did not happen within {seconds} s\n{last}")
            time.sleep(0.1)

    @staticmethod
    def _holds(condition: Callable[[], object]) -> bool:
        """A database that is being restarted says nothing yet."""
        try:
            return bool(condition())
        except psycopg.OperationalError:
            return False

    def end(self) -> None:
        """End everything that was started here."""
        for machine in self.machines:
            machine.kill()


@contextlib.contextmanager
def a_house(folder: Path, *, app: str = HURRIED, **settings: str) -> Iterator[House]:
    """Services on an empty database with all tables, and nobody who works yet."""
    with a_place() as place:
        user = place.use(PLUMBLINE_TEST_SERVICES="1")
        assert "problem" not in user.answer, user.answer
        if "CELERY_BROKER_URL" in settings:
            settings.setdefault("CACHE_URL", user.answer["cache_url"])
        house = House(place, user, folder, app=app, **settings)
        try:
            house.run("manage.py", "migrate", "--verbosity", "0", "--skip-checks")
            yield house
        finally:
            house.end()
            user.let_go()
