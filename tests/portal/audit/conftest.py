"""A table of the tests' own under audit, and a superuser's hands to tamper with the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, connections, models
from django.db.migrations.state import ModelState, ProjectState

from portal.audit.chains import faults_of_stored_chain
from portal.audit.models import AuditEvent
from portal.audit.operations import AuditTable
from portal.embedded.passwords import passwords
from portal.embedded.paths import home
from portal.lib.sealed import SealedTextField
from portal.tenancy.models import Client
from portal.tenancy.operations import ProtectTable
from tests.conftest import as_owner

AUDIT = AuditTable("Probe", hidden=["note"], tokenised=["email"])


@lru_cache
def probe_state() -> ProjectState:
    """The project's models and one more, with every kind of column that the trail treats in its own way."""
    state = ProjectState.from_apps(apps)
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("practice_id", models.UUIDField()),
        ("client_id", models.UUIDField()),
        ("internal", models.BooleanField(default=False)),
        ("name", models.TextField(default="probe")),
        ("status", models.TextField(default="open")),
        ("note", models.TextField(default="")),
        ("email", models.TextField(default="")),
        ("sealed", SealedTextField(null=True)),
        ("bytes", models.BinaryField(default=b"")),
        ("renewal_on", models.DateField(null=True)),
        (
            "owner",
            models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False),
        ),
    ]
    state.add_model(ModelState("audit", "Probe", fields, {"db_table": "audit_probe"}))
    return state


@pytest.fixture
def probe(transactional_db: None) -> Iterator[Any]:
    """The model of an audited table, which is there while the test runs."""
    state = probe_state()
    model = state.apps.get_model("audit", "Probe")
    with as_owner(), connection.schema_editor() as editor:
        editor.create_model(model)
        ProtectTable("Probe", internal=True).database_forwards("audit", editor, state, state)
        AUDIT.database_forwards("audit", editor, state, state)
    yield model
    with as_owner(), connection.schema_editor() as editor:
        editor.execute("DROP TABLE audit_probe")


@pytest.fixture
def add(probe: Any) -> Callable[..., Any]:
    """Add a row to the audited table."""

    def added(client: Client, **values: Any) -> Any:
        return probe.objects.create(practice_id=client.practice_id, client_id=client.pk, **values)

    return added


@pytest.fixture
def superuser(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    """Whoever commands the database: nothing stops them, only the chain tells."""
    options = connections["default"].settings_dict
    with psycopg.connect(
        host=options["HOST"] or None,
        port=options["PORT"] or None,
        dbname=options["NAME"],
        user="postgres",
        password=passwords(home()).postgres,
        autocommit=True,
    ) as found:
        yield found


def payloads(client: Client) -> list[dict[str, Any]]:
    """The payloads of a client's events, oldest first, as the scope lets them through."""
    return list(AuditEvent.objects.for_client(client).order_by("pk").values_list("payload", flat=True))


def faults(client: Client, **options: Any) -> list[str]:
    """What is wrong with a client's chain."""
    from portal.audit.anchors import public_key

    return faults_of_stored_chain(client.pk, trusted=[public_key()], **options)


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    """Pages are rendered without collecting static files first."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
