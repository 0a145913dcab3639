from django.db import migrations

TAKEN_BACK = """
CREATE OR REPLACE FUNCTION resolutions_taken_back_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM resolutions_poll p JOIN resolutions_entitlement e ON e.poll_id = p.id AND e.holder_id = NEW.holder_id
        JOIN registration_registration r ON r.id = e.holder_id AND r.person_id = NEW.person_id
        WHERE p.id = NEW.poll_id AND p.state = 'open' AND e.caster_id <> r.person_id
    ) OR EXISTS (
        SELECT FROM resolutions_entitlement e WHERE e.poll_id = NEW.poll_id AND e.holder_id = NEW.holder_id AND (
            EXISTS (SELECT FROM resolutions_namedballot b WHERE b.poll_id = e.poll_id AND b.number = e.number)
            OR EXISTS (SELECT FROM resolutions_envelope b WHERE b.poll_id = e.poll_id AND b.number = e.number)
            OR EXISTS (SELECT FROM resolutions_issuedpaper b WHERE b.poll_id = e.poll_id AND b.number = e.number)
        )
    ) THEN
        RAISE EXCEPTION 'votes are taken back before they are cast, by their holder'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'taken_back_in_time';
    END IF;
    RETURN NEW;
END
$$;
"""
TAKEN_BACK_BEFORE = """
CREATE OR REPLACE FUNCTION resolutions_taken_back_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM resolutions_poll p JOIN resolutions_entitlement e ON e.poll_id = p.id AND e.holder_id = NEW.holder_id
        JOIN registration_registration r ON r.id = e.holder_id AND r.person_id = NEW.person_id
        WHERE p.id = NEW.poll_id AND p.state = 'open' AND e.caster_id <> r.person_id
    ) OR EXISTS (
        SELECT FROM resolutions_entitlement e WHERE e.poll_id = NEW.poll_id AND e.holder_id = NEW.holder_id AND (
            EXISTS (SELECT FROM resolutions_namedballot b WHERE b.poll_id = e.poll_id AND b.number = e.number)
            OR EXISTS (SELECT FROM resolutions_envelope b WHERE b.poll_id = e.poll_id AND b.number = e.number)
        )
    ) THEN
        RAISE EXCEPTION 'votes are taken back before they are cast, by their holder'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'taken_back_in_time';
    END IF;
    RETURN NEW;
END
$$;
"""


class Migration(migrations.Migration):
    """Votes are taken back before a paper was handed out for them, as before they are cast."""

    dependencies = [("resolutions", "0015_tellers_count")]
    operations = [migrations.RunSQL(TAKEN_BACK, TAKEN_BACK_BEFORE)]
