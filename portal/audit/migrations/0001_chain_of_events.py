"""Make the audit tables and their functions, and hand them to a role that nobody signs in as."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from portal.tenancy.operations import ProtectTable

SQL = Path(__file__).with_name("sql")
UNDO = """
DROP TABLE audit_anchor, audit_link, audit_head, audit_event, audit_identity;
DROP FUNCTION audit_token, audit_private, audit_write, audit_append, audit_row, audit_shown, audit_seal, audit_names,
  audit_anchor_add;
"""


def chained(*fields: tuple[str, models.Field], unique: bool = False) -> list[tuple[str, models.Field]]:
    return [
        ("practice_id", models.UUIDField(null=True)),
        ("client_id", models.UUIDField(null=True)),
        ("chain", models.UUIDField(primary_key=True, serialize=False) if unique else models.UUIDField()),
        *fields,
    ]


LINK_TO_EVENT = models.OneToOneField(
    db_constraint=False,
    on_delete=django.db.models.deletion.DO_NOTHING,
    primary_key=True,
    related_name="link",
    serialize=False,
    to="audit.auditevent",
)
MODELS = [
    migrations.CreateModel(
        name="AuditEvent",
        fields=chained(
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("at", models.DateTimeField()),
            ("payload", models.JSONField()),
            ("internal", models.BooleanField()),
            ("actor", models.UUIDField(null=True)),
            ("action", models.TextField()),
            ("object", models.TextField()),
            ("object_id", models.TextField()),
        ),
        options={"db_table": "audit_event", "ordering": ["-id"]},
    ),
    migrations.CreateModel(
        name="AuditLink",
        fields=chained(
            ("event", LINK_TO_EVENT),
            ("seq", models.BigIntegerField()),
            ("prev", models.BinaryField()),
            ("digest", models.BinaryField()),
            ("hash", models.BinaryField()),
        ),
        options={"db_table": "audit_link"},
    ),
    migrations.CreateModel(
        name="AuditHead",
        fields=chained(
            ("seq", models.BigIntegerField()),
            ("hash", models.BinaryField()),
            unique=True,
        ),
        options={"db_table": "audit_head"},
    ),
    migrations.CreateModel(
        name="AuditAnchor",
        fields=chained(
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("seq", models.BigIntegerField()),
            ("hash", models.BinaryField()),
            ("at", models.DateTimeField()),
            ("public_key", models.BinaryField()),
            ("signature", models.BinaryField()),
        ),
        options={"db_table": "audit_anchor"},
    ),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("tenancy", "0002_row_level_security")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=MODELS,
            database_operations=[migrations.RunSQL((SQL / "0001_tables.sql").read_text("utf-8"), UNDO)],
        ),
        ProtectTable("auditevent", nullable_client=True, internal=True, grants="SELECT"),
        ProtectTable("auditlink", nullable_client=True, grants="SELECT"),
        ProtectTable("audithead", nullable_client=True, grants="SELECT"),
        ProtectTable("auditanchor", nullable_client=True, grants="SELECT"),
        migrations.RunSQL((SQL / "0001_functions.sql").read_text("utf-8"), migrations.RunSQL.noop),
    ]
