"""What a ``manage.py`` command needs before settings are read: which services, and which database role."""

import os
import sys
from collections.abc import Sequence

from portal.embedded import paths, services
from portal.embedded.errors import ServiceError
from portal.embedded.services import Name

# These change or describe the schema: they connect as the owner of the tables and use no broker.
AS_OWNER = frozenset(
    {
        "dbshell",
        "flush",
        "inspectdb",
        "makemigrations",
        "migrate",
        "optimizemigration",
        "showmigrations",
        "sqlflush",
        "sqlmigrate",
        "sqlsequencereset",
        "squashmigrations",
        "test",
    }
)
WITHOUT_SERVICES = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "startapp",
        "startproject",
        "version",
    }
)


def prepare(argv: Sequence[str]) -> None:
    """Choose the database role for the command and start the services that it needs.

    Services that were not running stop when the command ends. Exits with a sentence when one cannot start.
    """
    os.environ["PLUMBLINE_DATABASE_ROLE"] = role_of(argv)
    port = _port(argv)
    if _command(argv) == "demo" and "postgres" in services.wanted():
        os.environ.setdefault("PLUMBLINE_DEMONSTRATION", "1")
    if port and "postgres" in services.wanted():
        os.environ.setdefault("SITE_URL", f"http://localhost:{port}")
    needed = [name for name in services_of(argv) if name in services.wanted()]
    if not needed:
        return
    home = paths.home()
    if "postgres" in needed and not home.secrets.exists():
        print(f"Making the database of this checkout in {home.root} (once).", file=sys.stderr, flush=True)
    try:
        services.ensure(needed)
    except ServiceError as problem:
        sys.exit(str(problem))


def role_of(argv: Sequence[str]) -> str:
    """Return "owner" for the commands that change the schema or erase an identity, "app" for all others."""
    if list(argv[1:3]) == ["audit", "forget"]:
        return "owner"
    return "owner" if _command(argv) in AS_OWNER else "app"


def services_of(argv: Sequence[str]) -> tuple[Name, ...]:
    """Return the services that the command uses, whether or not they are embedded."""
    command = _command(argv)
    if command in AS_OWNER and not _asks_for_help(argv):
        return ("postgres",)
    if command == "check" and "--database" in argv:
        return ("postgres",)
    if command is None or command in WITHOUT_SERVICES or _asks_for_help(argv):
        return ()
    if list(argv[1:3]) == ["incidents", "clocks"]:
        return ()
    return ("postgres", "valkey")


def _command(argv: Sequence[str]) -> str | None:
    return argv[1] if len(argv) > 1 and not argv[1].startswith("-") else None


def _port(argv: Sequence[str]) -> str | None:
    """Return the port on which a serving command is told to listen: links and passkeys must name it too."""
    if _command(argv) not in ("serve", "demo"):
        return None
    for word, following in zip(argv, [*argv[1:], ""], strict=True):
        value = following if word == "--port" else word.removeprefix("--port=")
        if value != word and value.isdigit():
            return value
    return None


def _asks_for_help(argv: Sequence[str]) -> bool:
    return any(word in ("-h", "--help", "--version") for word in argv[2:])
