"""Why it was called off is kept with what people were told: letters about it say so also when it was reopened since."""

from django.db import migrations

import backend.core.text


class Migration(migrations.Migration):
    dependencies = [("conferences", "0016_programme_told")]
    operations = [
        migrations.AddField(
            model_name="timeandplace",
            name="reason",
            field=backend.core.text.LocalizedTextField(blank=True, default=dict),
        ),
    ]
