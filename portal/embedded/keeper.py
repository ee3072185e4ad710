"""The process that owns one embedded server: starts it, restarts it, stops it when nobody uses it any more.

Run by ``services.ensure()`` as ``python -m portal.embedded.keeper NAME``. Every process that uses the service
holds a shared lock on one file; the keeper waits for the exclusive one. The kernel counts, so a user that is
killed counts no more, and a command, a test run and the supervisor share a server without knowing each other.
"""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import threading
import time
from typing import TextIO

from portal.embedded import paths, processes
from portal.embedded.errors import ServiceError
from portal.embedded.paths import Home
from portal.embedded.postgres import Postgres
from portal.embedded.service import Service
from portal.embedded.valkey import Valkey

START_SECONDS = 60.0
RETRY_SECONDS = 10.0
MOST_FAILURES = 5  # starts in a row that ended before LASTING_SECONDS
LASTING_SECONDS = 30.0
SERVICES: dict[str, type[Postgres] | type[Valkey]] = {"postgres": Postgres, "valkey": Valkey}


def make_service(name: str, home: Home) -> Service:
    """Return the service of that name ("postgres" or "valkey") for a data directory."""
    return SERVICES[name](home)


class Keeper:
    """Owns one server process from its start until its last user has gone."""

    def __init__(self, service: Service, home: Home, report: TextIO) -> None:
        self.service, self.home, self.report = service, home, report
        self.unused = self.told_to_stop = False
        self.wake_reader, self.wake_writer = os.pipe()
        os.set_blocking(self.wake_writer, False)

    def run(self) -> int:
        """Keep the server until it is unused; 0 then, 1 when it could not be started."""
        own_lock = self.home.lock(f"{self.service.name}-keeper").open("a")
        try:
            fcntl.flock(own_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0  # another keeper is at work, and whoever started this one waits for the server itself
        self._listen()
        try:
            process = self._start()
        except ServiceError as problem:
            print(f"problem {problem}", file=self.report, flush=True)
            return 1
        print("ready", file=self.report, flush=True)
        self.report.close()
        return self._keep(process)

    def _listen(self) -> None:
        signal.set_wakeup_fd(self.wake_writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        threading.Thread(target=self._wait_until_unused, daemon=True).start()

    def _stop_on_signal(self, *_: object) -> None:
        self.told_to_stop = True

    def _wait_until_unused(self) -> None:
        users = os.open(self.home.lock(f"{self.service.name}-users"), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(users, fcntl.LOCK_EX)  # held until this process ends: newcomers wait for a clean stop
        self.unused = True
        os.write(self.wake_writer, b"u")

    @property
    def is_over(self) -> bool:
        return self.unused or self.told_to_stop

    def _start(self) -> subprocess.Popen[bytes]:
        """Start the server, again if it ends at once: what a killed one has left may need a moment to go."""
        self.service.prepare()
        deadline = time.monotonic() + START_SECONDS
        last_launch = time.monotonic() + RETRY_SECONDS
        process = self.service.launch()
        while not self.service.is_ready():
            over = self.told_to_stop or time.monotonic() > deadline
            if over or (process.poll() is not None and time.monotonic() > last_launch):
                processes.end(process, steps=self.service.stop_steps)
                log = self.home.log(self.service.name)
                raise ServiceError(f"The embedded {self.service.name} does not start. Its log is {log}.")
            if process.poll() is not None:
                self._sleep(0.2)
                process = self.service.launch()
            time.sleep(0.01)
        return process

    def _keep(self, process: subprocess.Popen[bytes]) -> int:
        failures, started = 0, time.monotonic()
        while not self.is_over:
            self._sleep(None if process.poll() is None else 0)
            if process.poll() is None:
                continue
            failures = 0 if time.monotonic() - started > LASTING_SECONDS else failures + 1
            self._sleep(min(0.1 * 2**failures, 5.0))
            if self.is_over:
                break
            try:
                process, started = self._start(), time.monotonic()
            except ServiceError:
                if failures >= MOST_FAILURES:
                    return 1
        processes.end(process, steps=self.service.stop_steps)
        with contextlib.suppress(OSError):
            self.service.sockets.rmdir()
        return 0

    def _sleep(self, seconds: float | None) -> None:
        """Sleep until a signal, the last user's leaving, or the seconds are over."""
        if select.select([self.wake_reader], [], [], seconds)[0]:
            os.read(self.wake_reader, 512)


def main() -> int:
    """Keep the service named on the command line; standard output tells the starter how the start went."""
    home = paths.home()
    os.umask(0o077)
    return Keeper(make_service(sys.argv[1], home), home, sys.stdout).run()


if __name__ == "__main__":
    sys.exit(main())
