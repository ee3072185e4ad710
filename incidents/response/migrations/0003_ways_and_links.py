"""What an update went by and what was wished, what a clock's time comes from, what an entry and an incident follow."""

import django.db.models.deletion
from django.db import migrations, models

import portal.lib.fields
from portal.tenancy.operations import SameOwnerForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("response", "0002_row_level_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="breachclock",
            name="basis",
            field=models.CharField(
                choices=[("law", "The law"), ("contract", "The contract"), ("target", "Our own target")],
                default="law",
                help_text="What its time comes from.",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                help_text="The incident that was over when its alert came back.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followers",
                to="response.incident",
            ),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="subject_id",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="subject_type",
            field=models.CharField(blank=True, help_text="The record it is about, if any.", max_length=60),
        ),
        migrations.AddField(
            model_name="update",
            name="on_preferred",
            field=models.BooleanField(
                blank=True,
                help_text="Empty: none was agreed.",
                null=True,
                verbose_name="told on the preferred channel",
            ),
        ),
        migrations.AddField(
            model_name="update",
            name="ways",
            field=portal.lib.fields.SafeListField(
                blank=True,
                default=list,
                help_text="The same as keys: email, slack, teams, sms, webhook, phone, in_person, portal, other.",
                max_items=50,
                max_length=200,
            ),
        ),
        migrations.AddField(
            model_name="update",
            name="wished",
            field=models.CharField(
                blank=True,
                choices=[
                    ("email", "E-mail"),
                    ("phone", "Telephone"),
                    ("sms", "Text message"),
                    ("slack", "Slack"),
                    ("teams", "Microsoft Teams"),
                    ("portal", "This portal"),
                    ("other", "Another one"),
                ],
                help_text="How the client wished to hear, as agreed at that time.",
                max_length=6,
                verbose_name="preferred channel",
            ),
        ),
        SameOwnerForeignKey("incident", "follows_id", "response.Incident"),
    ]
