"""Starting, sharing, crashing and stopping the embedded services, with real servers and real kills."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from portal.embedded import processes
from portal.embedded.paths import CHECKOUT
from tests.portal.embedded.conftest import a_place, alive, joined, until

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root runs PostgreSQL as somebody else")
pytestmark = LINUX


def write_row(addresses):
    with psycopg.connect(addresses["owner_url"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 41 AS answer")


def read_row(addresses):
    with psycopg.connect(addresses["owner_url"]) as connection:
        return connection.execute("SELECT answer FROM kept").fetchone()


def test_services_that_a_command_started_end_with_it(place):
    with place.used() as addresses:
        servers = place.servers()
        write_row(addresses)
    assert len(servers) == 2
    assert not place.servers()
    assert not any(place.home.socket_directory(name).exists() for name in ("postgres", "valkey", "setup"))
    assert not place.processes("portal.embedded.keeper")
    with place.used() as addresses:
        assert read_row(addresses) == (41,)


def test_services_in_use_elsewhere_are_shared_and_left_running(place):
    with place.used():
        before = sorted(place.servers())
        with place.used():
            assert sorted(place.servers()) == before
        assert sorted(place.servers()) == before
    assert not place.servers()


def test_the_one_who_started_may_leave_first(place):
    first = place.use()
    second = place.use()
    before = sorted(place.servers())
    first.let_go()
    assert sorted(place.servers()) == before
    assert redis.from_url(second.answer["cache_url"]).ping()
    second.let_go()
    assert not place.servers()


def test_four_starters_at_once_get_one_pair_of_servers(place):
    users = [joined(process) for process in [place.begin() for _ in range(4)]]
    assert len({tuple(user.answer.values()) for user in users}) == 1
    assert len(place.servers()) == 2
    for user in users:
        user.let_go()
    assert not place.servers()


def test_a_killed_database_comes_back_with_its_data(place):
    with place.used() as addresses:
        write_row(addresses)
        killed = place.postmaster()
        os.kill(killed, signal.SIGKILL)
        until(lambda: not alive(killed), "the end of the server")
        with place.used() as again:
            assert read_row(again) == (41,)
        assert place.postmaster() != killed


def test_a_killed_keeper_takes_its_server_along_and_both_come_back(place):
    user = place.use()
    write_row(user.answer)
    postmaster = place.postmaster()
    for keeper in place.processes("portal.embedded.keeper"):
        os.kill(keeper, signal.SIGKILL)
    until(lambda: not alive(postmaster), "the end of the server")
    with place.used() as addresses:
        assert read_row(addresses) == (41,)
    user.let_go()
    assert not place.servers()


def test_everything_killed_at_once_comes_back_with_its_data(place):
    user = place.use()
    write_row(user.answer)
    redis.from_url(user.answer["cache_url"]).set("kept", "41")
    victims = [user.process.pid, *place.processes("portal.embedded.keeper"), *place.servers()]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    user.kill()
    until(lambda: not place.servers(), "the end of the servers")
    with place.used() as addresses:
        assert read_row(addresses) == (41,)
        assert redis.from_url(addresses["cache_url"]).get("kept") == b"41"


def test_a_killed_command_leaves_no_server_behind(place):
    place.use().kill()
    until(lambda: not place.servers() and not place.processes("portal.embedded"), "the end of the services")


def test_a_pid_file_whose_number_another_process_has_now_is_no_obstacle(place):
    with place.used() as addresses:
        write_row(addresses)
        running = (place.home.root / "postgres" / "postmaster.pid").read_text()
    stale = running.split("\n", 1)[1]
    (place.home.root / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{stale}")
    with place.used() as addresses:
        assert read_row(addresses) == (41,)


def test_queued_work_survives_a_killed_broker(place):
    with place.used() as addresses:
        client = redis.from_url(addresses["cache_url"])
        for number in range(300):
            client.rpush("queue", number)
        killed = place.valkey()
        os.kill(killed, signal.SIGKILL)
        until(lambda: not alive(killed), "the end of the server")
        with place.used() as again:
            assert redis.from_url(again["cache_url"]).llen("queue") == 300


def test_only_the_owner_may_enter_the_data_directory(running, shared_place):
    home = shared_place.home
    for directory in (home.root, home.socket_directory("postgres"), home.socket_directory("valkey")):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700, directory
    for secret in ("secrets.json",):
        assert stat.S_IMODE((home.root / secret).stat().st_mode) == 0o600
    shown = " ".join(processes.command_line(pid) for pid in shared_place.servers())
    assert "PASSWORD" not in shown.upper()


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("DATABASE_URL", "postgresql://portal_app@db.invalid/plumbline", "valkey-server"),
        ("CELERY_BROKER_URL", "redis://broker.invalid/0", "bin/postgres -D"),
    ],
)
def test_a_service_that_is_set_from_outside_is_never_started(place, variable, value, expected):
    with place.used(**{variable: value}):
        assert place.servers() == place.processes(expected)
        assert len(place.servers()) == 1


def test_data_of_another_major_version_is_left_alone_and_explained(place):
    with place.used(CELERY_BROKER_URL="redis://broker.invalid/0"):
        pass
    version = place.home.root / "postgres" / "PG_VERSION"
    version.write_text("14\n")
    user = place.use(CELERY_BROKER_URL="redis://broker.invalid/0")
    user.let_go()
    assert "was made by PostgreSQL 14" in user.answer["problem"]
    assert "docs/operations.md" in user.answer["problem"]
    assert version.read_text() == "14\n"


def test_lost_passwords_are_explained(place):
    place.home.create()
    place.home.secrets.write_text("{}")
    answer = subprocess.run(
        [sys.executable, "-c", "from portal.embedded import services; services.ensure()"],
        cwd=CHECKOUT,
        env=place.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Restore that file from your backup" in answer.stderr


def test_careless_services_are_refused_on_a_real_data_directory(place):
    environment = place.environment(PLUMBLINE_TEST_SERVICES="1")
    del environment["PLUMBLINE_HOME"]
    answer = subprocess.run(
        [sys.executable, "-c", "from portal.embedded import services; services.ensure()"],
        cwd=CHECKOUT,
        env=environment | {"XDG_DATA_HOME": str(place.home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PLUMBLINE_TEST_SERVICES makes the database careless" in answer.stderr
    assert not place.home.root.exists()


@pytest.mark.parametrize(("asked", "fsync"), [("", "on"), ("1", "off")])
def test_durability_is_only_given_up_when_asked(place, asked, fsync):
    with (
        place.used(PLUMBLINE_TEST_SERVICES=asked) as addresses,
        psycopg.connect(addresses["app_url"]) as connection,
    ):
        assert connection.execute("SHOW fsync").fetchone() == (fsync,)


@ROOT
def test_a_normal_user_needs_no_other_identity(place):
    unshare = shutil.which("unshare")
    as_nobody = (unshare or "unshare", "-U", "--map-user=65534", "--map-group=65534", "--")
    if subprocess.run([*as_nobody, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel gives root no user namespaces, and no other user can read this checkout")
    with place.used(as_nobody):
        assert (place.home.root / "run" / "postgres").is_dir()
        assert len(place.servers()) == 2
    assert not place.servers()


@ROOT
def test_root_without_user_namespaces_runs_the_database_as_nobody(place):
    place.home.root.parent.chmod(0o755)
    with place.used(PLUMBLINE_NO_USER_NAMESPACE="1") as addresses:
        write_row(addresses)
        assert Path(f"/proc/{place.postmaster()}").stat().st_uid == 65534
        assert stat.S_IMODE((place.home.root / "secrets.json").stat().st_mode) == 0o600
        assert (place.home.root / "secrets.json").stat().st_uid == 0
    with place.used() as addresses:  # and back, in a namespace again
        assert read_row(addresses) == (41,)


@ROOT
def test_data_that_nobody_cannot_reach_is_kept_elsewhere(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with a_place(str(closed)) as place:
        elsewhere = Path("/var/lib/plumbline") / place.home.key
        try:
            with place.used(PLUMBLINE_NO_USER_NAMESPACE="1") as addresses:
                write_row(addresses)
            assert (elsewhere / "postgres" / "PG_VERSION").exists()
            assert stat.S_IMODE(closed.stat().st_mode) == 0o700
            with place.used(PLUMBLINE_NO_USER_NAMESPACE="1") as addresses:
                assert read_row(addresses) == (41,)
        finally:
            shutil.rmtree(elsewhere, ignore_errors=True)


def test_a_directory_with_a_long_name_gets_a_short_socket(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with (
        a_place(str(deep)) as place,
        place.used() as addresses,
        psycopg.connect(addresses["app_url"]) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)
