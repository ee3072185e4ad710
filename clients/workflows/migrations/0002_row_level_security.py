"""Put exports and proposals under row-level security and keep their links within one client."""

from django.db import migrations

from portal.tenancy.operations import ProtectTable, SameOwnerForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0001_initial"),
        ("registers", "0002_row_level_security"),
        ("tenancy", "0002_row_level_security"),
    ]

    operations = [
        ProtectTable("workflowexport", internal=True),
        ProtectTable("proposal", internal=True),
        SameOwnerForeignKey("workflowexport", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("proposal", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("workflowexport", "workflow_id", "registers.Workflow"),
        SameOwnerForeignKey("proposal", "export_id", "workflows.WorkflowExport"),
        SameOwnerForeignKey("proposal", "parent_id", "workflows.Proposal"),
    ]
