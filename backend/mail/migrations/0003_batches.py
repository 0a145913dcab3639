import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import backend.core.ids

KEPT = """
CREATE FUNCTION mail_outgoingmail_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.digest := encode(sha256(NEW.raw), 'hex');
    ELSIF NEW.raw IS DISTINCT FROM OLD.raw OR NEW.digest IS DISTINCT FROM OLD.digest THEN
        RAISE EXCEPTION 'a mail is kept as it was written'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'mail_outgoingmail_kept';
    END IF;
    RETURN NEW;
END
$$;
UPDATE mail_outgoingmail SET digest = encode(sha256(raw), 'hex');
CREATE TRIGGER mail_outgoingmail_kept BEFORE INSERT OR UPDATE OF raw, digest ON mail_outgoingmail
    FOR EACH ROW EXECUTE FUNCTION mail_outgoingmail_kept();
"""
NOT_KEPT = "DROP TRIGGER mail_outgoingmail_kept ON mail_outgoingmail; DROP FUNCTION mail_outgoingmail_kept();"


class Migration(migrations.Migration):
    dependencies = [("mail", "0002_inbound")]

    operations = [
        migrations.CreateModel(
            name="MailBatch",
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
                ("purpose", models.CharField(max_length=40)),
                ("subject_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("conference_id", models.UUIDField(null=True)),
                ("organisation_id", models.UUIDField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "đang gửi"), ("paused", "tạm dừng"), ("aborted", "đã dừng hẳn")],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "aborted"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="an_aborted_batch_says_why",
                    ),
                    models.UniqueConstraint(
                        fields=["subject_id", "purpose", "number"], name="one_mail_batch_per_subject_purpose_number"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("key", models.CharField(max_length=270, primary_key=True, serialize=False)),
                ("booked_until", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="digest",
            field=models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="batch",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="mails", to="mail.mailbatch"
            ),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="domain",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.text.Lower(
                    models.Func("recipient", models.Value("@"), models.Value(-1), function="split_part")
                ),
                output_field=models.CharField(max_length=254),
            ),
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.RemoveIndex(model_name="outgoingmail", name="mail_due"),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("batch__isnull", True), ("state", "queued")),
                fields=["due_at"],
                name="urgent_mail_due",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("batch__isnull", False), ("state", "queued")),
                fields=["due_at"],
                name="bulk_mail_due",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail", index=models.Index(fields=["batch", "state"], name="mail_by_batch")
        ),
    ]
