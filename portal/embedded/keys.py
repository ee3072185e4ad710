"""The keys of an installation on embedded services, made once and kept with its data for its owner alone."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from portal.embedded.paths import home


@dataclass(frozen=True)
class Keys:
    """What an external installation gets from its environment."""

    secret_key: str
    field_keys: dict[str, str]
    anchor_key: str


def _directory() -> Path:
    place = home()
    place.create()
    return place.root


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def kept() -> Keys:
    """Give the installation's keys; made at the first call."""
    path = _directory() / "keys.json"
    if not path.exists():
        fresh = Keys(secrets.token_urlsafe(50), {"k1": _random_key()}, _random_key())
        partial = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(fresh), file)
        try:
            os.link(partial, path)  # a process that came first keeps its keys
        except FileExistsError:
            pass
        partial.unlink()
    return Keys(**json.loads(path.read_text(encoding="utf-8")))


def is_demonstration() -> bool:
    """Tell whether this installation holds the demonstration."""
    return (_directory() / "demonstration").exists()


def mark_demonstration() -> None:
    """Remember that this installation holds the demonstration, so that later commands know it."""
    (_directory() / "demonstration").touch()
