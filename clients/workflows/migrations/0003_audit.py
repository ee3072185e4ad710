"""Put exports and proposals under audit. The trail shows a definition's hash, never the definition."""

from django.db import migrations

from portal.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("workflows", "0002_row_level_security"), ("audit", "0001_chain_of_events")]

    operations = [
        AuditTable("workflowexport", hidden=["content", "facts"]),
        AuditTable("proposal"),
    ]
