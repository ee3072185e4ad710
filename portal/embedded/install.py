"""Makes .venv, installs the locked dependencies and looks for the system libraries. Safe to run again.

Runs before anything is installed: python3 portal/embedded/install.py [--test]. The standard library only, and
nothing from this package.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.txt"
LOCKS = {"run": ROOT / "requirements.lock", "test": ROOT / "tests" / "requirements.lock"}
INSTALLER_LOCK = ROOT / "portal" / "embedded" / "installer.lock"
OLDEST = (3, 11)

# What WeasyPrint loads from the system, by the names of Linux and of macOS.
PDF_LIBRARIES = {
    "Pango": ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    "PangoFT2": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    "HarfBuzz subset": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.dylib"),
}
LIBRARY_FOLDERS = ("", "/opt/homebrew/lib/", "/usr/local/lib/")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ON_MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Package manager: how it installs, and what the packages are called there.
MANAGERS: dict[str, tuple[list[str], dict[str, list[str]]]] = {
    "apt-get": (
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends"],
        {
            "pdf": ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"],
            "chromium": ["chromium"],
            "venv": ["python3-venv"],
        },
    ),
    "dnf": (["dnf", "install", "-y", "-q"], {"pdf": ["pango", "harfbuzz"], "chromium": ["chromium"]}),
    "apk": (["apk", "add", "-q"], {"pdf": ["pango", "harfbuzz-subset"], "chromium": ["chromium"]}),
    "brew": (["brew", "install", "-q"], {"pdf": ["pango", "harfbuzz"], "chromium": ["--cask", "chromium"]}),
}


class InstallError(Exception):
    """Something is missing that this script cannot provide; the message says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Install for running, or with ``--test`` for testing too; 0 when the product can be used."""
    parser = argparse.ArgumentParser(description="Install Plumbline into .venv beside manage.py.")
    parser.add_argument("--test", action="store_true", help="install what the tests need as well")
    for_tests = parser.parse_args(arguments).test
    must_be_whole = bool(os.environ.get("CI", "").lower() not in ("", "0", "false"))
    try:
        use_a_recent_python()
        make_venv()
        install_lock(for_tests)
        look_for_pdf_libraries(required=for_tests or must_be_whole)
        if for_tests:
            look_for_chromium(required=must_be_whole)
    except InstallError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    return 0


def say(text: str) -> None:
    """Print a line of progress at once."""
    print(f"install: {text}", flush=True)


def use_a_recent_python() -> None:
    """Go on under a newer Python of this machine when this one is too old."""
    if sys.version_info >= OLDEST:
        return
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        found = shutil.which(name)
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            os.execv(found, [found, *sys.argv])
    raise InstallError(
        f"Plumbline needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
        "Install a newer one and run: make install PYTHON=/path/to/python3.11"
    )


def make_venv() -> None:
    """Make .venv, or make it anew when its Python has gone or is too old."""
    wanted = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    if PYTHON.exists() and _succeeds([str(PYTHON), "-c", wanted]):
        return
    say("making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    attempt = [sys.executable, "-m", "venv", str(VENV)]
    if not _succeeds([sys.executable, "-c", "import ensurepip"]) and not install_packages("venv"):
        raise InstallError(
            "This Python cannot make virtual environments. Install its venv package "
            f"(Debian and Ubuntu: {_shown('apt-get', 'venv')}) and run the command again."
        )
    if not _succeeds(attempt):
        shutil.rmtree(VENV, ignore_errors=True)
        raise InstallError(f"This command failed; run it to see why: {' '.join(attempt)}")


def install_lock(for_tests: bool) -> None:
    """Install exactly what the lock file lists, by hash; do nothing when that was done before."""
    installed = STAMP.read_text("ascii").split() if STAMP.exists() else []
    kinds = ("test",) if for_tests else ("run", "test")  # what the tests need includes what running needs
    if any(installed == [kind, _digest(LOCKS[kind])] for kind in kinds):
        say("dependencies are up to date")
        return
    kind = kinds[0]
    say(f"installing {LOCKS[kind].relative_to(ROOT)}")
    began = time.monotonic()
    STAMP.unlink(missing_ok=True)
    if not _install_quickly(LOCKS[kind]):
        pip = [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "-qq",
            "--require-hashes",
            "--no-deps",
            "-r",
            str(LOCKS[kind]),
        ]
        if subprocess.run(pip, check=False).returncode:
            raise InstallError("The dependencies could not be installed; pip says why above.")
    STAMP.write_text(f"{kind} {_digest(LOCKS[kind])}\n", "ascii")
    say(f"dependencies installed in {time.monotonic() - began:.0f} s")


def _install_quickly(lock: Path) -> bool:
    """Install with uv, the machine's or a pinned one; False when that is not possible here."""
    uv = [found] if (found := shutil.which("uv")) else [str(PYTHON), "-m", "uv"]
    if not found and not _succeeds([*uv, "--version"]):
        pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--require-hashes", "-r", str(INSTALLER_LOCK)]
        if not _succeeds(pip):
            return False
    # Several indexes are searched as pip does; the hashes, not the index, decide what may be installed.
    options = [
        "--quiet",
        "--require-hashes",
        "--index-strategy",
        "unsafe-best-match",
        "--python",
        str(PYTHON),
    ]
    command = [*uv, "pip", "sync", *options, str(lock)]
    return _succeeds(command, environment={"UV_PYTHON_DOWNLOADS": "never", **_pip_settings()})


