"""A RabbitMQ of this benchmark's own, where the program is installed: on loopback, in a folder that goes with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PLACES = ("/usr/lib/rabbitmq/bin/rabbitmq-server",)  # Debian's own starter would change to another user
START_SECONDS = 180


def find() -> str | None:
    """Give the server's program: $RABBITMQ_SERVER, Debian's, or the one on the PATH."""
    chosen = os.environ.get("RABBITMQ_SERVER", "")
    candidates = [chosen] if chosen else [*PLACES, shutil.which("rabbitmq-server") or ""]
    return next((each for each in candidates if each and os.access(each, os.X_OK)), None)


@contextlib.contextmanager
def rabbitmq(program: str) -> Iterator[str]:
    """Run the server while the body lasts; gives its address."""
    folder = Path(tempfile.mkdtemp(prefix="plumbline-rabbitmq-"))
    port, distribution, mapper = _free_ports(3)
    (folder / "plugins").write_text("[].")
    environment = os.environ | {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"bench{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    with (folder / "out.log").open("wb") as log:
        server = subprocess.Popen([program], env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(port, server, folder)
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)
        subprocess.run(["epmd", "-port", str(mapper), "-kill"], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"RabbitMQ did not start: {(folder / 'out.log').read_text()[-2000:]}")
        time.sleep(0.2)


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as kept:
        probes = [kept.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
