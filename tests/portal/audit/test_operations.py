"""The operation that puts tables under audit: what it does, undoes and refuses; and what covers the models."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from portal.audit import coverage
from portal.audit.operations import AuditTable, columns_of
from portal.tenancy.models import Assignment, Client, Practice
from tests.conftest import as_owner
from tests.portal.audit.conftest import probe_state


def triggers(table: str) -> list[tuple[str, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgenabled::text, tgargs FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'audit'",
            [table],
        )
        return [(enabled, bytes(arguments)) for enabled, arguments in cursor.fetchall()]


def test_people_sealed_and_binary_columns_are_covered_by_themselves() -> None:
    columns = columns_of(probe_state().apps.get_model("audit", "Probe"), hidden=["note"], tokenised=["email"])
    assert columns.hidden == ("bytes", "note", "sealed")
    assert columns.private == ("email", "owner_id")
    assert (columns.practice, columns.client, columns.label) == ("practice_id", "client_id", "name")


def test_a_label_is_never_what_is_hidden_or_private() -> None:
    model = probe_state().apps.get_model("audit", "Probe")
    assert columns_of(model, tokenised=["name"]).label == ""
    with pytest.raises(ValueError, match="cannot be audited"):
        columns_of(model, hidden=["name"], label="name")


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        columns_of(Client, hidden=["colour"])


def test_a_practice_and_a_client_are_filed_by_their_own_id() -> None:
    assert columns_of(Practice, practice="id", client=None).arguments() == ("{}", "{}", "id", "", "name")
    assert columns_of(Client, client="id").client == "id"
    assert columns_of(Assignment).private == ("user_id",)


@pytest.mark.django_db(transaction=True)
def test_it_can_be_undone_and_done_again(probe: Any) -> None:
    state = probe_state()
    first, second = AuditTable("Probe"), AuditTable("Probe", hidden=["status"], again=True)
    with as_owner():
        with connection.schema_editor() as editor:
            second.database_forwards("audit", editor, state, state)
        assert [(on, b"status" in arguments) for on, arguments in triggers("audit_probe")] == [("A", True)]
        with connection.schema_editor() as editor:
            first.database_backwards("audit", editor, state, state)
        assert triggers("audit_probe") == []


def test_it_writes_itself_into_a_migration() -> None:
    name, arguments, options = AuditTable("Probe", hidden=["note"]).deconstruct()
    assert (name, arguments) == ("AuditTable", ["Probe"])
    assert AuditTable(*arguments, **options).deconstruct() == (name, arguments, options)


@pytest.mark.django_db
class TestCoverage:
    def test_the_tenancy_is_recorded(self) -> None:
        tenancy = [fault for fault in coverage.faults_of_triggers() if "tenancy_" in fault]
        assert tenancy == []
        assert {Practice, Client, Assignment} <= set(coverage.owned_models())

    def test_every_table_of_the_house_is_recorded_or_left_out_with_a_reason(self) -> None:
        assert coverage.faults_of_triggers() == []

    def test_a_model_is_left_out_only_with_a_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(coverage, "_exempt", {})
        with pytest.raises(ValueError, match="say why"):
            coverage.exempt("tenancy.Client", "")
        coverage.exempt("tenancy.Client", "a test")
        assert Client not in coverage.owned_models()
