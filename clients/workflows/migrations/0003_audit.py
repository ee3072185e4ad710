"""Put exports and proposals under audit. Of a definition, the trail keeps only that it changed; its hash is in clear."""

from django.db import migrations

from portal.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("workflows", "0002_row_level_security"), ("audit", "0001_chain_of_events")]

    operations = [
        AuditTable("workflowexport", hidden=["content", "facts"]),
        AuditTable("proposal"),
    ]
