from django.db import migrations

from backend.core.guards import append_only

TEXTS = """
CREATE FUNCTION resolutions_text_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state IN ('adopted', 'rejected', 'withdrawn', 'referred', 'issued') AND (
        TG_OP = 'DELETE'
        OR to_jsonb(NEW) - '{state,agenda_item_id,updated_at,version}'::text[]
            <> to_jsonb(OLD) - '{state,agenda_item_id,updated_at,version}'::text[]
        OR (NEW.state <> OLD.state AND NOT (OLD.state = 'adopted' AND NEW.state = 'issued'))
    ) THEN
        RAISE EXCEPTION 'a decided resolution stands: % refused', TG_OP
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'decided_resolutions_stand';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.title, NEW.preamble, NEW.clauses) IS DISTINCT FROM (OLD.title, OLD.preamble, OLD.clauses)
        AND (OLD.state = 'voting' OR EXISTS (
            SELECT FROM resolutions_poll p
            WHERE p.resolution_id = OLD.id AND p.state IN ('open', 'sealed', 'counted')
        ))
    THEN
        RAISE EXCEPTION 'this text is being voted on'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'texts_stand_in_the_vote';
    END IF;
    IF NEW.state = 'issued' AND NOT EXISTS (
        SELECT FROM resolutions_promulgation p
        JOIN documents_officialnumber n ON n.document_id = p.document_id
        JOIN documents_documentfile f ON f.document_id = p.document_id AND NOT f.draft
        WHERE p.resolution_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'an issued resolution has its number and its pages'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'issued_resolutions_are_on_file';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_resolution_stands BEFORE INSERT OR UPDATE OR DELETE ON resolutions_resolution
    FOR EACH ROW EXECUTE FUNCTION resolutions_text_stands();
"""
UNDO_TEXTS = """
DROP TRIGGER resolutions_resolution_stands ON resolutions_resolution;
DROP FUNCTION resolutions_text_stands();
"""


class Migration(migrations.Migration):
    """Versions and what was issued are never changed; nor is a decided text, nor one that is being voted on, even by
    hand; and no resolution is issued without its number and its pages."""

    dependencies = [
        ("resolutions", "0004_clauses_have_ids"),
        ("documents", "0002_guards"),
        ("core", "0002_append_only"),
    ]
    operations = [
        append_only("resolutions_textversion"),
        append_only("resolutions_promulgation"),
        migrations.RunSQL(TEXTS, UNDO_TEXTS),
    ]
