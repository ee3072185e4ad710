"""Put every change of a register row into the audit trail.

Of a vault reference, and of an uploaded table, the trail keeps only that it changed.
"""

from django.db import migrations

from portal.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("registers", "0002_row_level_security"), ("audit", "0001_chain_of_events")]

    operations = [
        AuditTable("workflow"),
        AuditTable("integration"),
        AuditTable("credential", hidden=["storage_ref"]),
        AuditTable("subprocessor"),
        AuditTable("draftimport", hidden=["header", "rows"]),
    ]
