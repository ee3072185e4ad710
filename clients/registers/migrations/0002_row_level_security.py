"""Put the registers under row-level security and keep their links within one client. No row is ever deleted."""

from django.db import migrations

from portal.tenancy.operations import ProtectTable, SameOwnerForeignKey

REGISTERS = ("workflow", "integration", "credential", "subprocessor")


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial"), ("tenancy", "0002_row_level_security")]

    operations = [
        *[ProtectTable(model, internal=True, grants="SELECT, INSERT, UPDATE") for model in REGISTERS],
        ProtectTable("draftimport", internal=True),
        *[
            SameOwnerForeignKey(model, "client_id", "tenancy.Client", client=False)
            for model in (*REGISTERS, "draftimport")
        ],
        SameOwnerForeignKey("integration", "workflow_id", "registers.Workflow"),
        SameOwnerForeignKey("credential", "integration_id", "registers.Integration"),
    ]
