"""Let an entry of the timeline carry a file of evidence, of its own client."""

import django.db.models.deletion
from django.db import migrations, models

from portal.tenancy.operations import SameOwnerForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0005_evidence_row_level_security"),
        ("response", "0004_plans_and_exercises"),
    ]

    operations = [
        migrations.AddField(
            model_name="timelineentry",
            name="evidence",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.evidencefile",
            ),
        ),
        SameOwnerForeignKey("timelineentry", "evidence_id", "documents.EvidenceFile"),
    ]
