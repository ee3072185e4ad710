"""What the keeper and the starters must know of a service, whichever it is."""

import signal
import subprocess
from pathlib import Path
from typing import Protocol


class Service(Protocol):
    """One server process of one data directory."""

    @property
    def name(self) -> str: ...

    @property
    def sockets(self) -> Path:
        """The directory of the server's socket; it exists while the server runs."""

    @property
    def stop_steps(self) -> tuple[tuple[signal.Signals, float], ...]:
        """Signals that end the server, each with the seconds that it is given."""

    def prepare(self) -> None:
        """Create or repair what is on disk; called by the one keeper, before each launch."""

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server as a direct child and return at once."""

    def is_ready(self) -> bool:
        """Answer whether the server takes connections now. Cheap, and needs no password."""
