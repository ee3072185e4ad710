"""Put what was agreed with clients under row-level security, and into the audit trail.

Names of contacts are tokens in the trail; their addresses and numbers never enter it.
"""

from django.db import migrations

from portal.audit.operations import AuditTable
from portal.tenancy.operations import ProtectTable, SameOwnerForeignKey

GRANTS = "SELECT, INSERT, UPDATE"


class Migration(migrations.Migration):
    dependencies = [
        ("engagements", "0001_initial"),
        ("registers", "0003_audit"),
        ("tenancy", "0002_row_level_security"),
        ("audit", "0001_chain_of_events"),
    ]

    operations = [
        ProtectTable("supportscope", internal=True, grants=GRANTS),
        ProtectTable("contact", internal=True, grants=GRANTS),
        ProtectTable("accessreview", internal=True, grants=GRANTS),
        ProtectTable("accessreviewitem", internal=True, grants=GRANTS),
        SameOwnerForeignKey("supportscope", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("contact", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("accessreview", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("accessreviewitem", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("accessreviewitem", "review_id", "engagements.AccessReview"),
        SameOwnerForeignKey("accessreviewitem", "credential_id", "registers.Credential"),
        AuditTable("supportscope", tokenised=["agreed_with"], label="tier"),
        AuditTable("contact", tokenised=["name"], hidden=["email", "phone"], label="role"),
        AuditTable("accessreview", label=""),
        AuditTable("accessreviewitem", label=""),
    ]
