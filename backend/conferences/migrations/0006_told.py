"""What people were told of time and place is kept by SEQUENCE."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import backend.core.ids
from backend.core.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only"), ("conferences", "0005_programme_guards")]
    operations = [
        migrations.CreateModel(
            name="TimeAndPlace",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                (
                    "called_off",
                    models.CharField(
                        blank=True,
                        choices=[("", ""), ("postponed", "hoãn"), ("cancelled", "huỷ")],
                        default="",
                        max_length=12,
                    ),
                ),
                ("day", models.DateField(null=True)),
                (
                    "day_part",
                    models.CharField(
                        blank=True,
                        choices=[("", ""), ("morning", "sáng"), ("afternoon", "chiều"), ("evening", "tối")],
                        max_length=12,
                    ),
                ),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("time_zone", models.CharField(max_length=40)),
                ("places", models.JSONField(default=list)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="told", to="conferences.conference"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("conference", "sequence"), name="a_sequence_says_one_time_and_place"
                    )
                ]
            },
        ),
        append_only("conferences_timeandplace"),
    ]
