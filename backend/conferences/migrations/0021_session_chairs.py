"""Whoever chairs one session is its panel, and no chair of the conference; duties in a point go with it."""

import django.db.models.deletion
from django.db import migrations, models

TO_PANELS = """
DELETE FROM conferences_duty chair USING conferences_duty panel
 WHERE chair.kind = 'chair' AND panel.kind = 'panel'
   AND chair.person_id = panel.person_id AND chair.agenda_item_id = panel.agenda_item_id;
UPDATE conferences_duty SET kind = 'panel' WHERE kind = 'chair' AND agenda_item_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("conferences", "0020_release_rooms")]
    operations = [
        migrations.RunSQL(TO_PANELS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "chair"), _negated=True) | models.Q(("agenda_item", None)),
                name="a_chair_is_of_the_whole",
            ),
        ),
        migrations.AlterField(
            model_name="duty",
            name="agenda_item",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="conferences.agendaitem"
            ),
        ),
    ]
