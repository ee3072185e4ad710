"""Audit the tenancy's own tables. Accounts belong to no practice: what people do to theirs is recorded by actions."""

from django.db import migrations

from portal.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_chain_of_events")]

    operations = [
        AuditTable("tenancy.practice", practice="id", client=None),
        AuditTable("tenancy.client", client="id"),
        AuditTable("tenancy.member"),
        AuditTable("tenancy.assignment"),
    ]
