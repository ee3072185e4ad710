"""Lists over all clients can be sorted by client without reading every row of the practice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_row_level_security")]

    operations = [
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["practice", "name"], name="client_by_name"),
        ),
    ]
