"""Put invitations under row-level security and audit, and keep them within their practice.

An invitation to the practice has no client, and only people of the practice may see it. One to a client's people is
also for that client's administrator, whose scope holds that client alone.
"""

from django.db import migrations

from portal.audit.operations import AuditTable
from portal.tenancy.operations import ProtectTable, SameOwnerForeignKey


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_invitations_and_links"), ("audit", "0001_chain_of_events")]

    operations = [
        ProtectTable("invitation", nullable_client=True, grants="SELECT, INSERT, UPDATE"),
        SameOwnerForeignKey("invitation", "client_id", "tenancy.Client", client=False),
        AuditTable("invitation", hidden=["token_hash"], tokenised=["email"]),
    ]
