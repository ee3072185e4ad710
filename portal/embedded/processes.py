"""Starting and ending child processes, and asking the system about others. Knows no service."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dying_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Return a ``preexec_fn`` that has the kernel send the signal when the parent dies (Linux only).

    The kernel means the *thread* that started the child: start such children from the main thread.
    """
    if _libc is None:
        return None
    parent, prctl = os.getpid(), _libc.prctl

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return prepare


def command_line(pid: int) -> str:
    """Return the command line of a living process, or "" when there is none (or only a zombie)."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    answer = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def end(process: subprocess.Popen[bytes], *, steps: tuple[tuple[signal.Signals, float], ...]) -> bool:
    """Send each signal in turn and wait its seconds; SIGKILL at last. True when the first signal sufficed."""
    for number, (step, seconds) in enumerate(steps):
        if process.poll() is None:
            process.send_signal(step)
        try:
            process.wait(seconds)
            return number == 0
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    process.wait()
    return False
