from django.db import migrations

FUNCTION = """
CREATE FUNCTION plenum_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb;
    becomes jsonb;
    set_once text;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 THEN
        was := to_jsonb(OLD);
        becomes := to_jsonb(NEW);
        FOREACH set_once IN ARRAY TG_ARGV LOOP
            IF coalesce(was ->> set_once, '') = '' THEN
                was := was - set_once;
                becomes := becomes - set_once;
            END IF;
        END LOOP;
        IF was = becomes THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_TABLE_NAME || '_append_only';
END
$$
"""


class Migration(migrations.Migration):
    """The function behind backend.core.guards.append_only."""

    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION plenum_append_only()")]
