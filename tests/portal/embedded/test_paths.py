"""Where the data lies, and who may enter."""

import os
import stat

import pytest

from portal.embedded import paths
from portal.embedded.errors import ServiceError
from portal.embedded.passwords import passwords
from portal.embedded.paths import Home


def test_a_chosen_directory_is_taken_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("PLUMBLINE_HOME", str(tmp_path / "data"))
    assert paths.home().root == tmp_path / "data"


def test_two_checkouts_have_two_directories_below_the_users_own(monkeypatch, tmp_path):
    monkeypatch.delenv("PLUMBLINE_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(paths.sys, "platform", "linux")
    found = set()
    for checkout in ("/srv/one/plumbline", "/srv/two/plumbline"):
        monkeypatch.setattr(paths, "CHECKOUT", paths.Path(checkout))
        found.add(paths.home().root)
    assert len(found) == 2
    assert {path.parent for path in found} == {tmp_path / "plumbline"}


def test_a_relative_data_directory_is_ignored_as_the_standard_says(monkeypatch):
    monkeypatch.delenv("PLUMBLINE_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setattr(paths.sys, "platform", "linux")
    assert paths.home().root.is_relative_to(paths.Path.home() / ".local" / "share" / "plumbline")


@pytest.mark.parametrize("length", [10, 200])
def test_a_socket_path_always_fits(monkeypatch, length):
    monkeypatch.setattr(paths.os, "getuid", lambda: 1000)
    home = Home(paths.Path("/home/ada") / ("x" * length))
    socket = home.socket_directory("postgres") / ".s.PGSQL.5432"
    assert len(os.fsencode(socket)) <= paths.LONGEST_SOCKET_PATH


def test_the_directory_is_private_even_if_it_was_open_before(tmp_path):
    root = tmp_path / "home"
    root.mkdir(mode=0o755)
    root.chmod(0o755)
    Home(root).create()
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_a_link_in_place_of_the_directory_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ServiceError, match="must be a directory"):
        paths.make_private(tmp_path / "home")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_a_directory_of_somebody_else_is_refused(tmp_path):
    os.chown(tmp_path, 12345, -1)
    with pytest.raises(ServiceError, match="belongs to another user"):
        paths.make_private(tmp_path)


def test_passwords_are_made_once_and_differ(tmp_path):
    home = Home(tmp_path / "home")
    first = passwords(home)
    assert passwords(home) == first
    assert len(set(vars(first).values())) == 4
    assert stat.S_IMODE(home.secrets.stat().st_mode) == 0o600
    assert [path.name for path in home.root.iterdir() if path.is_file()] == ["secrets.json"]


def test_a_long_log_is_put_aside(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "LONGEST_LOG", 3)
    home = Home(tmp_path / "home")
    home.create()
    for line in (b"1234", b"5", b"6"):
        with home.open_log("postgres") as log:
            log.write(line)
    assert home.log("postgres").read_bytes() == b"56"
    assert (home.root / "logs" / "postgres.log.1").read_bytes() == b"1234"
