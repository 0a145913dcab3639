from django.db import migrations

from backend.core.guards import append_only

AMENDMENTS = """
CREATE FUNCTION resolutions_amendment_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{updated_at,version}';
BEGIN
    IF OLD.state IN ('accepted', 'adopted') AND OLD.merged_in IS NULL THEN
        free := free || '{merged_in}'::text[];
    ELSIF OLD.state IN ('draft', 'submitted') THEN
        free := free || '{state,decided_how,decided_at,fell_to_id}'::text[];
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'an amendment stands as it was moved and decided: % refused', TG_OP
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'amendments_stand';
    END IF;
    IF NEW.state <> OLD.state AND EXISTS (
        SELECT FROM resolutions_poll p WHERE p.amendment_id = OLD.id AND p.state IN ('open', 'sealed', 'counted')
    ) THEN
        RAISE EXCEPTION 'this amendment is being voted on'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'amendments_stand_in_the_vote';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_amendment_stands BEFORE UPDATE OR DELETE ON resolutions_amendment
    FOR EACH ROW EXECUTE FUNCTION resolutions_amendment_stands();
"""
POLLS = """
CREATE FUNCTION resolutions_poll_subject_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND NEW.amendment_id IS DISTINCT FROM OLD.amendment_id THEN
        RAISE EXCEPTION 'a poll is on what it was opened on'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'poll_stands';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_poll_subject_stands BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW EXECUTE FUNCTION resolutions_poll_subject_stands();
"""
UNDO_POLLS = """
DROP TRIGGER resolutions_poll_subject_stands ON resolutions_poll;
DROP FUNCTION resolutions_poll_subject_stands();
"""
UNDO_AMENDMENTS = """
DROP TRIGGER resolutions_amendment_stands ON resolutions_amendment;
DROP FUNCTION resolutions_amendment_stands();
"""


class Migration(migrations.Migration):
    """What an amendment says never changes, nor does its outcome, nor its state while it is voted on; support is given
    once, and taking it back is all that happens to it."""

    dependencies = [("resolutions", "0006_amendments"), ("core", "0002_append_only")]
    operations = [
        append_only("resolutions_backing", "taken_back_at"),
        migrations.RunSQL(AMENDMENTS, UNDO_AMENDMENTS),
        migrations.RunSQL(POLLS, UNDO_POLLS),
    ]
