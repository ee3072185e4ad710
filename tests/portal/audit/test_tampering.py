"""Whoever commands the database can change the trail, but not unseen; anchors and the command that tells."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

from portal.audit.actions import record
from portal.audit.anchors import anchor_everything
from portal.audit.models import AuditAnchor
from portal.audit.tasks import anchor
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of
from tests.portal.audit.conftest import faults

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])
Superuser = psycopg.Connection[Any]


@pytest.fixture
def chained(client_a1: Client) -> Client:
    """A client with a chain of five entries."""
    with enter(everything_of(client_a1.practice_id), switch=True):
        for n in range(4):
            record("thing.do", client=client_a1, details={"n": n})
        assert faults(client_a1) == []
    return client_a1


@pytest.fixture
def only_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at chains alone: which tables are recorded is another test's question."""
    monkeypatch.setattr("portal.audit.management.commands.audit.faults_of_triggers", list)


def verify(*arguments: str) -> int:
    try:
        call_command("audit", "verify", *arguments)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def found(client: Client) -> list[str]:
    with enter(everything_of(client.practice_id), switch=True):
        return faults(client)


EVENT_3 = "(SELECT event_id FROM audit_link WHERE chain = %(c)s AND seq = 3)"
TAMPERINGS = {
    "an edited payload": (
        f'UPDATE audit_event SET payload = payload || \'{{"why": "forged"}}\' WHERE id = {EVENT_3}',
        "the event of entry 3 was changed",
    ),
    "an edited instant": (
        f"UPDATE audit_event SET at = at - interval '1 year' WHERE id = {EVENT_3}",
        "entry 3 is filed under another instant or client than it says",
    ),
    "an event moved to another client": (
        "UPDATE audit_event SET payload = jsonb_set(payload, '{client}', to_jsonb(gen_random_uuid()::text))"
        f" WHERE id = {EVENT_3}",
        "the event of entry 3 was changed",
    ),
    "a deleted event": (f"DELETE FROM audit_event WHERE id = {EVENT_3}", "the event of entry 3 is missing"),
    "a deleted entry": (
        "DELETE FROM audit_link WHERE chain = %(c)s AND seq = 3",
        "entries 3 to 3 are missing",
    ),
    "a deleted end": (
        "DELETE FROM audit_link WHERE chain = %(c)s AND seq = 5",
        "the chain ends at entry 4, its head says entry 5 or another hash",
    ),
    "a deleted head": (
        "DELETE FROM audit_head WHERE chain = %(c)s",
        "the chain ends at entry 5, its head says entry 0 or another hash",
    ),
    "a whole chain deleted": (
        "DELETE FROM audit_link WHERE chain = %(c)s",
        "the chain ends at entry 0, its head says entry 5 or another hash",
    ),
}


@pytest.mark.usefixtures("only_chains")
@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(name: str, chained: Client, superuser: Superuser) -> None:
    statement, says = TAMPERINGS[name]
    superuser.execute(statement, {"c": chained.pk})
    assert says in found(chained)
    assert verify() == 1
    assert verify("--client", chained.slug) == 1


@pytest.mark.usefixtures("only_chains")
def test_an_event_smuggled_in_without_the_seal_is_found(chained: Client, superuser: Superuser) -> None:
    superuser.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_seal")
    try:
        with enter(everything_of(chained.practice_id), switch=True):
            record("thing.do", client=chained)
        assert verify() == 1
    finally:
        superuser.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_seal")
    assert "1 events stand in no chain" in found(chained)


def wind_back(client: Client, superuser: Superuser) -> None:
    """Cut off the last entry and make the head fit: the chain is flawless after that."""
    superuser.execute(
        "WITH gone AS (DELETE FROM audit_link WHERE chain = %(c)s AND seq = 5 RETURNING event_id)"
        " DELETE FROM audit_event WHERE id IN (SELECT event_id FROM gone)",
        {"c": client.pk},
    )
    superuser.execute(
        "UPDATE audit_head SET seq = 4, hash = l.hash FROM audit_link l"
        " WHERE audit_head.chain = %(c)s AND l.chain = %(c)s AND l.seq = 4",
        {"c": client.pk},
    )


