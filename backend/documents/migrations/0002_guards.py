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
ISSUED = """
CREATE FUNCTION documents_issued_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever files a version waits here for whoever is filing another one.
    PERFORM FROM documents_document d WHERE d.id = NEW.document_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM documents_documentfile f
        WHERE f.document_id = NEW.document_id AND NOT f.draft AND f.number <> NEW.number
    ) THEN
        RAISE EXCEPTION 'this document has been issued: no further version'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'issued_documents_are_final';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER documents_documentfile_final BEFORE INSERT ON documents_documentfile
    FOR EACH ROW EXECUTE FUNCTION documents_issued_is_final();
CREATE FUNCTION documents_issued_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.organisation_id, NEW.kind, NEW.title, NEW.conference_id)
        IS DISTINCT FROM (OLD.id, OLD.organisation_id, OLD.kind, OLD.title, OLD.conference_id)
        AND EXISTS (SELECT FROM documents_documentfile f WHERE f.document_id = OLD.id AND NOT f.draft)
    THEN
        RAISE EXCEPTION 'this document has been issued: what it is stands'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'issued_documents_stand';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER documents_document_stands BEFORE UPDATE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION documents_issued_stands();
"""
UNDO_ISSUED = """
DROP TRIGGER documents_documentfile_final ON documents_documentfile;
DROP FUNCTION documents_issued_is_final();
DROP TRIGGER documents_document_stands ON documents_document;
DROP FUNCTION documents_issued_stands();
"""
UNDO = """
DROP TRIGGER documents_officialnumber_stands ON documents_officialnumber;
DROP TRIGGER documents_officialnumber_never_truncated ON documents_officialnumber;
DROP FUNCTION documents_numbers_stand();
"""


class Migration(migrations.Migration):
    """Filed bytes never change; a number given can only become an explained gap, and not once its document is issued.
    An issued document gets no further version, and its kind, title and organisation stand."""

    dependencies = [("documents", "0001_initial"), ("core", "0002_append_only")]
    operations = [
        append_only("documents_documentfile"),
        migrations.RunSQL(NUMBERS, UNDO),
        migrations.RunSQL(ISSUED, UNDO_ISSUED),
    ]
