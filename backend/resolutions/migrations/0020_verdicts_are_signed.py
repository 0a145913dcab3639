from django.db import migrations, models

VERDICTS = """
CREATE FUNCTION resolutions_verdict_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.verdict_hash <> '' AND NEW.verdict_hash <> OLD.verdict_hash)
        OR (OLD.declared_signature <> '' AND NEW.declared_signature <> OLD.declared_signature)
        OR (OLD.declared_signature <> '' AND NEW.verdict IS DISTINCT FROM OLD.verdict)
    THEN
        RAISE EXCEPTION 'a verdict stands as it was signed'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'verdicts_stand';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_verdict_stands BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW EXECUTE FUNCTION resolutions_verdict_stands();
"""
UNDO_VERDICTS = """
DROP TRIGGER resolutions_verdict_stands ON resolutions_poll;
DROP FUNCTION resolutions_verdict_stands();
"""
ANSWERS = """
CREATE FUNCTION resolutions_answer_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.responded_at IS NOT NULL AND (NEW.response, NEW.responded_at) IS DISTINCT FROM (OLD.response, OLD.responded_at)
    THEN
        RAISE EXCEPTION 'a comment is answered once'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'comments_are_answered_once';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_answer_stands BEFORE UPDATE ON resolutions_comment
    FOR EACH ROW EXECUTE FUNCTION resolutions_answer_stands();
"""
UNDO_ANSWERS = """
DROP TRIGGER resolutions_answer_stands ON resolutions_comment;
DROP FUNCTION resolutions_answer_stands();
"""


class Migration(migrations.Migration):
    """The verdict is signed when it is reached and when it is declared, and stands; so does the answer to a comment."""

    dependencies = [("resolutions", "0019_tabled_texts_stand")]
    operations = [
        migrations.AddField("poll", "verdict_hash", models.CharField(blank=True, max_length=64)),
        migrations.AddField("poll", "declared_signature", models.CharField(blank=True, max_length=128)),
        migrations.RunSQL(VERDICTS, UNDO_VERDICTS),
        migrations.RunSQL(ANSWERS, UNDO_ANSWERS),
    ]
