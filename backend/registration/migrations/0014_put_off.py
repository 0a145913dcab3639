from importlib import import_module

from django.db import migrations

# As migration 0010, with what becomes of an offer when its conference is postponed.
BEFORE = import_module("backend.registration.migrations.0010_called_off")
MOVES, CALLED_OFF = BEFORE.MOVES, BEFORE.CALLED_OFF
PUT_OFF = (
    CALLED_OFF
    + """,
        ('offered', 'waiting')"""
)


class Migration(migrations.Migration):
    dependencies = [("registration", "0013_signup_lapsed")]
    operations = [migrations.RunSQL(MOVES.replace("{more}", PUT_OFF), MOVES.replace("{more}", CALLED_OFF))]
