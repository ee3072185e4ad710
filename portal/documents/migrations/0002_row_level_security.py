"""Put files, documents and numbers under row-level security. Issued fingerprints can be added and read, no more."""

from django.db import migrations

from portal.tenancy.operations import APP, SYSTEM, ProtectTable, SameOwnerForeignKey

ISSUED = "documents_documentfingerprint"
INSERT_ONLY = f"""
REVOKE ALL ON {ISSUED} FROM {APP}, {SYSTEM};
GRANT SELECT, INSERT ON {ISSUED} TO {APP};
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("tenancy", "0002_row_level_security")]

    operations = [
        ProtectTable("storedfile", internal=True, grants="SELECT, INSERT"),
        ProtectTable("document", internal=True, grants="SELECT, INSERT, UPDATE"),
        ProtectTable("documentnumber", client=None, grants="SELECT, INSERT, UPDATE"),
        SameOwnerForeignKey("storedfile", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("document", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("document", "file_id", "documents.StoredFile"),
        migrations.RunSQL(INSERT_ONLY, migrations.RunSQL.noop),
    ]
