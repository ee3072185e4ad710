"""Put the tenancy tables under row-level security and keep assignments within their practice."""

from django.db import migrations

from portal.tenancy.operations import DROP_FUNCTIONS, FUNCTIONS, ProtectTable, SameOwnerForeignKey


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        ProtectTable("practice", practice="id", client=None, grants="SELECT, INSERT, UPDATE"),
        ProtectTable("client", client="id", grants="SELECT, INSERT, UPDATE"),
        ProtectTable("member", client=None, own_user="user_id", grants="SELECT, INSERT, UPDATE"),
        ProtectTable("assignment", own_user="user_id", grants="SELECT, INSERT, UPDATE"),
        SameOwnerForeignKey("assignment", "client_id", "tenancy.Client", client=False),
    ]
