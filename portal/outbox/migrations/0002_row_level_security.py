"""Put channels, preferences, messages and deliveries under row-level security, and the first two into the trail.

Beyond the usual policies: a person's channels and preferences are for that person, and for the portal's own work.
"""

from django.db import migrations

from portal.audit.operations import AuditTable
from portal.tenancy.operations import APP, IN_CLIENTS, PERSON, ProtectTable, SameOwnerForeignKey

CHANNEL, PREFERENCE = "outbox_channel", "outbox_preference"
NOBODY = "(SELECT current_setting('app.person', true)) = '00000000-0000-0000-0000-000000000000'"
# A client's person adds channels of their own, which belong to no client.
OF_CLIENT = f"({IN_CLIENTS.format(column='client_id')} OR (client_id IS NULL AND person_id = {PERSON}))"
OR_INTERNAL = f"({OF_CLIENT} OR (client_id IS NULL AND (SELECT app_internal())))"
OWN_CHANNELS = f"(person_id IS NULL OR person_id = {PERSON} OR {NOBODY})"
OWN_PREFERENCES = f"(user_id = {PERSON} OR {NOBODY})"
OWN = f"""
ALTER POLICY client_isolation ON {CHANNEL} USING ({OR_INTERNAL}) WITH CHECK ({OR_INTERNAL});
CREATE POLICY own_channels ON {CHANNEL} AS RESTRICTIVE TO {APP}
  USING ({OWN_CHANNELS}) WITH CHECK ({OWN_CHANNELS});
CREATE POLICY own_preferences ON {PREFERENCE} AS RESTRICTIVE TO {APP}
  USING ({OWN_PREFERENCES}) WITH CHECK ({OWN_PREFERENCES});
"""
UNDO = f"""
DROP POLICY own_channels ON {CHANNEL};
DROP POLICY own_preferences ON {PREFERENCE};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0001_initial"),
        ("tenancy", "0002_row_level_security"),
        ("audit", "0001_chain_of_events"),
    ]

    operations = [
        ProtectTable("channel", nullable_client=True, internal=True, grants="SELECT, INSERT, UPDATE"),
        ProtectTable("preference", client=None, grants="SELECT, INSERT, UPDATE"),
        ProtectTable("message", nullable_client=True, internal=True, grants="SELECT, INSERT"),
        ProtectTable("delivery", nullable_client=True, internal=True, grants="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(OWN, UNDO),
        SameOwnerForeignKey("channel", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("message", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("message", "channel_id", "outbox.Channel", client=False),
        SameOwnerForeignKey("delivery", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("delivery", "message_id", "outbox.Message", client=False),
        SameOwnerForeignKey("delivery", "channel_id", "outbox.Channel", client=False),
        AuditTable("channel", left_out=["tested_at", "failed_at", "last_failure"]),
        AuditTable("preference", left_out=["changed_at"]),
    ]
