from django.db import migrations

from backend.core.guards import append_only

NUMBERS = """
CREATE FUNCTION documents_numbers_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.series_id = OLD.series_id AND NEW.number = OLD.number THEN
        IF NEW.document_id IS NOT DISTINCT FROM OLD.document_id AND NEW.gap_reason = OLD.gap_reason THEN
            RETURN NEW;
        END IF;
        IF OLD.document_id IS NOT NULL AND NEW.document_id IS NULL AND NOT EXISTS (
            SELECT FROM documents_documentfile f WHERE f.document_id = OLD.document_id AND NOT f.draft
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an official number stands once given: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'official_numbers_stand';
END
$$;
CREATE TRIGGER documents_officialnumber_stands BEFORE UPDATE OR DELETE ON documents_officialnumber
    FOR EACH ROW EXECUTE FUNCTION documents_numbers_stand();
CREATE TRIGGER documents_officialnumber_never_truncated BEFORE TRUNCATE ON documents_officialnumber
    FOR EACH STATEMENT EXECUTE FUNCTION documents_numbers_stand();
"""
UNDO = """
DROP TRIGGER documents_officialnumber_stands ON documents_officialnumber;
DROP TRIGGER documents_officialnumber_never_truncated ON documents_officialnumber;
DROP FUNCTION documents_numbers_stand();
"""


class Migration(migrations.Migration):
    """Filed bytes never change; a number given can only become an explained gap, and not once its document is issued."""

    dependencies = [("documents", "0001_initial"), ("core", "0002_append_only")]
    operations = [append_only("documents_documentfile"), migrations.RunSQL(NUMBERS, UNDO)]
