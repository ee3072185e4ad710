"""Put files and documents into the audit trail; of their contents it keeps only that they changed."""

from django.db import migrations

from portal.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_row_level_security"), ("audit", "0001_chain_of_events")]

    operations = [
        AuditTable("storedfile", hidden=["content"]),
        AuditTable("document", hidden=["data"], tokenised=["addressee"], label="number"),
    ]
