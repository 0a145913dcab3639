"""A conference follows earlier ones: the links from it never lead back to it, also when two are written at once."""

from django.db import migrations

ONE_WAY = """
CREATE FUNCTION conferences_follow_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('conferences_conference.follows'));
    IF EXISTS (
        WITH RECURSIVE earlier (id, follows_id) AS (
            SELECT id, follows_id FROM conferences_conference WHERE id = NEW.follows_id
            UNION
            SELECT row.id, row.follows_id FROM conferences_conference row JOIN earlier ON row.id = earlier.follows_id
        )
        SELECT FROM earlier WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'a conference does not follow one that follows it'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'conferences_follow_one_way';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER conferences_follow_one_way AFTER INSERT OR UPDATE OF follows_id ON conferences_conference
    FOR EACH ROW WHEN (NEW.follows_id IS NOT NULL) EXECUTE FUNCTION conferences_follow_one_way();
"""
ANY_WAY = """
DROP TRIGGER conferences_follow_one_way ON conferences_conference;
DROP FUNCTION conferences_follow_one_way();
"""


class Migration(migrations.Migration):
    dependencies = [("conferences", "0009_outline_standards")]
    operations = [migrations.RunSQL(ONE_WAY, ANY_WAY)]
