"""Versions of a response plan: offered, approved with what they said, superseded. Exercises that tried it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.fields
from portal.audit.operations import AuditTable
from portal.tenancy.operations import ProtectTable, SameOwnerForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_audit"),
        ("response", "0003_ways_and_links"),
        ("tenancy", "0004_holiday_calendar"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Exercise",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "internal",
                    models.BooleanField(
                        default=False,
                        help_text="Only people of the practice see this entry.",
                        verbose_name="internal note",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("held_on", models.DateField()),
                ("title", portal.lib.fields.SafeCharField(max_length=200, verbose_name="scenario")),
                (
                    "severity",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("SEV1", "SEV1 Critical"),
                            ("SEV2", "SEV2 High"),
                            ("SEV3", "SEV3 Medium"),
                            ("SEV4", "SEV4 Low"),
                        ],
                        max_length=4,
                    ),
                ),
                (
                    "participants",
                    portal.lib.fields.SafeCharField(max_length=500, verbose_name="who took part"),
                ),
                ("learnt", portal.lib.fields.SafeTextField(max_length=4000, verbose_name="what was learnt")),
                ("evidence", portal.lib.fields.SafeCharField(blank=True, max_length=500)),
                ("clocks", portal.lib.fields.SafeJSONField(blank=True, default=list)),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="responseplan",
            name="approval_note",
            field=portal.lib.fields.SafeCharField(
                blank=True, max_length=500, verbose_name="note on the approval"
            ),
        ),
        migrations.AddField(
            model_name="responseplan",
            name="approved_as",
            field=portal.lib.fields.SafeCharField(
                blank=True, max_length=120, verbose_name="approved in the name of"
            ),
        ),
        migrations.AddField(
            model_name="responseplan",
            name="changes",
            field=portal.lib.fields.SafeCharField(blank=True, max_length=500, verbose_name="what is new"),
        ),
        migrations.AddField(
            model_name="responseplan",
            name="jurisdictions",
            field=portal.lib.fields.SafeListField(
                blank=True,
                default=list,
                help_text="Codes of regulations.yaml: GB, EU, US-CA …",
                max_items=50,
                max_length=200,
            ),
        ),
        migrations.AddField(
            model_name="responseplan",
            name="offered_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="offered for approval"),
        ),
        migrations.AddField(
            model_name="responseplan",
            name="offered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="responseplan",
            name="our_role",
            field=models.CharField(
                choices=[
                    ("processor", "Processor: the client decides"),
                    ("controller", "Controller: we decide"),
                    ("both", "Both"),
                ],
                default="processor",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="responseplan",
            name="revision",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="responseplan",
            name="snapshot",
            field=portal.lib.fields.SafeJSONField(
                blank=True, default=dict, verbose_name="as it was approved"
            ),
        ),
        migrations.AddField(
            model_name="responseplan",
            name="superseded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="responseplan",
            name="written_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="responseplan",
            constraint=models.UniqueConstraint(
                fields=("practice", "client", "id"), name="response_plan_target"
            ),
        ),
        migrations.AddConstraint(
            model_name="responseplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved_at__isnull", True)),
                fields=("practice", "client"),
                name="response_plan_one_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="responseplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved_at__isnull", False), ("superseded_at__isnull", True)),
                fields=("practice", "client"),
                name="response_plan_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="responseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_at__isnull", True),
                        ("approved_by__isnull", True),
                        ("superseded_at__isnull", True),
                    ),
                    models.Q(
                        ("approved_at__isnull", False), ("approved_by__isnull", False), ("internal", False)
                    ),
                    _connector="OR",
                ),
                name="response_plan_approved_by_somebody",
            ),
        ),
        migrations.AddField(
            model_name="exercise",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.client"
            ),
        ),
        migrations.AddField(
            model_name="exercise",
            name="incident",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exercises",
                to="response.incident",
            ),
        ),
        migrations.AddField(
            model_name="exercise",
            name="plan",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exercises",
                to="response.responseplan",
            ),
        ),
        migrations.AddField(
            model_name="exercise",
            name="practice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.practice"
            ),
        ),
        migrations.AddField(
            model_name="exercise",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="exercise",
            index=models.Index(fields=["practice", "client", "-held_on", "-id"], name="exercise_newest"),
        ),
        migrations.AddConstraint(
            model_name="exercise",
            constraint=models.UniqueConstraint(fields=("practice", "incident"), name="exercise_once_a_drill"),
        ),
        migrations.AddConstraint(
            model_name="exercise",
            constraint=models.CheckConstraint(
                condition=models.Q(("internal", True)), name="exercise_is_internal"
            ),
        ),
        migrations.AddConstraint(
            model_name="exercise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("incident__isnull", False), models.Q(("evidence", ""), _negated=True), _connector="OR"
                ),
                name="exercise_elsewhere_has_evidence",
            ),
        ),
        ProtectTable("exercise", internal=True, grants="SELECT, INSERT"),
        SameOwnerForeignKey("exercise", "client_id", "tenancy.Client", client=False),
        SameOwnerForeignKey("exercise", "incident_id", "response.Incident"),
        SameOwnerForeignKey("exercise", "plan_id", "response.ResponsePlan"),
        AuditTable("exercise"),
        AuditTable("responseplan", again=True),
    ]
