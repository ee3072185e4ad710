"""An export holds without the portal: its own script checks it, in another process, with what Python brings."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from portal.accounts.models import User
from portal.audit.anchors import anchor_everything
from portal.audit.exports import ChainExport, write_folder
from portal.audit.models import AuditEvent
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of, scope_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])


@pytest.fixture
def exported(add: Callable[..., Any], alice: User, client_a1: Client, now: datetime, tmp_path: Path) -> Path:
    """The folder of an export with a few entries and an anchor."""
    with enter(scope_of(alice), switch=True):
        row = add(client_a1, name="hubspot-api", owner_id=alice.pk)
        row.status = "“closed” – ✓"
        row.save()
    anchor_everything(now)
    call_command("audit", "export", client_a1.slug, "-o", str(tmp_path / "out"))
    return tmp_path / "out"


def check(folder: Path, *flags: str) -> tuple[int, str]:
    command = [sys.executable, *flags, str(folder / "verify.py")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", env={"PYTHONUTF8": "1"}
    )
    return done.returncode, done.stdout + done.stderr


def test_it_checks_itself(exported: Path) -> None:
    code, says = check(exported)
    assert code == 0, says
    assert "4 entries, 0 of them withheld." in says
    assert "1 signed anchors" in says


def test_it_checks_the_chain_with_the_standard_library_alone(exported: Path) -> None:
    code, says = check(exported, "-I", "-S")
    assert code == 0, says
    assert "Signatures were not checked" in says


def lines(folder: Path) -> list[str]:
    return (folder / "chain.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)


def write(folder: Path, kept: list[str]) -> None:
    (folder / "chain.jsonl").write_text("".join(kept), encoding="utf-8")


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (
            lambda kept: [*kept[:1], kept[1].replace("open", "shut"), *kept[2:]],
            "the event of entry 2 was changed",
        ),
        (lambda kept: [kept[0], *kept[2:]], "entries 2 to 2 are missing"),
        (lambda kept: kept[:2], "the end was cut off: entry 3 was signed"),
        (lambda kept: [*kept, "not a line\n"], "the export cannot be read"),
    ],
)
def test_it_fails_when_a_line_was_touched(
    exported: Path, tamper: Callable[[list[str]], list[str]], says: str
) -> None:
    write(exported, tamper(lines(exported)))
    code, told = check(exported)
    assert code == 1
    assert says in told


def test_it_fails_when_an_anchor_was_touched(exported: Path) -> None:
    file = exported / "anchors.jsonl"
    anchor = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(anchor | {"at": "2020-01-01T00:00:00Z"}), encoding="utf-8")
    code, says = check(exported)
    assert code == 1
    assert "is not signed with the key" in says


def test_it_names_the_people_beside_the_chain_and_not_in_it(exported: Path, alice: User) -> None:
    names = json.loads((exported / "names.json").read_text(encoding="utf-8"))
    assert "Alice Archer" in names.values()
    assert "Alice" not in "".join(lines(exported))
    assert str(alice.pk) not in "".join(lines(exported))


def test_the_export_is_itself_an_event(exported: Path, client_a1: Client) -> None:
    assert "activity.export" in lines(exported)[-1]
    with enter(everything_of(client_a1.practice_id), switch=True):
        event = AuditEvent.objects.get(action="activity.export")
    assert event.payload["why"] == "Export by the operator"


def test_a_zip_holds_the_same_files(exported: Path, client_a1: Client, tmp_path: Path) -> None:
    call_command("audit", "export", client_a1.slug, "-o", str(tmp_path / "out.zip"))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert {file.name for file in (tmp_path / "unpacked").iterdir()} == {
        file.name for file in exported.iterdir()
    }
    assert check(tmp_path / "unpacked")[0] == 0


def test_internal_entries_are_withheld_from_the_clients_people_and_the_chain_still_holds(
    exported: Path, add: Callable[..., Any], carol: User, client_a1: Client, tmp_path: Path
) -> None:
    with enter(everything_of(client_a1.practice_id), switch=True):
        add(client_a1, name="kept among us", internal=True)
        add(client_a1, name="for all")
    with enter(scope_of(carol), switch=True):
        export = ChainExport(client_a1)
        write_folder(export, tmp_path / "carol")
    assert export.withheld == 1
    text = "".join(lines(tmp_path / "carol"))
    assert "kept among us" not in text
    assert "for all" in text
    code, says = check(tmp_path / "carol")
    assert code == 0, says
