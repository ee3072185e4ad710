"""The installer's decisions, without installing: old Pythons, up-to-date checks, system packages and advice."""

import ast
import hashlib
import os
import subprocess
import sys

import pytest

from portal.embedded import install
from portal.embedded.paths import CHECKOUT

SCRIPT = CHECKOUT / "portal" / "embedded" / "install.py"


def fake(folder, name, body):
    program = folder / name
    program.write_text(f'#!/bin/sh\necho {name} "$@" >> {folder}/calls\n{body}\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with nothing but the programs that a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(install, "CHROMIUM_ON_MACOS", ())
    monkeypatch.setattr(install.os, "geteuid", lambda: 0)
    (tmp_path / "calls").touch()
    return tmp_path


def calls(machine):
    return (machine / "calls").read_text().splitlines()


def test_an_old_python_can_read_the_script_far_enough_to_be_told():
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 8))


def test_an_old_python_is_told_what_to_do(machine, monkeypatch):
    monkeypatch.setattr(install, "OLDEST", (99, 0))
    with pytest.raises(install.InstallError, match="needs Python 3.11 or newer"):
        install.use_a_recent_python()


def test_the_script_needs_nothing_but_the_standard_library():
    answer = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), "--help"], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert "--test" in answer.stdout


@pytest.mark.parametrize(
    ("installed", "for_tests", "expected"),
    [("run", False, True), ("test", False, True), ("test", True, True), ("run", True, False)],
)
def test_what_is_installed_is_not_installed_again(tmp_path, monkeypatch, installed, for_tests, expected):
    stamp = tmp_path / "installed.txt"
    stamp.write_text(f"{installed} {hashlib.sha256(install.LOCKS[installed].read_bytes()).hexdigest()}\n")
    asked = []
    monkeypatch.setattr(install, "STAMP", stamp)
    monkeypatch.setattr(install, "_install_quickly", lambda lock: asked.append(lock) or True)
    install.install_lock(for_tests)
    assert (asked == []) is expected


def test_a_changed_lock_is_installed_and_noted(tmp_path, monkeypatch):
    stamp = tmp_path / "installed.txt"
    stamp.write_text("run 0000\n")
    asked = []
    monkeypatch.setattr(install, "STAMP", stamp)
    monkeypatch.setattr(install, "_install_quickly", lambda lock: asked.append(lock) or True)
    install.install_lock(False)
    install.install_lock(False)
    assert asked == [install.LOCKS["run"]]


def test_a_fresh_debian_gets_its_package_lists_first(machine):
    fake(machine, "apt-get", f'[ "$1" = update ] && : > {machine}/lists; [ -e {machine}/lists ]')
    assert install.install_packages("chromium")
    assert [call.split()[1] for call in calls(machine)] == ["install", "update", "install"]


def test_a_user_without_sudo_gets_the_command_to_type(machine, monkeypatch):
    monkeypatch.setattr(install.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(install, "missing_pdf_libraries", lambda: ["Pango"])
    fake(machine, "apt-get", "exit 1")
    with pytest.raises(install.InstallError, match=r"sudo apt-get install libpango-1\.0-0"):
        install.look_for_pdf_libraries(required=True)
    assert calls(machine) == []


def test_a_sudo_that_asks_for_a_password_is_not_used(machine, monkeypatch):
    monkeypatch.setattr(install.os, "geteuid", lambda: 1000)
    fake(machine, "apt-get", "exit 0")
    fake(machine, "sudo", "exit 1")
    assert not install.install_packages("pdf")
    assert calls(machine) == ["sudo -n true"]


def test_the_demonstration_goes_on_without_pdf_libraries_and_says_so(machine, monkeypatch, capsys):
    monkeypatch.setattr(install, "missing_pdf_libraries", lambda: ["Pango"])
    install.look_for_pdf_libraries(required=False)
    assert "Everything but PDFs works" in capsys.readouterr().err


def test_without_chromium_the_browser_tests_are_loudly_skipped_but_never_in_ci(machine, capsys):
    install.look_for_chromium(required=False)
    assert "THE BROWSER TESTS WILL BE SKIPPED" in capsys.readouterr().err
    with pytest.raises(install.InstallError, match="need Chromium"):
        install.look_for_chromium(required=True)


def test_the_chosen_chromium_wins(machine, monkeypatch):
    on_path = fake(machine, "chromium", "exit 0")
    assert install.find_chromium() == str(on_path)
    monkeypatch.setenv("CHROMIUM", sys.executable)
    assert install.find_chromium() == sys.executable
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert install.find_chromium() is None


def test_the_machines_package_index_is_passed_on(machine, monkeypatch, tmp_path):
    for name in ("UV_DEFAULT_INDEX", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    answer = "global.index-url='https://packages.example/simple'\nglobal.timeout='60'\n"
    fake(tmp_path, "python", f"printf '%s' \"{answer}\"")
    monkeypatch.setattr(install, "PYTHON", tmp_path / "python")
    assert install._pip_settings() == {"UV_DEFAULT_INDEX": "https://packages.example/simple"}


def test_locks_name_no_host():
    for lock in (*install.LOCKS.values(), install.INSTALLER_LOCK):
        assert "://" not in lock.read_text("utf-8"), lock


def test_ci_runs_the_readmes_test_command():
    run = CHECKOUT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert "make test" in run.read_text("utf-8").splitlines()
