import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import backend.core.ids
from backend.core.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_append_only"),
        ("registration", "0007_badges"),
    ]

    operations = [
        migrations.CreateModel(
            name="SeatReminder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("moment", models.DateTimeField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="registration.registration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("registration", "moment"), name="one_seat_reminder_of_each_moment")
                ],
            },
        ),
        append_only("registration_seatreminder"),
    ]
