"""Put snapshots and waivers under row-level security, and waivers into the audit trail.

Snapshots are not audited: they are worked out every day from records that are, and would only say it twice.
"""

from django.db import migrations

from portal.audit.operations import AuditTable
from portal.tenancy.operations import ProtectTable, SameOwnerForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("posture", "0001_initial"),
        ("tenancy", "0002_row_level_security"),
        ("audit", "0001_chain_of_events"),
    ]

    operations = [
        ProtectTable("snapshot", internal=True, grants="SELECT, INSERT, UPDATE"),
        ProtectTable("waiver", internal=True, grants="SELECT, INSERT, UPDATE"),
        SameOwnerForeignKey("snapshot", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("waiver", "client_id", "tenancy.Client", client=False),
        AuditTable("waiver", label="control_id"),
    ]
