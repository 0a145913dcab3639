"""Nor beyond its places by coming back: whose invitation was withdrawn with a cancelled conference finds the place taken
where somebody else was given it meanwhile."""

from django.db import migrations

GUARD = """
CREATE FUNCTION delegations_keep_to_places_on_return() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  unit record;
BEGIN
  FOR unit IN
    SELECT d.id, d.list_id, d.quota - d.returned AS places FROM delegations_delegation d
    WHERE d.list_id IN (
      SELECT n.list_id FROM after n JOIN before o USING (id) WHERE o.state = 'withdrawn' AND n.state <> 'withdrawn'
    ) ORDER BY d.id FOR NO KEY UPDATE
  LOOP
    IF (SELECT count(*) FROM invitations_invitation i WHERE i.list_id = unit.list_id AND i.state <> 'withdrawn')
       > unit.places THEN
      RAISE EXCEPTION 'more people than places on the list of delegation %', unit.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'never_more_invited_again_than_places';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER never_more_invited_again_than_places AFTER UPDATE ON invitations_invitation
  REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION delegations_keep_to_places_on_return();
"""
UNGUARD = """
DROP TRIGGER never_more_invited_again_than_places ON invitations_invitation;
DROP FUNCTION delegations_keep_to_places_on_return();
"""


class Migration(migrations.Migration):
    dependencies = [("delegations", "0002_places_guard")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
