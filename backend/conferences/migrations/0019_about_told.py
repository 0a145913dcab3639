"""What a conference that is called off was about is kept with what people were told of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conferences", "0018_last_slot")]
    operations = [
        migrations.AddField(model_name="timeandplace", name="about", field=models.JSONField(default=dict)),
    ]
