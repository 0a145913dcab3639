"""Rooms in depth: what stands in them, the minutes around each use, and agenda items with rooms of their own."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Deferrable

import backend.core.ids

EQUIPMENT = [
    ("projector", "máy chiếu"),
    ("screen", "màn hình"),
    ("microphone", "micrô"),
    ("loudspeakers", "loa"),
    ("video_link", "thiết bị họp trực tuyến"),
    ("recorder", "máy ghi âm, ghi hình"),
    ("interpreting", "thiết bị phiên dịch"),
    ("voting", "thiết bị biểu quyết"),
    ("computer", "máy tính"),
    ("printer", "máy in"),
    ("whiteboard", "bảng viết"),
    ("lectern", "bục phát biểu"),
    ("stage", "sân khấu"),
    ("step_free", "lối vào không bậc"),
]


def base() -> list[tuple[str, models.Field]]:
    """The columns every row of the house has."""
    own_id = models.UUIDField(
        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
    )
    return [
        ("id", own_id),
        ("created_at", models.DateTimeField(auto_now_add=True)),
        ("updated_at", models.DateTimeField(auto_now=True)),
        ("version", models.PositiveIntegerField(default=1, editable=False)),
    ]


class Migration(migrations.Migration):
    dependencies = [("conferences", "0001_initial")]
    operations = [
        migrations.AddField(
            "conference",
            "clash_policy",
            models.CharField(choices=[("warn", "cảnh báo"), ("refuse", "từ chối")], default="warn", max_length=6),
        ),
        migrations.AddField(
            "room",
            "equipment",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=EQUIPMENT, max_length=20), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField("room", "setup_minutes", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("room", "clearing_minutes", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("site", "setup_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddField("site", "clearing_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.CreateModel(
            "PortableEquipment",
            fields=[
                *base(),
                ("kind", models.CharField(choices=EQUIPMENT, max_length=20)),
                ("quantity", models.PositiveSmallIntegerField()),
                (
                    "venue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="portable", to="conferences.venue"
                    ),
                ),
            ],
            options={
                "ordering": ["kind"],
                "constraints": [
                    models.UniqueConstraint(fields=("venue", "kind"), name="portable_equipment_is_counted_once")
                ],
            },
        ),
        migrations.CreateModel(
            "EquipmentClaim",
            fields=[
                *base(),
                ("quantity", models.PositiveSmallIntegerField()),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField(null=True)),
                (
                    "portable",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="conferences.portableequipment",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="conferences.site"
                    ),
                ),
            ],
            options={
                "ordering": ["portable__kind"],
                "constraints": [models.UniqueConstraint(fields=("site", "portable"), name="a_site_claims_a_kind_once")],
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(fields=["portable", "during"], name="claims_by_time")
                ],
            },
        ),
        migrations.CreateModel(
            "AgendaRoom",
            fields=[
                *base(),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agenda_rooms",
                        to="conferences.conference",
                    ),
                ),
                (
                    "agenda_item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rooms", to="conferences.agendaitem"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="agenda_rooms", to="conferences.site"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="conferences.room"),
                ),
            ],
            options={
                "ordering": ["agenda_item__order", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("agenda_item", "room"), name="an_item_takes_a_room_once")
                ],
            },
        ),
        migrations.RemoveConstraint("roombooking", "no_room_booked_twice"),
        migrations.AddField(
            "roombooking",
            "agenda_room",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bookings",
                to="conferences.agendaroom",
            ),
        ),
        migrations.AddField(
            "roombooking", "taken", django.contrib.postgres.fields.ranges.DateTimeRangeField(null=True)
        ),
        # Until now rooms were held for exactly the time they were taken.
        migrations.RunSQL("UPDATE conferences_roombooking SET taken = during", migrations.RunSQL.noop),
        migrations.AlterField("roombooking", "taken", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
        migrations.AddConstraint(
            "roombooking",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="no_room_booked_twice",
                expressions=[("room", "="), ("during", "&&")],
                deferrable=Deferrable.IMMEDIATE,
            ),
        ),
        migrations.AddConstraint(
            "roombooking",
            models.CheckConstraint(
                condition=models.Q(("during__contains", models.F("taken"))), name="a_room_is_held_while_it_is_taken"
            ),
        ),
        migrations.AddConstraint(
            "roombooking",
            models.UniqueConstraint(
                fields=("site", "agenda_room"), name="one_booking_per_site_or_agenda_room", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            "roombooking",
            models.Index(
                "room",
                django.contrib.postgres.fields.ranges.RangeStartsWith("during"),
                name="bookings_by_room_and_start",
            ),
        ),
    ]
