"""Nobody's data are handed out, corrected or erased by a request that did not ask for it, was not granted, or of which it
is not known who asks; and no erasure counts as done that was not carried out."""

from django.db import migrations

GUARD = """
CREATE FUNCTION rights_was_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.request_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM rights_datarequest r WHERE r.id = NEW.request_id AND r.person_id = NEW.person_id
    AND r.kind = TG_ARGV[0] AND r.state = 'granted' AND r.identity = 'confirmed'
  ) THEN
    RAISE EXCEPTION 'request % did not ask for this, or was not granted', NEW.request_id
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_copy_was_granted BEFORE INSERT ON rights_personalexport
  FOR EACH ROW EXECUTE FUNCTION rights_was_granted('access');
CREATE TRIGGER a_correction_was_granted BEFORE INSERT ON rights_correction
  FOR EACH ROW EXECUTE FUNCTION rights_was_granted('correct');
CREATE TRIGGER an_erasure_was_granted BEFORE INSERT ON rights_erasure
  FOR EACH ROW EXECUTE FUNCTION rights_was_granted('erase');

CREATE FUNCTION rights_was_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM rights_erasure e WHERE e.person_id = NEW.person_id) THEN
    RAISE EXCEPTION 'request % is about somebody who was not erased', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER an_erasure_done_was_carried_out BEFORE UPDATE OF state ON rights_datarequest
  FOR EACH ROW WHEN (NEW.state = 'done' AND OLD.state <> 'done' AND NEW.kind = 'erase' AND NEW.person_id IS NOT NULL)
  EXECUTE FUNCTION rights_was_erased();
"""
UNGUARD = """
DROP TRIGGER an_erasure_done_was_carried_out ON rights_datarequest;
DROP FUNCTION rights_was_erased();
DROP TRIGGER an_erasure_was_granted ON rights_erasure;
DROP TRIGGER a_correction_was_granted ON rights_correction;
DROP TRIGGER a_copy_was_granted ON rights_personalexport;
DROP FUNCTION rights_was_granted();
"""


class Migration(migrations.Migration):
    dependencies = [("rights", "0002_guards")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
