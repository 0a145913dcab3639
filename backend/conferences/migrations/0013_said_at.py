"""When anything that calendars say of a conference was last written."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("conferences", "0012_photo_notices")]
    operations = [
        migrations.AddField(
            model_name="conference",
            name="said_at",
            field=models.DateTimeField(db_default=Now(), editable=False),
        ),
        migrations.RunSQL("UPDATE conferences_conference SET said_at = updated_at", migrations.RunSQL.noop),
    ]
