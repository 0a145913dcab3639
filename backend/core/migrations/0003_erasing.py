from django.db import migrations

# An argument "-column" names personal data: it may be emptied while this transaction has leave to erase.
FUNCTION = """
CREATE OR REPLACE FUNCTION plenum_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb;
    becomes jsonb;
    argument text;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 THEN
        was := to_jsonb(OLD);
        becomes := to_jsonb(NEW);
        FOREACH argument IN ARRAY TG_ARGV LOOP
            IF left(argument, 1) = '-' THEN
                argument := substr(argument, 2);
                IF current_setting('plenum.erasing', true) = 'on'
                    AND coalesce(becomes ->> argument, '') IN ('', '{}', '[]', '\\x')
                THEN
                    was := was - argument;
                    becomes := becomes - argument;
                END IF;
            ELSIF coalesce(was ->> argument, '') = '' THEN
                was := was - argument;
                becomes := becomes - argument;
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
    """Personal data may be emptied in append-only tables, by backend.core.guards.erasing and nothing else.

    The reverse keeps the function: without a trigger that names erasable columns it does what the former one did.
    """

    dependencies = [("core", "0002_append_only")]
    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
