"""When an agenda item ends is worked out with its start: a session may last as long as what it holds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conferences", "0006_told")]
    operations = [
        migrations.AddField(
            model_name="agendaitem", name="ends_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.RunSQL(
            "UPDATE conferences_agendaitem SET ends_at = starts_at + minutes_planned * interval '1 minute'"
            " WHERE starts_at IS NOT NULL AND minutes_planned > 0",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__isnull", True),
                    models.Q(("ends_at__gt", models.F("starts_at")), ("starts_at__isnull", False)),
                    _connector="OR",
                ),
                name="an_item_ends_after_it_starts",
            ),
        ),
    ]
