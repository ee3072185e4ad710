"""Put deadlines and what belongs to them under row-level security, and into the audit trail.

The columns in which the scan keeps its place are left out of the trail; reminders are a record of their own.
"""

from django.db import migrations

from portal.audit.operations import AuditTable
from portal.tenancy.operations import ProtectTable, SameOwnerForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("deadlines", "0001_initial"),
        ("tenancy", "0004_holiday_calendar"),
        ("audit", "0001_chain_of_events"),
    ]

    operations = [
        ProtectTable("deadline", internal=True, grants="SELECT, INSERT, UPDATE"),
        ProtectTable("reminder", internal=True, grants="SELECT, INSERT"),
        ProtectTable("policy", nullable_client=True),
        ProtectTable("absence", client=None, practice_only=True),
        ProtectTable("calendarfeed", nullable_client=True),
        SameOwnerForeignKey("deadline", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("reminder", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("reminder", "deadline_id", "deadlines.Deadline"),
        SameOwnerForeignKey("policy", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("calendarfeed", "client_id", "tenancy.Client", client=False),
        AuditTable("deadline", left_out=["next_step_at", "stepped_at"]),
        AuditTable("policy", label="kind"),
        AuditTable("absence"),
        AuditTable("calendarfeed", hidden=["token_hash", "read_at"], left_out=["read_at"]),
    ]
