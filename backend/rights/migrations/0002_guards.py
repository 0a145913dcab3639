import datetime as dt

from django.db import migrations

from backend.core.guards import append_only

#: Those that move with the moon, and the second day of National Day; the fixed ones are known by their date. Later years
#: are entered when the Government announces them.
HOLIDAYS = {
    **{dt.date(2026, 2, day): {"vi": "Tết Nguyên đán", "en": "Lunar New Year"} for day in range(16, 21)},
    dt.date(2026, 4, 27): {"vi": "Nghỉ bù Giỗ Tổ Hùng Vương", "en": "Hung Kings' Day (in lieu)"},
    dt.date(2026, 9, 1): {"vi": "Quốc khánh", "en": "National Day"},
}


def enter(apps, schema_editor):
    holidays = apps.get_model("rights", "PublicHoliday").objects
    for day, name in HOLIDAYS.items():
        holidays.create(day=day, name=name)


class Migration(migrations.Migration):
    """What was done about a request is never changed; what people wrote in it may be erased with them."""

    dependencies = [("core", "0003_erasing"), ("rights", "0001_initial")]
    operations = [
        append_only("rights_requestentry", erasable=("note",)),
        append_only("rights_correction", erasable=("before", "after")),
        append_only("rights_erasure"),
        migrations.RunPython(enter, migrations.RunPython.noop),
    ]
