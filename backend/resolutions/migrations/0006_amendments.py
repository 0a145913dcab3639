import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import backend.core.ids
import backend.core.text


class Migration(migrations.Migration):
    """Amendments to clauses, who stands behind texts and amendments, and comments on clauses."""

    dependencies = [
        ("conferences", "0013_said_at"),
        ("people", "0003_data_officers"),
        ("resolutions", "0005_texts_stand"),
    ]

    operations = [
        migrations.CreateModel(
            name="Amendment",
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
                ("number", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("replace", "thay thế"),
                            ("insert_before", "bổ sung phía trước"),
                            ("insert_after", "bổ sung phía sau"),
                            ("delete", "bãi bỏ"),
                        ],
                        max_length=14,
                    ),
                ),
                ("target", models.CharField(max_length=32)),
                ("content", models.JSONField(default=dict)),
                ("reason", backend.core.text.LocalizedTextField(blank=True, default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "dự thảo"),
                            ("submitted", "đã trình"),
                            ("accepted", "được bên trình tiếp thu"),
                            ("adopted", "đã thông qua"),
                            ("rejected", "không được thông qua"),
                            ("withdrawn", "đã rút"),
                            ("fallen", "không còn đối tượng"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("decided_how", backend.core.text.LocalizedTextField(blank=True, default=dict)),
                ("decided_at", models.DateTimeField(null=True)),
                ("merged_in", models.PositiveSmallIntegerField(null=True)),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="conferences.conference",
                    ),
                ),
                (
                    "fell_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="resolutions.amendment",
                    ),
                ),
                (
                    "mover",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "resolution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="resolutions.resolution",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="poll",
            name="amendment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="polls",
                to="resolutions.amendment",
            ),
        ),
        migrations.CreateModel(
            name="Backing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.CharField(choices=[("sponsor", "đề xuất"), ("supporter", "ủng hộ")], max_length=10)),
                ("given_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "amendment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="backings",
                        to="resolutions.amendment",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "resolution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="backings",
                        to="resolutions.resolution",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
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
                ("clause", models.CharField(blank=True, max_length=32)),
                ("text", models.CharField(max_length=4000)),
                ("text_hash", models.CharField(max_length=64)),
                ("response", backend.core.text.LocalizedTextField(blank=True, default=dict)),
                ("responded_at", models.DateTimeField(null=True)),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="conferences.conference"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "resolution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="resolutions.resolution",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(
                fields=("resolution", "number"), name="amendments_to_a_text_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_in__isnull", True), ("state__in", ["accepted", "adopted"]), _connector="OR"
                ),
                name="only_what_was_carried_is_merged",
            ),
        ),
        migrations.AddConstraint(
            model_name="backing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amendment__isnull", True), ("resolution__isnull", False)),
                    models.Q(("amendment__isnull", False), ("resolution__isnull", True)),
                    _connector="OR",
                ),
                name="a_backing_is_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="backing",
            constraint=models.CheckConstraint(
                condition=models.Q(("person__isnull", False), ("organisation__isnull", False), _connector="OR"),
                name="a_backing_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="backing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False), ("taken_back_at", None)),
                fields=("resolution", "amendment", "person"),
                name="a_person_backs_a_thing_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="backing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person", None), ("taken_back_at", None)),
                fields=("resolution", "amendment", "organisation"),
                name="an_organisation_backs_a_thing_once",
                nulls_distinct=False,
            ),
        ),
    ]
