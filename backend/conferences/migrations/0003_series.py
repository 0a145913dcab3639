"""Series plan ahead: what they are drafted from, where each conference stands in its series, and templates."""

import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

import backend.core.ids
import backend.core.text


def give_every_series_an_outline(apps, schema_editor):
    """Series that were known before have an empty one."""
    for series in apps.get_model("conferences", "Series").objects.filter(outline=None):
        series.outline = apps.get_model("conferences", "Outline").objects.create()
        series.save(update_fields=["outline"])
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the column could not be altered in this transaction


class Migration(migrations.Migration):
    dependencies = [("conferences", "0002_rooms"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ConferenceTemplate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("title", backend.core.text.LocalizedTextField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Outline",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("conference", "hội nghị"),
                            ("review", "hội nghị tổng kết"),
                            ("report", "hội nghị báo cáo, đánh giá"),
                            ("workshop", "hội thảo"),
                            ("meeting", "cuộc họp"),
                            ("party_meeting", "họp Đảng ủy"),
                            ("study", "học tập, tập huấn"),
                        ],
                        default="meeting",
                        max_length=20,
                    ),
                ),
                (
                    "confidentiality",
                    models.CharField(
                        choices=[("public", "công khai"), ("internal", "nội bộ"), ("restricted", "hạn chế")],
                        default="public",
                        max_length=12,
                    ),
                ),
                ("topics", models.JSONField(blank=True, default=list)),
                ("legal_basis", models.JSONField(blank=True, default=list)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OutlineDuty",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("order", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("chair", "chủ trì"),
                            ("panel", "chủ trì phiên"),
                            ("secretary", "thư ký"),
                            ("teller", "kiểm phiếu"),
                            ("guest", "khách mời"),
                            ("consultant", "đơn vị tư vấn"),
                        ],
                        max_length=12,
                    ),
                ),
                ("office", backend.core.text.LocalizedTextField(blank=True, default=dict)),
                ("group", backend.core.text.LocalizedTextField(blank=True, default=dict)),
            ],
            options={
                "ordering": ["order"],
            },
        ),
        migrations.CreateModel(
            name="OutlineItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("order", models.PositiveSmallIntegerField()),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("opening", "Khai mạc"),
                            ("report", "Báo cáo"),
                            ("paper", "Tham luận"),
                            ("discussion", "Thảo luận, hỏi đáp"),
                            ("direction", "Phát biểu chỉ đạo"),
                            ("reply", "Đáp từ"),
                            ("vote", "Biểu quyết"),
                            ("closing", "Kết luận, bế mạc"),
                        ],
                        max_length=12,
                    ),
                ),
                ("title", backend.core.text.LocalizedTextField()),
                ("minutes_planned", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("carried_over", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["order"],
            },
        ),
        migrations.CreateModel(
            name="OutlineSite",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("order", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["order"],
            },
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="carried_over",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="open_points",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddField(
            model_name="conference",
            name="by_hand",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddField(
            model_name="conference",
            name="recurrence_id",
            field=models.CharField(blank=True, default="", editable=False, max_length=19),
        ),
        migrations.AddField(
            model_name="conference",
            name="slot",
            field=models.CharField(editable=False, max_length=19, null=True),
        ),
        migrations.AddField(
            model_name="series",
            name="added",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="series",
            name="announces",
            field=models.BooleanField(default=False, help_text="Whether new occurrences are announced at once."),
        ),
        migrations.AddField(
            model_name="series",
            name="continues",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="continued_by",
                to="conferences.series",
            ),
        ),
        migrations.AddField(
            model_name="series",
            name="day_part",
            field=models.CharField(
                blank=True,
                choices=[("", ""), ("morning", "sáng"), ("afternoon", "chiều"), ("evening", "tối")],
                default="",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="series",
            name="horizon_days",
            field=models.PositiveSmallIntegerField(default=90),
        ),
        migrations.AddField(
            model_name="series",
            name="left_out",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="series",
            name="minutes",
            field=models.PositiveSmallIntegerField(blank=True, help_text="How long each one lasts.", null=True),
        ),
        migrations.AddField(
            model_name="series",
            name="complete_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="series",
            name="start_time",
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="series",
            name="starts_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="series",
            name="time_zone",
            field=models.CharField(default="Asia/Ho_Chi_Minh", max_length=40),
        ),
        migrations.AlterField(
            model_name="series",
            name="rule",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddConstraint(
            model_name="conference",
            constraint=models.UniqueConstraint(
                condition=models.Q(("recurrence_id", ""), _negated=True),
                fields=("series", "recurrence_id"),
                name="an_occurrence_is_planned_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="conference",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("series", "slot"),
                name="a_slot_is_filled_once",
            ),
        ),
        migrations.AddField(
            model_name="conferencetemplate",
            name="organisation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.organisation"),
        ),
        migrations.AddField(
            model_name="conferencetemplate",
            name="outline",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="template", to="conferences.outline"
            ),
        ),
        migrations.AddField(
            model_name="series",
            name="outline",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="series", to="conferences.outline"
            ),
        ),
        migrations.RunPython(give_every_series_an_outline, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="series",
            name="outline",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="series", to="conferences.outline"
            ),
        ),
        migrations.AddField(
            model_name="outlineduty",
            name="organisation",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="people.organisation"
            ),
        ),
        migrations.AddField(
            model_name="outlineduty",
            name="outline",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="duties", to="conferences.outline"
            ),
        ),
        migrations.AddField(
            model_name="outlineduty",
            name="person",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="outlineitem",
            name="outline",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="agenda", to="conferences.outline"
            ),
        ),
        migrations.AddField(
            model_name="outlinesite",
            name="outline",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sites", to="conferences.outline"
            ),
        ),
        migrations.AddField(
            model_name="outlinesite",
            name="room",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="conferences.room"
            ),
        ),
        migrations.AddField(
            model_name="outlinesite",
            name="venue",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="conferences.venue"),
        ),
        migrations.AddConstraint(
            model_name="outlineduty",
            constraint=models.UniqueConstraint(fields=("outline", "order"), name="one_outline_duty_per_order"),
        ),
        migrations.AddConstraint(
            model_name="outlineduty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person__isnull", False),
                    ("organisation__isnull", False),
                    models.Q(("office", {}), _negated=True),
                    models.Q(("group", {}), _negated=True),
                    _connector="OR",
                ),
                name="an_outline_duty_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="outlineitem",
            constraint=models.UniqueConstraint(fields=("outline", "order"), name="one_outline_item_per_order"),
        ),
        migrations.AddConstraint(
            model_name="outlinesite",
            constraint=models.UniqueConstraint(fields=("outline", "order"), name="one_outline_site_per_order"),
        ),
    ]
