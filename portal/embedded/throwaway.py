"""A data directory for one test run or benchmark: fast, careless with its data, and removed at the end."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from portal.embedded import services
from portal.embedded.paths import Home


def start() -> services.Endpoints:
    """Start the services on a new empty directory and return their addresses.

    Call it before settings are read. The environment carries the choice to child processes, so the workers of
    a parallel test run share the services of the process that started them. A choice made before stays.
    """
    if not os.environ.get("PLUMBLINE_TEST_SERVICES"):
        directory = tempfile.mkdtemp(prefix="plumbline-test-")
        os.environ |= {"PLUMBLINE_HOME": directory, "PLUMBLINE_TEST_SERVICES": "1"}
        atexit.register(_remove, Path(directory), os.getpid())
    return services.ensure()


def _remove(directory: Path, maker: int) -> None:
    if os.getpid() != maker:
        return
    services.release()
    home = Home(directory.resolve())
    for leftover in (home.root, home.socket_directory("postgres"), home.socket_directory("valkey")):
        shutil.rmtree(leftover, ignore_errors=True)
