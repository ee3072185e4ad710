"""Let Today count and list what was put off without reading every open deadline."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deadlines", "0003_calendar_feed_token"),
        ("tenancy", "0004_holiday_calendar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True), ("snoozed_until__isnull", False)),
                fields=["practice", "snoozed_until", "id"],
                name="deadline_snoozed",
            ),
        ),
    ]
