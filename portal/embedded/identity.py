"""As whom PostgreSQL runs. It refuses root, so root gives it another face; no account is created."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.embedded.errors import ServiceError


@dataclass(frozen=True)
class Identity:
    """How to start PostgreSQL: a command before it, or another user, or neither.

    ``owner`` is the uid that its files need as the system sees them from outside.
    """

    owner: int
    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    @property
    def is_other_user(self) -> bool:
        return self.user is not None

    def command(self, arguments: Sequence[str]) -> list[str]:
        return [*self.prefix, *arguments]

    @property
    def groups(self) -> list[int] | None:
        """Supplementary groups for ``subprocess``: none at all for another user, untouched otherwise."""
        return [] if self.is_other_user else None


@cache
def identity() -> Identity:
    """Return the identity for this process: itself, root in a user namespace, or ``nobody``."""
    if os.getuid() != 0:
        return Identity(owner=os.getuid())
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise ServiceError(
            "PostgreSQL does not run as root and this machine has no user 'nobody' to run it as. "
            "Start as a normal user, or set DATABASE_URL to a PostgreSQL of your own."
        ) from error
    return _in_a_namespace(nobody.pw_uid) or Identity(
        owner=nobody.pw_uid, user=nobody.pw_uid, group=nobody.pw_gid
    )


def _in_a_namespace(uid: int) -> Identity | None:
    """Return root under a different number, where the kernel allows user namespaces.

    Best for root: the files stay root's and may lie in root's home, which no other user can enter.
    """
    unshare = shutil.which("unshare")
    if unshare is None or os.environ.get("PLUMBLINE_NO_USER_NAMESPACE"):
        return None
    prefix = (unshare, "-U", f"--map-user={uid}", f"--map-group={uid}", "--")
    probe = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return Identity(owner=0, prefix=prefix) if probe.returncode == 0 else None


def everyone_may_enter(directory: Path) -> bool:
    """True when every directory above this one can be entered by any user of the machine."""
    return all(parent.stat().st_mode & 0o001 for parent in directory.parents if parent.exists())
