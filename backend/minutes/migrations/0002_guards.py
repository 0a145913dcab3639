from django.db import migrations

SEAL = """
CREATE FUNCTION minutes_approved_are_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'TRUNCATE' AND OLD.state <> 'approved' THEN
        IF TG_OP = 'UPDATE' THEN
            RETURN NEW;
        END IF;
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'approved minutes are immutable: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'approved_minutes_are_sealed';
END
$$;
CREATE TRIGGER minutes_minutes_sealed BEFORE UPDATE OR DELETE ON minutes_minutes
    FOR EACH ROW EXECUTE FUNCTION minutes_approved_are_sealed();
CREATE TRIGGER minutes_minutes_never_truncated BEFORE TRUNCATE ON minutes_minutes
    FOR EACH STATEMENT EXECUTE FUNCTION minutes_approved_are_sealed();
"""
UNDO = """
DROP TRIGGER minutes_minutes_sealed ON minutes_minutes;
DROP TRIGGER minutes_minutes_never_truncated ON minutes_minutes;
DROP FUNCTION minutes_approved_are_sealed();
"""


class Migration(migrations.Migration):
    """Approved minutes never change: text, head, document, hash and approval alike. Their number is guarded with the
    register (documents 0002), since their document is issued."""

    dependencies = [("minutes", "0001_initial")]
    operations = [migrations.RunSQL(SEAL, UNDO)]
