import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import backend.core.ids
import backend.core.text


class Migration(migrations.Migration):
    """Texts with căn cứ, Điều, khoản and điểm, their versions, and what was issued."""

    dependencies = [
        ("conferences", "0013_said_at"),
        ("documents", "0004_erasing"),
        ("people", "0003_data_officers"),
        ("resolutions", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Procedure",
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
                ("resolution_support", models.PositiveSmallIntegerField(default=0)),
                ("amendment_support", models.PositiveSmallIntegerField(default=0)),
                (
                    "support_by",
                    models.CharField(
                        choices=[("people", "người"), ("organisations", "đơn vị")], default="people", max_length=14
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Promulgation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text_hash", models.CharField(max_length=64)),
                ("facts", models.JSONField()),
                ("issued_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="TextVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "source",
                    models.CharField(choices=[("written", "soạn thảo"), ("merged", "hợp nhất sửa đổi")], max_length=8),
                ),
                ("title", backend.core.text.LocalizedTextField()),
                ("preamble", models.JSONField(default=list)),
                ("clauses", models.JSONField(default=list)),
                ("hash", models.CharField(max_length=64)),
                (
                    "amendments",
                    models.JSONField(default=list, help_text="The numbers of the amendments merged into it."),
                ),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name="resolution",
            name="by_consensus",
            field=models.BooleanField(
                db_default=False, default=False, help_text="Objections were asked for and none was raised."
            ),
        ),
        migrations.AddField(
            model_name="resolution",
            name="chaired_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Who asked for objections.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="resolution",
            name="comments_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="resolution",
            name="preamble",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="resolution",
            name="referred_to",
            field=backend.core.text.LocalizedTextField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="resolution",
            name="referred_why",
            field=backend.core.text.LocalizedTextField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="resolution",
            name="shared_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="resolution",
            name="support_needed",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Who must stand behind it before it is tabled; null: as the conference has it.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="resolution",
            name="voting_order",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="resolution",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "dự thảo"),
                    ("tabled", "đã trình"),
                    ("voting", "đang biểu quyết"),
                    ("adopted", "đã thông qua"),
                    ("rejected", "không được thông qua"),
                    ("withdrawn", "đã rút"),
                    ("referred", "đã chuyển xem xét"),
                    ("issued", "đã ban hành"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("by_consensus", False),
                    models.Q(("chaired_by__isnull", False), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="consensus_was_asked_for_by_a_chair",
            ),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "referred"), _negated=True),
                    models.Q(
                        models.Q(("referred_to", {}), _negated=True), models.Q(("referred_why", {}), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="a_referral_says_to_whom_and_why",
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="conference",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="procedure", to="conferences.conference"
            ),
        ),
        migrations.AddField(
            model_name="promulgation",
            name="document",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"
            ),
        ),
        migrations.AddField(
            model_name="promulgation",
            name="resolution",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="promulgation", to="resolutions.resolution"
            ),
        ),
        migrations.AddField(
            model_name="promulgation",
            name="signer",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"),
        ),
        migrations.AddField(
            model_name="textversion",
            name="resolution",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="resolutions.resolution"
            ),
        ),
        migrations.AddConstraint(
            model_name="textversion",
            constraint=models.UniqueConstraint(fields=("resolution", "number"), name="versions_of_a_text_are_numbered"),
        ),
    ]
