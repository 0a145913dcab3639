import django.db.models.deletion
from django.db import migrations, models

import backend.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("conferences", "0011_series_sequence"),
        ("people", "0002_alternate_email"),
        ("questions", "0002_guards"),
        ("registration", "0005_the_door"),
    ]

    operations = [
        migrations.AddField(
            model_name="seatlimit",
            name="from_site",
            field=models.BooleanField(default=False, help_text="It follows the site's own capacity."),
        ),
        migrations.CreateModel(
            name="Signup",
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
                ("who", models.CharField(max_length=64)),
                ("language", models.CharField(max_length=5)),
                (
                    "said",
                    models.JSONField(
                        help_text="Name, salutation, address and number as written; empty once confirmed."
                    ),
                ),
                ("answers", models.JSONField(default=dict)),
                ("link_round", models.PositiveSmallIntegerField(default=0)),
                ("expires_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="signups", to="conferences.conference"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="people.organisation"),
                ),
                (
                    "questionnaire",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="questions.questionnaire"
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signups",
                        to="registration.registration",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="conferences.site"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("confirmed_at__isnull", True)), fields=["expires_at"], name="signups_by_end"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", True)),
                        fields=("conference", "who"),
                        name="one_open_signup_each",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("registration__isnull", True)),
                            models.Q(
                                ("answers", {}),
                                ("confirmed_at__isnull", False),
                                ("registration__isnull", False),
                                ("said", {}),
                            ),
                            _connector="OR",
                        ),
                        name="a_confirmed_signup_is_a_registration",
                    ),
                ],
            },
        ),
    ]
