"""Put incidents and everything of them under row-level security, and into the audit trail.

Timeline, updates and receipts are only ever added to. The counter is a number of the practice, which every part of
it may raise.
"""

from django.db import migrations

from portal.audit.operations import AuditTable
from portal.tenancy.operations import ProtectTable, SameOwnerForeignKey

CHANGED, ADDED = "SELECT, INSERT, UPDATE", "SELECT, INSERT"
TABLES = {
    "incident": CHANGED,
    "responder": "SELECT, INSERT, UPDATE, DELETE",
    "incidentlink": "SELECT, INSERT, UPDATE, DELETE",
    "timelineentry": ADDED,
    "update": ADDED,
    "breachclock": CHANGED,
    "notice": CHANGED,
    "postmortem": CHANGED,
    "postmortemsection": CHANGED,
    "measure": CHANGED,
    "responseplan": CHANGED,
    "alertsource": CHANGED,
    "alertreceipt": ADDED,
}
OF_AN_INCIDENT = (
    "responder", "incidentlink", "timelineentry", "update", "breachclock", "notice", "postmortem", "measure",
    "alertreceipt",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("response", "0001_initial"),
        ("tenancy", "0004_holiday_calendar"),
        ("documents", "0002_row_level_security"),
        ("audit", "0001_chain_of_events"),
    ]

    operations = [
        *(ProtectTable(name, internal=True, grants=grants) for name, grants in TABLES.items()),
        ProtectTable("incidentcounter", client=None, grants=CHANGED),
        *(SameOwnerForeignKey(name, "client_id", "tenancy.Client", client=False) for name in TABLES),
        *(SameOwnerForeignKey(name, "incident_id", "response.Incident") for name in OF_AN_INCIDENT),
        SameOwnerForeignKey("timelineentry", "corrects_id", "response.TimelineEntry"),
        SameOwnerForeignKey("breachclock", "follows_id", "response.BreachClock"),
        SameOwnerForeignKey("notice", "clock_id", "response.BreachClock"),
        SameOwnerForeignKey("notice", "copy_id", "documents.StoredFile"),
        SameOwnerForeignKey("postmortem", "document_id", "documents.Document"),
        SameOwnerForeignKey("responseplan", "document_id", "documents.Document"),
        SameOwnerForeignKey("postmortemsection", "post_mortem_id", "response.PostMortem"),
        SameOwnerForeignKey("alertreceipt", "source_id", "response.AlertSource"),
        *(AuditTable(name) for name in TABLES if name not in ("alertsource", "alertreceipt")),
        AuditTable("alertsource", hidden=["secret", "previous_secret"], left_out=["last_at"]),
        AuditTable("alertreceipt", hidden=["context"]),
    ]
