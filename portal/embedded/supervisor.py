"""Runs web, worker and beat together on the embedded services: one command, one Ctrl-C.

Knows programs and processes, not Django. One thread: a signal or a line of output wakes it.
"""

import contextlib
import errno
import fcntl
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from portal.embedded import paths, processes, services
from portal.embedded.console import Console
from portal.embedded.errors import ServiceError
from portal.embedded.paths import CHECKOUT

LOOK_SECONDS = 1.0  # between two looks at the embedded services
LASTING_SECONDS = 60.0  # a program that ran this long is started again without delay
LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Program:
    """A program to keep running. ``phase`` orders the stop: lower first; ``patience`` is in seconds.

    ``orphaned`` is the signal that it gets when the supervisor has been killed (Linux).
    """

    name: str
    command: tuple[str, ...]
    phase: int = 0
    patience: float = 10.0
    orphaned: signal.Signals = signal.SIGTERM


@dataclass
class Child:
    """A program with its present process, if any."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    half_line: bytes = b""
    started: float = 0.0
    failures: int = 0
    start_at: float = field(default_factory=time.monotonic)


def programs(host: str, port: int) -> list[Program]:
    """Return the portal's programs. The web server stops first: it queues nothing for a stopping worker."""
    python = sys.executable
    celery = (
        python,
        "-W",
        "ignore:You're running the worker with superuser",
        "-m",
        "celery",
        "--quiet",
        "-A",
        "portal",
    )
    web = (
        "--interface",
        "wsgi",
        "--no-ws",
        "--workers",
        "2",
        "--blocking-threads",
        "2",
        "--workers-kill-timeout",
        "5",
    )
    work = ("--concurrency", "2", "--prefetch-multiplier", "1", "--without-gossip", "--without-mingle")
    schedule = ("--schedule", str(paths.home().root / "beat-schedule"), "--pidfile=")
    where = ("--host", host, "--port", str(port), "portal.wsgi:application")
    return [
        Program("web", (python, "-m", "granian", *web, *where)),
        # An orderly stop of the worker would wait for a broker that ends with the supervisor. Its tasks are
        # acknowledged late, so one that is cut off is handed out again.
        Program(
            "worker",
            (*celery, "worker", *work, "--loglevel", "WARNING"),
            phase=1,
            patience=25.0,
            orphaned=signal.SIGKILL,
        ),
        Program("beat", (*celery, "beat", *schedule, "--loglevel", "WARNING")),
    ]


def run(host: str, port: int, *, stream: TextIO = sys.stdout) -> int:
    """Run the portal until Ctrl-C or SIGTERM; 0 then. Raises ServiceError when it cannot begin."""
    home = paths.home()
    home.create()
    with only_one():
        refuse_taken_port(host, port)
        try:
            services.ensure()
        except KeyboardInterrupt:
            return 0
        shown = f"[{host}]" if ":" in host else host
        return Supervisor(
            programs(host, port), stream, greeting=f"http://{shown}:{port}/", address=(host, port)
        ).run()


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Hold the data directory for this supervisor; say which process holds it otherwise."""
    with paths.home().lock("serve").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise ServiceError(
                f"The portal is already running on the data in {paths.home().root} (process {holder}). "
                "Stop it with Ctrl-C where it runs, or set PLUMBLINE_HOME to another directory."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def refuse_taken_port(host: str, port: int) -> None:
    """Raise ServiceError when the web server could not listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind(address)
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: f"Another program uses port {port} on {host}. Stop it, or choose another port",
            errno.EACCES: f"Port {port} is reserved for the system. Choose one above 1023",
        }
        reason = reasons.get(
            error.errno or 0, f"The portal cannot listen on {host}: {error.strerror}. Choose another"
        )
        raise ServiceError(f"{reason}: manage.py serve --host 127.0.0.1 --port 8001") from error


