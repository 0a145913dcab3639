"""What is called off keeps its working programme as people knew it, if nothing was released of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conferences", "0015_title_told")]
    operations = [
        migrations.AddField(model_name="timeandplace", name="programme", field=models.JSONField(null=True)),
    ]
