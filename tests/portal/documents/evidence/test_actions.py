"""Evidence from attached to withdrawn: bounds, the same bytes, who may see it, and what the trail says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from clients.registers.models import Credential
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.documents.evidence import actions
from portal.documents.models import EvidenceFile, StoredFile
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.scope import Scope, enter
from tests.conftest import everything_of, make_client, make_practice, scope_of
from tests.portal.documents.evidence.conftest import CREDENTIAL, credential_of
from tests.portal.documents.evidence.made import PDF

Attach = Callable[..., EvidenceFile]
pytestmark = pytest.mark.django_db


def test_a_file_is_attached_with_its_words_and_its_fingerprint(
    in_a: Scope, credential: Credential, attached: Attach, bob: User, now: datetime
) -> None:
    file = EvidenceFile.objects.with_file().get(pk=attached(credential, shows=" The agreement ").pk)
    assert (file.subject, file.shows, file.name) == ("HubSpot key", "The agreement", "signed.pdf")
    assert (file.added_by, file.added_at, file.internal, file.file.internal) == (bob, now, False, False)
    assert file.sha256 == file.file.sha256
    assert file.fingerprint.replace(" ", "") == file.sha256[:16]


def test_at_an_internal_record_a_file_is_internal(hidden: Credential, attached: Attach) -> None:
    file = attached(hidden, internal=False)
    assert file.internal
    assert file.file.internal


def test_the_same_bytes_are_refused_with_the_name_of_the_one_that_is_there(
    credential: Credential, attached: Attach, client_a1: Client, in_a: Scope
) -> None:
    attached(credential)
    with pytest.raises(Refused, match="here already, as signed.pdf"):
        attached(credential, "again.pdf")
    assert attached(credential_of(client_a1, "Another key"), "again.pdf").pk


def test_after_a_withdrawal_the_same_bytes_go_in_again(
    credential: Credential, attached: Attach, bob: User, now: datetime
) -> None:
    first = attached(credential)
    with enter(scope_of(bob), switch=True):
        actions.withdraw(first, by=bob, at=now, why="Unsigned.")
    assert attached(credential).pk != first.pk


def test_fifty_files_fit_and_one_withdrawn_makes_room(
    credential: Credential, attached: Attach, bob: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert actions.MOST_AT_A_RECORD == 50
    monkeypatch.setattr(actions, "MOST_AT_A_RECORD", 2)
    first = attached(credential, "1.txt", b"one")
    attached(credential, "2.txt", b"two")
    with pytest.raises(Refused, match="has 2 files"):
        attached(credential, "3.txt", b"three")
    with enter(scope_of(bob), switch=True):
        actions.withdraw(first, by=bob, at=now, why="Old.")
    assert attached(credential, "3.txt", b"three").pk


@pytest.mark.parametrize(
    ("kind", "pk"), [(CREDENTIAL, "0"), (CREDENTIAL, "x"), (CREDENTIAL, "9" * 40), ("tenancy.member", "1")]
)
def test_what_is_not_there_takes_nothing(
    kind: str, pk: str, client_a1: Client, bob: User, now: datetime
) -> None:
    with enter(scope_of(bob), switch=True), pytest.raises(Refused, match="not there any more"):
        actions.attach(client_a1, kind, pk, "a.pdf", PDF, by=bob, at=now)


def test_another_clients_record_takes_nothing(
    client_a1: Client, client_a2: Client, alice: User, now: datetime
) -> None:
    other = credential_of(client_a2)
    with enter(scope_of(alice), switch=True), pytest.raises(Refused, match="not there any more"):
        actions.attach(client_a1, CREDENTIAL, str(other.pk), "a.pdf", PDF, by=alice, at=now)


def test_a_file_is_shown_and_kept_back_with_its_bytes(
    credential: Credential, attached: Attach, bob: User, carol: User, now: datetime
) -> None:
    file = attached(credential, internal=True)
    for shown in (True, False):
        with enter(scope_of(bob), switch=True):
            actions.set_shown(file, shown, by=bob, at=now)
        with enter(scope_of(carol), switch=True):
            assert EvidenceFile.objects.filter(pk=file.pk).exists() == shown
            assert StoredFile.objects.filter(pk=file.file_id).exists() == shown


def test_a_file_of_an_internal_record_is_not_shown(
    hidden: Credential, attached: Attach, bob: User, now: datetime
) -> None:
    file = attached(hidden)
    with enter(scope_of(bob), switch=True), pytest.raises(Refused, match="people of the practice only"):
        actions.set_shown(file, True, by=bob, at=now)


def test_a_withdrawn_file_stays_listed_and_gives_nothing(
    credential: Credential, attached: Attach, bob: User, carol: User, now: datetime
) -> None:
    file = attached(credential)
    with enter(scope_of(bob), switch=True):
        with pytest.raises(Refused, match="why"):
            actions.withdraw(file, by=bob, at=now, why=" ")
        row = actions.withdraw(file, by=bob, at=now + timedelta(hours=1), why="Of another client.")
        assert (row.withdrawn_by, row.withdrawn_why, row.internal) == (bob, "Of another client.", True)
        with pytest.raises(Refused, match="not given out"):
            actions.take_away(row, by=bob)
        with pytest.raises(Refused, match="already"):
            actions.withdraw(file, by=bob, at=now, why="Again.")
        with pytest.raises(Refused, match="already"):
            actions.set_shown(file, True, by=bob, at=now)
    with enter(scope_of(carol), switch=True):
        assert not StoredFile.objects.filter(pk=file.file_id).exists()


def test_the_bytes_of_a_file_never_change_and_are_never_deleted(
    credential: Credential, attached: Attach, in_a: Scope
) -> None:
    file = attached(credential)
    for sql in (
        "UPDATE documents_storedfile SET content = '' WHERE id = %s",
        "DELETE FROM documents_storedfile WHERE id = %s",
        "DELETE FROM documents_evidencefile WHERE file_id = %s",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, [file.file_id])


def test_every_step_is_in_the_trail_without_the_contents(
    credential: Credential, attached: Attach, bob: User, now: datetime, in_a: Scope
) -> None:
    file = attached(credential, "run.txt", b"These words stay in the file.")
    with enter(scope_of(bob), switch=True):
        actions.take_away(file, by=bob)
        actions.set_shown(file, False, by=bob, at=now)
        actions.withdraw(file, by=bob, at=now, why="Old.")
    events = [event for event in AuditEvent.objects.order_by("id") if event.action.startswith("evidence.")]
    assert list(dict.fromkeys(event.action for event in events)) == [
        "evidence.attach",
        "evidence.download",
        "evidence.keep_back",
        "evidence.withdraw",
    ]
    assert not any("These words" in str(event.payload) for event in events)


@pytest.mark.django_db(transaction=True)
def test_of_those_who_attach_the_same_bytes_at_once_one_succeeds(now: datetime) -> None:
    practice = make_practice("Crowded", "crowded")
    client = make_client(practice, "Client", "client")
    record = credential_of(client)
    refusals: list[str] = []
    together = threading.Barrier(4)

    def attach(n: int) -> None:
        together.wait()
        try:
            with enter(everything_of(practice)):
                actions.attach(client, CREDENTIAL, str(record.pk), f"{n}.pdf", PDF, by=None, at=now)
        except Refused as refused:
            refusals.append(str(refused))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attach, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with enter(everything_of(practice)):
        assert EvidenceFile.objects.count() == 1
        assert StoredFile.objects.count() == 1
    assert len(refusals) == 3
    assert all("here already" in each for each in refusals)