def _pip_settings() -> dict[str, str]:
    """Return the machine's package index and certificates, as set for pip, in uv's words."""
    words = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    answer = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found = {}
    for line in answer.splitlines():
        name, _, value = line.partition("=")
        variable = words.get(name.rpartition(".")[2])
        if variable and variable not in os.environ:
            found[variable] = value.strip("'\"")
    return found


def look_for_pdf_libraries(*, required: bool) -> None:
    """Find what WeasyPrint loads from the system, installing it where this user may."""
    if not missing_pdf_libraries() or (install_packages("pdf") and not missing_pdf_libraries()):
        return
    names = ", ".join(missing_pdf_libraries())
    advice = (
        f"Making PDFs needs these system libraries, now missing: {names}.\nInstall them: {_advice('pdf')}"
    )
    if required:
        raise InstallError(advice)
    _warn(f"{advice}\nEverything but PDFs works without them.")


def missing_pdf_libraries() -> list[str]:
    """Return the names of WeasyPrint's system libraries that cannot be loaded."""
    return [name for name, files in PDF_LIBRARIES.items() if not any(map(_can_load, files))]


def _can_load(file: str) -> bool:
    for folder in LIBRARY_FOLDERS:
        try:
            ctypes.CDLL(folder + file)
            return True
        except OSError:
            continue
    return False


def look_for_chromium(*, required: bool) -> None:
    """Find the browser of the browser tests, installing it where this user may."""
    if find_chromium() or (install_packages("chromium") and find_chromium()):
        return
    advice = f"The browser tests need Chromium, which is missing.\nInstall it: {_advice('chromium')}"
    if required:
        raise InstallError(advice)
    _warn(f"{advice}\nTHE BROWSER TESTS WILL BE SKIPPED.")


def find_chromium() -> str | None:
    """Return the path of Chromium or Chrome: $CHROMIUM, the PATH's, or macOS's."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen if os.access(chosen, os.X_OK) else None
    on_path = (shutil.which(name) for name in CHROMIUM_NAMES)
    on_macos = (path for path in CHROMIUM_ON_MACOS if os.access(path, os.X_OK))
    return next((path for path in (*on_path, *on_macos) if path), None)


def install_packages(what: str) -> bool:
    """Install system packages as root, or with a sudo that asks nothing; False when that was not possible."""
    manager = _manager(what)
    if manager is None:
        return False
    prefix = [] if os.geteuid() == 0 or manager == "brew" else ["sudo", "-n"]
    if prefix and not (shutil.which("sudo") and _succeeds(["sudo", "-n", "true"])):
        return False
    command, packages = MANAGERS[manager]
    say(f"installing system packages: {' '.join(packages[what])} ({manager})")
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    if prefix:
        prefix += ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = [*prefix, *command, *packages[what]]
    if _succeeds(install, environment=environment):
        return True
    if manager != "apt-get":
        return False
    # A fresh Debian has no package lists yet.
    return _succeeds([*prefix, "apt-get", "update", "-qq"], environment=environment) and _succeeds(
        install, environment=environment
    )


def _manager(what: str) -> str | None:
    return next((name for name, (_, known) in MANAGERS.items() if what in known and shutil.which(name)), None)


def _advice(what: str) -> str:
    manager = _manager(what)
    if manager:
        return _shown(manager, what)
    return " or ".join(_shown(name, what) for name in ("apt-get", "dnf", "brew"))


def _shown(manager: str, what: str) -> str:
    packages = " ".join(MANAGERS[manager][1][what])
    return f"brew install {packages}" if manager == "brew" else f"sudo {manager} install {packages}"


def _warn(text: str) -> None:
    bar = "!" * 78
    print(f"\n{bar}\n{text}\n{bar}\n", file=sys.stderr, flush=True)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _succeeds(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> bool:
    """Run a command silently; True when it ended well."""
    try:
        answer = subprocess.run(
            command,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return False
    return answer.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
