"""Where a measure is tracked is for people of the practice alone: events of it say that it changed, not to what."""

from __future__ import annotations

from django.db import migrations

from portal.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("response", "0006_receipts_by_time")]

    operations = [AuditTable("measure", hidden=["tracking_url"], again=True)]
