"""Find the latest receipt of a reference, and those of the last minutes, without reading all of a source's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("response", "0005_timeline_evidence")]

    operations = [
        migrations.AddIndex(
            model_name="alertreceipt",
            index=models.Index(fields=["source", "reference", "-id"], name="alert_receipt_latest"),
        ),
        migrations.AddIndex(
            model_name="alertreceipt",
            index=models.Index(fields=["source", "received_at"], name="alert_receipt_by_time"),
        ),
        migrations.RemoveIndex(model_name="alertreceipt", name="alert_receipt_by_reference"),
    ]
