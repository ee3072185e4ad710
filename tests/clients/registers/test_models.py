"""What the database itself guarantees about register rows."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clients.registers.models import Credential, Integration, SubProcessor, Workflow

MODELS = [Workflow, Integration, Credential, SubProcessor]


def make(model, client, name="invoice-sync", **values):
    if model is not SubProcessor:
        values.setdefault("platform", "xero")
    return model.objects.create(practice_id=client.practice_id, client=client, name=name, **values)


@pytest.mark.parametrize("model", MODELS)
def test_a_row_retires_with_instant_person_and_reason_together(model, in_a, client_a1, alice):
    row = make(model, client_a1)
    for partial in (
        {"retired_at": timezone.now()},
        {"retired_by": alice},
        {"retired_reason": "gone"},
        {"retired_at": timezone.now(), "retired_by": alice},
    ):
        with pytest.raises(IntegrityError, match="retired_with_reason"), transaction.atomic():
            model.objects.filter(pk=row.pk).update(**partial)
    model.objects.filter(pk=row.pk).update(
        retired_at=timezone.now(), retired_by=alice, retired_reason="replaced"
    )


@pytest.mark.parametrize("model", MODELS)
def test_a_name_is_used_once_among_rows_in_use_whatever_its_case(model, in_a, client_a1, client_a2, alice):
    row = make(model, client_a1)
    make(model, client_a2)
    with pytest.raises(IntegrityError, match="name_once_a_client"), transaction.atomic():
        make(model, client_a1, "Invoice-Sync")
    model.objects.filter(pk=row.pk).update(
        retired_at=timezone.now(), retired_by=alice, retired_reason="replaced"
    )
    make(model, client_a1, "Invoice-Sync")


@pytest.mark.parametrize("model", MODELS)
def test_a_row_of_another_practice_is_neither_seen_nor_made(model, in_a, client_a1, client_b1):
    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
        make(model, client_b1)
    assert not model.objects.exists()


@pytest.mark.parametrize("model", MODELS)
def test_rows_are_never_deleted(model, in_a, client_a1):
    row = make(model, client_a1)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        row.delete()


def test_a_link_stays_within_one_client(in_a, client_a1, client_a2):
    theirs = make(Workflow, client_a2)
    with pytest.raises(IntegrityError, match="same_owner"), transaction.atomic():
        make(Integration, client_a1, workflow=theirs)
        connection.check_constraints()


def test_a_credential_is_revoked_with_instant_person_and_reason_together(in_a, client_a1, alice):
    row = make(Credential, client_a1)
    with pytest.raises(IntegrityError, match="revoked_with_reason"), transaction.atomic():
        Credential.objects.filter(pk=row.pk).update(revoked_at=timezone.now())


@pytest.mark.parametrize("model", [Integration, SubProcessor])
def test_an_approval_has_its_day_and_its_person_together(model, in_a, client_a1, alice):
    row = make(model, client_a1)
    with pytest.raises(IntegrityError, match="approved_by_someone"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(approved_by=alice)


def test_where_there_is_no_secret_there_is_no_reference(in_a, client_a1):
    with pytest.raises(IntegrityError, match="no_secret_no_reference"), transaction.atomic():
        make(Credential, client_a1, storage="no_secret", storage_ref="op://Automation/Xero/key")


def test_the_backup_is_somebody_else_than_the_owner(in_a, client_a1, alice):
    with pytest.raises(IntegrityError, match="backup_is_somebody_else"), transaction.atomic():
        make(Credential, client_a1, owner=alice, backup_owner=alice)


@pytest.mark.parametrize(
    ("storage", "reference", "words"),
    [
        ("vault", "op://Automation/Xero/api-key", "in 1Password"),
        ("vault", "", "in a vault"),
        ("encrypted_env", "XERO_API_KEY", "in an environment variable"),
        ("no_secret", "", "no stored secret"),
        ("unknown", "", "place not recorded"),
    ],
)
def test_the_place_of_a_secret_is_named_without_its_reference(storage, reference, words):
    assert Credential(storage=storage, storage_ref=reference).storage_words == words
