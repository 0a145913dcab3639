from django.db import migrations

# Both sides look while they hold the conference's row: a poll opens or the conference is closed, never both.
GUARDS = """
CREATE FUNCTION resolutions_polls_end_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM resolutions_poll p WHERE p.conference_id = NEW.id AND p.state = 'open') THEN
        RAISE EXCEPTION 'a conference is not closed while a poll is open'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'polls_end_first';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION resolutions_polls_open_in_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM conferences_conference c WHERE c.id = NEW.conference_id AND c.state = 'running' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a poll opens while its conference runs'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'polls_open_in_session';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_polls_end_first BEFORE UPDATE ON conferences_conference
    FOR EACH ROW WHEN (OLD.state = 'running' AND NEW.state <> 'running')
    EXECUTE FUNCTION resolutions_polls_end_first();
CREATE TRIGGER resolutions_polls_open_in_session BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW WHEN (OLD.state <> 'open' AND NEW.state = 'open')
    EXECUTE FUNCTION resolutions_polls_open_in_session();
"""
UNDO = """
DROP TRIGGER resolutions_polls_open_in_session ON resolutions_poll;
DROP TRIGGER resolutions_polls_end_first ON conferences_conference;
DROP FUNCTION resolutions_polls_open_in_session();
DROP FUNCTION resolutions_polls_end_first();
"""


class Migration(migrations.Migration):
    """A conference is not closed over an open poll, nor a poll opened in one that is closed: so no ballot is cast after
    a conference."""

    dependencies = [("resolutions", "0017_told_apart"), ("conferences", "0020_release_rooms")]

    operations = [migrations.RunSQL(GUARDS, UNDO)]
