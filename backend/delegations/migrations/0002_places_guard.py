"""Nobody gets onto a unit's list beyond its places, however they are put there."""

from django.db import migrations

GUARD = """
CREATE FUNCTION delegations_keep_to_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  unit record;
BEGIN
  -- In order of the key: two statements that fill the same lists do not wait for each other in a circle.
  FOR unit IN
    SELECT d.id, d.list_id, d.quota - d.returned AS places FROM delegations_delegation d
    WHERE d.list_id IN (SELECT list_id FROM added WHERE state <> 'withdrawn') ORDER BY d.id FOR NO KEY UPDATE
  LOOP
    IF (SELECT count(*) FROM invitations_invitation i WHERE i.list_id = unit.list_id AND i.state <> 'withdrawn')
       > unit.places THEN
      RAISE EXCEPTION 'more people than places on the list of delegation %', unit.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'never_more_invited_than_places';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER never_more_invited_than_places AFTER INSERT ON invitations_invitation
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION delegations_keep_to_places();
"""
UNGUARD = """
DROP TRIGGER never_more_invited_than_places ON invitations_invitation;
DROP FUNCTION delegations_keep_to_places();
"""


class Migration(migrations.Migration):
    dependencies = [("delegations", "0001_initial"), ("invitations", "0005_substitutes")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
