"""Where the embedded services keep their data, sockets, locks and logs. Creates nothing but directories."""

import hashlib
import os
import re
import shutil
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from portal.embedded.errors import ServiceError

CHECKOUT = Path(__file__).resolve().parents[2]

# sockaddr_un holds 108 bytes with the closing NUL on Linux, 104 on macOS: the shorter is safe for both.
# PostgreSQL makes a second file with ".lock" behind the name, which is no socket and may be longer.
LONGEST_SOCKET_PATH = 103
LONGEST_LOG = 10_000_000  # bytes


@dataclass(frozen=True)
class Home:
    """The data directory of one installation: databases, passwords, logs and locks; mode 0700."""

    root: Path

    @property
    def key(self) -> str:
        """Ten hexadecimal digits that stand for this directory in names outside it."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:10]

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    def lock(self, name: str) -> Path:
        return self.root / "locks" / f"{name}.lock"

    def log(self, name: str) -> Path:
        return self.root / "logs" / f"{name}.log"

    def open_log(self, name: str) -> BinaryIO:
        """Open a log to write at its end; a long one is put aside first, in place of the one before it."""
        log = self.log(name)
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        return log.open("ab")

    def socket_directory(self, service: str) -> Path:
        """Return the directory of a service's socket, short enough for a socket path.

        As root it is always under /tmp: PostgreSQL may have to run as a user who cannot enter root's home.
        """
        inside = self.root / "run" / service
        longest = len(os.fsencode(inside / ".s.PGSQL.5432"))
        if os.getuid() != 0 and longest <= LONGEST_SOCKET_PATH:
            return inside
        return Path("/tmp") / f"plumbline-{service}-{os.getuid()}-{self.key}"  # noqa: S108 - make_private refuses another's

    def create(self) -> None:
        """Make the directories that do not exist yet, readable by this user only."""
        for directory in (self.root, self.root / "locks", self.root / "logs"):
            make_private(directory)


def home() -> Home:
    """Return the data directory: $PLUMBLINE_HOME as it is, or one per checkout of the user's."""
    chosen = os.environ.get("PLUMBLINE_HOME", "").strip()
    if chosen:
        return Home(Path(chosen).expanduser().resolve())
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", CHECKOUT.name)[:24]
    digest = hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:8]
    return Home(_user_data_directory() / "plumbline" / f"{name}-{digest}")


def _user_data_directory() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    xdg = os.environ.get("XDG_DATA_HOME", "")
    return Path(xdg) if Path(xdg).is_absolute() else Path.home() / ".local" / "share"


def make_private(directory: Path, owner: int | None = None) -> None:
    """Make a directory that only its owner may enter; refuse one that somebody else has put there."""
    owner = os.getuid() if owner is None else owner
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise ServiceError(f"{directory} must be a directory. Remove what is there and start again.")
        if found.st_uid == os.getuid() != owner:
            os.chown(directory, owner, -1)
        elif found.st_uid != owner:
            raise ServiceError(
                f"{directory} belongs to another user (uid {found.st_uid}). Remove it, "
                "or set PLUMBLINE_HOME to a directory of your own."
            )
        if found.st_mode & 0o066:  # entering alone (0711) is left: PostgreSQL may have to run as "nobody"
            directory.chmod(0o700)
    except OSError as error:
        raise ServiceError(
            f"{directory} cannot be used ({error.strerror}). Set PLUMBLINE_HOME to a directory of your own."
        ) from error


def make_socket_directory(directory: Path, owner: int | None = None) -> None:
    """Make a private directory for a socket; root replaces what another user has left or put there."""
    owner = os.getuid() if owner is None else owner
    if os.getuid() == 0 and directory.exists() and directory.lstat().st_uid != owner:
        shutil.rmtree(directory, ignore_errors=True)
    make_private(directory, owner)
