from django.db import migrations, models

TABLED = """
CREATE FUNCTION resolutions_tabled_text_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'tabled'
        AND (NEW.title, NEW.preamble, NEW.clauses) IS DISTINCT FROM (OLD.title, OLD.preamble, OLD.clauses)
        AND (NEW.state <> 'tabled' OR NOT EXISTS (
            SELECT FROM resolutions_amendment a
            WHERE a.resolution_id = OLD.id AND a.state IN ('accepted', 'adopted') AND a.merged_in IS NULL
        ))
    THEN
        RAISE EXCEPTION 'a tabled text stands: only amendments that were carried change it'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'tabled_texts_stand';
    END IF;
    IF (OLD.state = 'tabled' AND NEW.state = 'draft' AND NEW.untabled = OLD.untabled)
        OR (NEW.untabled <> OLD.untabled
            AND (OLD.state <> 'tabled' OR NEW.state <> 'draft' OR NEW.untabled - -1 <> OLD.untabled))
    THEN
        RAISE EXCEPTION 'a text goes back to its draft with a reason, which stays on record'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'untabling_is_on_record';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_tabled_text_stands BEFORE UPDATE ON resolutions_resolution
    FOR EACH ROW EXECUTE FUNCTION resolutions_tabled_text_stands();
"""
UNDO_TABLED = """
DROP TRIGGER resolutions_tabled_text_stands ON resolutions_resolution;
DROP FUNCTION resolutions_tabled_text_stands();
"""
#: What was given before was given for the version that stood then.
FOR_THE_WORDS = """
ALTER TABLE resolutions_backing DISABLE TRIGGER resolutions_backing_append_only;
UPDATE resolutions_backing b SET text_hash = coalesce((
    SELECT v.hash FROM resolutions_textversion v
    WHERE v.resolution_id = b.resolution_id AND v.made_at <= b.given_at ORDER BY v.number DESC LIMIT 1
), '') WHERE b.resolution_id IS NOT NULL;
ALTER TABLE resolutions_backing ENABLE TRIGGER resolutions_backing_append_only;
"""


class Migration(migrations.Migration):
    """A tabled text stands, and goes back to its draft with a reason; whoever supports a text supports its words."""

    dependencies = [("resolutions", "0018_no_vote_after_closing")]
    operations = [
        migrations.AddField("resolution", "untabled", models.JSONField(blank=True, default=list)),
        migrations.AddField("backing", "text_hash", models.CharField(blank=True, max_length=64)),
        migrations.RemoveConstraint("backing", "a_person_backs_a_thing_once"),
        migrations.RemoveConstraint("backing", "an_organisation_backs_a_thing_once"),
        migrations.RunSQL(FOR_THE_WORDS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "backing",
            models.UniqueConstraint(
                condition=models.Q(("person__isnull", False), ("taken_back_at", None)),
                fields=("resolution", "amendment", "person", "text_hash"),
                name="a_person_backs_a_thing_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "backing",
            models.UniqueConstraint(
                condition=models.Q(("person", None), ("taken_back_at", None)),
                fields=("resolution", "amendment", "organisation", "text_hash"),
                name="an_organisation_backs_a_thing_once",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(TABLED, UNDO_TABLED),
    ]