class Supervisor:
    """Keeps programs running until it is told to stop."""

    def __init__(
        self,
        programs: Sequence[Program],
        stream: TextIO,
        *,
        greeting: str = "",
        address: tuple[str, int] | None = None,
        mend: Callable[[], None] | None = None,
    ) -> None:
        self.children = [Child(program) for program in programs]
        self.console = Console(stream, [program.name for program in programs])
        self.greeting, self.address = greeting, address
        self.mend = mend or mend_services
        self.selector = selectors.DefaultSelector()
        self.stops = 0

    def run(self) -> int:
        """Start everything and return 0 after an orderly stop."""
        with self._signals():
            look_at = time.monotonic() + LOOK_SECONDS
            while not self.stops:
                now = time.monotonic()
                for child in self.children:
                    self._tend(child, now)
                self._greet()
                if now >= look_at:
                    self._mend()
                    look_at = time.monotonic() + LOOK_SECONDS
                self._listen(
                    min([look_at, *(child.start_at for child in self.children if not child.process)]) - now
                )
            self._stop()
        return 0

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        self.selector.register(reader, selectors.EVENT_READ)
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._on_stop) for number in numbers}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        previous = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(previous)
            for number, handler in before.items():
                signal.signal(number, handler)
            self.selector.unregister(reader)
            os.close(reader)
            os.close(writer)

    def _on_stop(self, *_: object) -> None:
        self.stops += 1

    def _tend(self, child: Child, now: float) -> None:
        """Start a program that is due, or note that it has ended and when to start it again."""
        if child.process is None:
            if now >= child.start_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        self._forget(child)
        child.failures = 0 if now - child.started > LASTING_SECONDS else child.failures + 1
        pause = min(2.0 ** (child.failures - 1), LONGEST_PAUSE) if child.failures else 0.0
        child.start_at = now + pause
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        when = f"in {pause:.0f} s" if pause else "now"
        self.console.say(f"{child.program.name} {how}; starting it again {when}")

    def _start(self, child: Child) -> None:
        child.started = time.monotonic()
        child.process = subprocess.Popen(
            child.program.command,
            cwd=CHECKOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "portal.settings"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the supervisor, which stops the others in order
            preexec_fn=processes.dying_with_parent(child.program.orphaned),  # noqa: PLW1509 - one prctl call
        )
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _forget(self, child: Child) -> None:
        """Print what is left of an ended process and end what it has left in its session."""
        assert child.process is not None and child.process.stdout is not None
        self._read(child)
        if child.half_line:
            self.console.line(child.program.name, child.half_line.decode(errors="replace"))
            child.half_line = b""
        with contextlib.suppress(KeyError):
            self.selector.unregister(child.process.stdout)
        child.process.stdout.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process = None

    def _listen(self, seconds: float) -> None:
        """Pass on output until something happens or the seconds are over."""
        for key, _ in self.selector.select(max(seconds, 0)):
            if isinstance(key.data, Child):
                self._read(key.data)
            else:
                os.read(key.fd, 512)

    def _read(self, child: Child) -> None:
        assert child.process is not None and child.process.stdout is not None
        while True:
            try:
                data = os.read(child.process.stdout.fileno(), 65536)
            except BlockingIOError:
                return
            if not data:
                with contextlib.suppress(KeyError):
                    self.selector.unregister(child.process.stdout)
                return
            *lines, child.half_line = (child.half_line + data).split(b"\n")
            for line in lines:
                self.console.line(child.program.name, line.decode(errors="replace").rstrip("\r"))

    def _greet(self) -> None:
        """Say once that the web server answers, and where."""
        if not self.greeting or self.address is None:
            return
        with contextlib.suppress(OSError), socket.create_connection(self.address, timeout=0.2):
            self.console.say(f"Ready: {self.greeting}  (Ctrl-C stops everything)")
            self.greeting = ""

    def _mend(self) -> None:
        try:
            self.mend()
        except ServiceError as problem:
            self.console.say(str(problem))

    def _stop(self) -> None:
        """Stop the programs phase by phase; a second signal, or a lost patience, kills."""
        self.console.say("Stopping; once more Ctrl-C kills")
        first = self.stops
        for phase in sorted({child.program.phase for child in self.children}):
            living = [child for child in self.children if child.process and child.program.phase == phase]
            for child in living:
                if child.process and child.process.poll() is None:
                    child.process.terminate()
            deadline = time.monotonic() + max((child.program.patience for child in living), default=0.0)
            while any(child.process and child.process.poll() is None for child in living):
                if time.monotonic() > deadline or self.stops > first:
                    break
                self._listen(0.1)
            for child in living:
                self._end(child)
        self.console.say("Stopped")

    def _end(self, child: Child) -> None:
        if child.process and child.process.poll() is None:
            self.console.say(f"{child.program.name} did not stop in time and was killed")
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self._forget(child)


def mend_services() -> None:
    """Start embedded services again whose server and keeper have both died."""
    if not services.are_ready():
        services.ensure()
