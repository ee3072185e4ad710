"""Put evidence under row-level security and into the trail. Of a stored file, who may see it is all that changes."""

from django.db import migrations

from portal.audit.operations import AuditTable
from portal.tenancy.operations import APP, ProtectTable, SameOwnerForeignKey

SHOWN = f"GRANT UPDATE (internal) ON documents_storedfile TO {APP}"
NEVER = f"REVOKE UPDATE (internal) ON documents_storedfile FROM {APP}"


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0004_evidencefile"),
        ("tenancy", "0004_holiday_calendar"),
        ("audit", "0002_audit_tenancy"),
    ]

    operations = [
        ProtectTable("evidencefile", internal=True, grants="SELECT, INSERT, UPDATE"),
        SameOwnerForeignKey("evidencefile", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("evidencefile", "file_id", "documents.StoredFile"),
        AuditTable("evidencefile"),
        migrations.RunSQL(SHOWN, NEVER),
    ]
