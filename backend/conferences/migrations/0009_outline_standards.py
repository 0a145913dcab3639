"""Standing parts cite standards, and standing items may be closed more strictly than the conferences drafted from them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conferences", "0008_release_counts")]
    operations = [
        migrations.AddField("outline", "standards", models.JSONField(blank=True, default=list)),
        migrations.AddField(
            "outlineitem",
            "confidentiality",
            models.CharField(
                blank=True,
                choices=[("public", "công khai"), ("internal", "nội bộ"), ("restricted", "hạn chế")],
                default="",
                max_length=12,
            ),
        ),
    ]
