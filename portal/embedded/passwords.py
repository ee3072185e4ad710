"""The passwords of the embedded database, made once and kept in one file that only its owner can read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields

from portal.embedded.errors import ServiceError
from portal.embedded.paths import Home


@dataclass(frozen=True)
class Passwords:
    """One password for the superuser (``postgres``) and for each role that signs in."""

    postgres: str
    owner: str
    app: str
    system: str


def passwords(home: Home) -> Passwords:
    """Return the passwords of this data directory, making them the first time (file mode 0600)."""
    home.create()
    if not home.secrets.exists():
        _make(home)
    try:
        found = json.loads(home.secrets.read_text("utf-8"))
        return Passwords(**{field.name: str(found[field.name]) for field in fields(Passwords)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ServiceError(
            f"The passwords of the embedded database in {home.secrets} cannot be read ({error}). "
            "Restore that file from your backup; it belongs to the data directory beside it."
        ) from error


def _make(home: Home) -> None:
    made = Passwords(*(secrets.token_urlsafe(24) for _ in fields(Passwords)))
    draft = home.root / f".secrets-{os.getpid()}-{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(made), file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, home.secrets)  # unlike a rename, never replaces what another process has just made
    except FileExistsError:
        pass
    finally:
        draft.unlink()
