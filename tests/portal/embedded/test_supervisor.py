"""The supervisor with small programs in place of the portal's own: start, restart, order of stopping, refusals."""

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from portal.embedded import supervisor
from portal.embedded.errors import ServiceError
from portal.embedded.paths import CHECKOUT
from tests.portal.embedded.conftest import alive, until

WAITS = "import signal; print('up', flush=True); signal.pause()"
SAYS_GOODBYE = """
import os, signal, sys
def leave(*_):
    print("goodbye", flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
print("up", os.getpid(), flush=True)
while True:
    signal.pause()
"""
HEARS_NOTHING = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True:
    signal.pause()
"""
FAILS_ONCE = """
import os, pathlib, signal, sys
mark = pathlib.Path(os.environ["MARK"])
if not mark.exists():
    mark.touch()
    sys.exit("out of paper")
print("better now", flush=True)
signal.pause()
"""
RUN = """
import sys
from portal.embedded.supervisor import Program, Supervisor, only_one
given = {given!r}
with only_one():
    programs = [Program(name, (sys.executable, "-c", code), phase=phase, patience=patience)
                for name, code, phase, patience in given]
    sys.exit(Supervisor(programs, sys.stdout, mend=lambda: None).run())
"""


class Running:
    """A supervisor in a process of its own, with what it has printed so far."""

    def __init__(self, programs, home, **environment):
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN.format(given=programs)],
            cwd=CHECKOUT,
            env=os.environ | {"PLUMBLINE_HOME": str(home)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def text(self):
        return "\n".join(self.lines)

    def wait_for(self, words):
        until(lambda: words in self.text or self.process.poll() is not None, words)
        assert words in self.text, self.text

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.reader.join(30)
        return code


@pytest.fixture
def run(tmp_path):
    started = []

    def start(*programs, **environment):
        (tmp_path / "home" / "locks").mkdir(parents=True, exist_ok=True)
        started.append(Running(programs, tmp_path / "home", **environment))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_everything_in_order(run, number):
    portal = run(("web", SAYS_GOODBYE, 0, 10.0), ("worker", SAYS_GOODBYE, 1, 10.0))
    portal.wait_for("web       | up")
    portal.wait_for("worker    | up")
    assert portal.stop(number) == 0
    assert portal.text.index("web       | goodbye") < portal.text.index("worker    | goodbye")
    assert portal.lines[-1] == "plumbline | Stopped"


def test_a_program_that_ends_is_started_again_and_that_is_said(run, tmp_path):
    portal = run(("worker", FAILS_ONCE, 0, 10.0), MARK=str(tmp_path / "mark"))
    portal.wait_for("worker    | better now")
    assert "worker    | out of paper" in portal.lines
    assert "plumbline | worker ended with code 1; starting it again in 1 s" in portal.lines
    assert portal.stop() == 0


def test_a_killed_program_is_started_again(run):
    portal = run(("web", SAYS_GOODBYE, 0, 10.0))
    portal.wait_for("web       | up")
    first = int(portal.lines[-1].split()[-1])
    os.kill(first, signal.SIGKILL)
    portal.wait_for("web was killed by signal 9; starting it again")
    until(lambda: portal.text.count("web       | up") == 2, "the second start")
    assert portal.stop() == 0


def test_a_program_that_does_not_listen_is_killed(run):
    portal = run(("web", HEARS_NOTHING, 0, 0.3))
    portal.wait_for("deaf")
    assert portal.stop() == 0
    assert "plumbline | web did not stop in time and was killed" in portal.lines


def test_a_second_signal_kills_at_once(run):
    portal = run(("web", HEARS_NOTHING, 0, 600.0))
    portal.wait_for("deaf")
    portal.process.send_signal(signal.SIGINT)
    portal.wait_for("Stopping")
    assert portal.stop(signal.SIGINT) == 0
    assert "plumbline | web did not stop in time and was killed" in portal.lines


@pytest.mark.skipif(
    sys.platform != "linux", reason="other kernels do not tell children of their parent's death"
)
def test_programs_end_with_a_killed_supervisor(run):
    portal = run(("web", SAYS_GOODBYE, 0, 10.0))
    portal.wait_for("web       | up")
    child = int(portal.lines[-1].split()[-1])
    portal.process.kill()
    until(lambda: not alive(child), "the end of the program")


def test_a_second_supervisor_is_told_who_holds_the_data(run):
    portal = run(("web", WAITS, 0, 10.0))
    portal.wait_for("up")
    second = run(("web", WAITS, 0, 10.0))
    assert second.process.wait(30) == 1
    second.reader.join(30)
    assert f"(process {portal.process.pid})" in second.text
    assert portal.stop() == 0


def test_a_taken_port_is_said_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match=rf"uses port {port} on 127\.0\.0\.1.*--port"):
            supervisor.refuse_taken_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(ServiceError, match="cannot listen on"):
        supervisor.refuse_taken_port("203.0.113.7", 8000)


def test_dead_services_are_mended(monkeypatch):
    asked = []
    monkeypatch.setattr(supervisor.services, "are_ready", lambda: False)
    monkeypatch.setattr(supervisor.services, "ensure", lambda: asked.append("ensure"))
    supervisor.mend_services()
    assert asked == ["ensure"]


def test_the_portals_programs_are_web_worker_and_beat_and_the_worker_stops_last():
    programs = {program.name: program for program in supervisor.programs("127.0.0.1", 8000)}
    assert set(programs) == {"web", "worker", "beat"}
    assert programs["worker"].phase > max(programs["web"].phase, programs["beat"].phase)
    assert "granian" in programs["web"].command
