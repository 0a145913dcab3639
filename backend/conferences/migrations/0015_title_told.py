"""What people were told of a conference is kept with what it was called then, and who held it."""

import django.contrib.postgres.fields
from django.db import migrations, models

import backend.core.text


class Migration(migrations.Migration):
    dependencies = [("conferences", "0014_item_sequence")]
    operations = [
        migrations.AddField(
            model_name="timeandplace",
            name="title",
            field=backend.core.text.LocalizedTextField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="timeandplace",
            name="organisers",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
        ),
    ]
