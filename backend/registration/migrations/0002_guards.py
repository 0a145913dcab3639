from django.db import migrations

from backend.core.guards import append_only

# The log of who came in and went out is what quorums are counted from: nothing in it may change.
# The other guards are constraints of the models: never_over_capacity, one_live_registration_per_person, one_turn_each.


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only"), ("registration", "0001_initial")]
    operations = [append_only("registration_presence")]
