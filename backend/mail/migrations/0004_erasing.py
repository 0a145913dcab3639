from django.db import migrations

KEPT = """
CREATE OR REPLACE FUNCTION mail_outgoingmail_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.digest := encode(sha256(NEW.raw), 'hex');
    ELSIF current_setting('plenum.erasing', true) = 'on'
        AND length(NEW.raw) = 0 AND NEW.digest = OLD.digest AND NEW.state <> 'queued'
    THEN
        RETURN NEW;
    ELSIF NEW.raw IS DISTINCT FROM OLD.raw OR NEW.digest IS DISTINCT FROM OLD.digest THEN
        RAISE EXCEPTION 'a mail is kept as it was written'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'mail_outgoingmail_kept';
    END IF;
    RETURN NEW;
END
$$
"""


class Migration(migrations.Migration):
    """The bytes of a mail that is settled may be emptied by backend.core.guards.erasing; its digest stays.

    The reverse keeps the function: nothing else has leave to erase."""

    dependencies = [("mail", "0003_batches"), ("core", "0003_erasing")]
    operations = [migrations.RunSQL(KEPT, migrations.RunSQL.noop)]