def test_a_wound_back_end_is_found_by_its_anchor_alone(
    chained: Client, superuser: Superuser, now: datetime
) -> None:
    anchor_everything(now)
    assert found(chained) == []
    wind_back(chained, superuser)
    assert found(chained) == [
        "the end was cut off: entry 5 was signed at 2026-11-19T10:30:00Z, the chain ends at entry 4"
    ]
    superuser.execute("DELETE FROM audit_anchor WHERE chain = %s", [chained.pk])
    assert found(chained) == []


@pytest.mark.usefixtures("only_chains", "practice_a")
def test_without_the_stored_anchors_the_mail_still_tells(
    chained: Client, superuser: Superuser, now: datetime, tmp_path: Path
) -> None:
    superuser.execute("UPDATE tenancy_practice SET contact_email = 'office@northlight.test'")
    anchor_everything(now)
    (letter,) = mail.outbox
    assert letter.to == ["office@northlight.test"]
    saved = tmp_path / "mail.txt"
    saved.write_text(str(letter.body), encoding="utf-8")
    assert verify("--anchors", str(saved)) == 0
    wind_back(chained, superuser)
    superuser.execute("DELETE FROM audit_anchor")
    assert verify() == 0
    assert verify("--anchors", str(saved)) == 1


def test_a_forged_anchor_is_found(chained: Client, superuser: Superuser, now: datetime) -> None:
    anchor_everything(now)
    superuser.execute("UPDATE audit_anchor SET at = at - interval '1 day' WHERE chain = %s", [chained.pk])
    assert "not signed with a key that is trusted" in found(chained)[0]


@pytest.mark.usefixtures("only_chains")
def test_an_earlier_key_counts_only_where_it_is_named(chained: Client, now: datetime, settings: Any) -> None:
    anchor_everything(now)
    with enter(everything_of(chained.practice_id), switch=True):
        earlier = base64.b64encode(bytes(AuditAnchor.objects.all()[0].public_key)).decode()
    settings.ANCHOR_KEY = base64.b64encode(b"k" * 32).decode()
    assert verify() == 1
    assert verify("--public-key", earlier) == 0


def test_an_end_that_has_not_moved_is_not_signed_again(chained: Client, now: datetime) -> None:
    assert anchor_everything(now) >= 2
    assert anchor_everything(now) == 0
    with enter(everything_of(chained.practice_id), switch=True):
        record("thing.do", client=chained)
    assert anchor() == 1


def test_a_practice_sees_its_own_anchors_alone(chained: Client, client_b1: Client, now: datetime) -> None:
    anchor_everything(now)
    with enter(everything_of(client_b1.practice_id), switch=True):
        chains = set(AuditAnchor.objects.values_list("chain", flat=True))
    assert chains == {client_b1.pk, client_b1.practice_id}


def test_only_an_end_that_is_there_and_in_scope_can_be_anchored(chained: Client, client_b1: Client) -> None:
    add = "SELECT audit_anchor_add(%s, %s, %s, now(), 'k', 's')"
    with enter(everything_of(client_b1.practice_id), switch=True), connection.cursor() as cursor:
        for chain, seq in ((chained.pk, 1), (client_b1.pk, 9)):
            with pytest.raises(ProgrammingError, match="no such link in the scope"):
                cursor.execute(add, [chain, seq, b"x"])


def test_a_table_that_is_no_longer_recorded_is_named(
    chained: Client, superuser: Superuser, capsys: pytest.CaptureFixture[str]
) -> None:
    superuser.execute("ALTER TABLE tenancy_client DISABLE TRIGGER audit")
    try:
        assert verify() == 1
    finally:
        superuser.execute("ALTER TABLE tenancy_client ENABLE ALWAYS TRIGGER audit")
    assert "changes of tenancy_client are not recorded" in capsys.readouterr().err


def test_verify_refuses_what_it_cannot_find(chained: Client, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no client with the short name"):
        verify("--client", "elm")
    with pytest.raises(CommandError, match="no practice with the short name"):
        verify("--practice", "elm")
    with pytest.raises(CommandError, match="cannot be read"):
        verify("--anchors", str(tmp_path / "none.txt"))
