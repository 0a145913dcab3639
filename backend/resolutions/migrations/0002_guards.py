from django.db import migrations

from backend.core.guards import append_only

BALLOTS = """
ALTER TABLE resolutions_namedballot ADD CONSTRAINT a_ballot_needs_an_entitlement
    FOREIGN KEY (poll_id, number) REFERENCES resolutions_entitlement (poll_id, number);
CREATE FUNCTION resolutions_ballot_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM resolutions_poll p WHERE p.id = NEW.poll_id AND p.state = 'open') THEN
        RAISE EXCEPTION 'the poll is not open' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ballot_in_time';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_namedballot_in_time BEFORE INSERT ON resolutions_namedballot
    FOR EACH ROW EXECUTE FUNCTION resolutions_ballot_in_time();
"""
UNDO_BALLOTS = """
DROP TRIGGER resolutions_namedballot_in_time ON resolutions_namedballot;
DROP FUNCTION resolutions_ballot_in_time();
ALTER TABLE resolutions_namedballot DROP CONSTRAINT a_ballot_needs_an_entitlement;
"""
POLLS = """
CREATE FUNCTION resolutions_poll_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        (OLD.rule, OLD.question, OLD.voting_categories, OLD.secrecy, OLD.closes_at, OLD.opened_at, OLD.text_hash,
         OLD.config_hash, OLD.roll_hash, OLD.resolution_id, OLD.round)
        IS DISTINCT FROM
        (NEW.rule, NEW.question, NEW.voting_categories, NEW.secrecy, NEW.closes_at, NEW.opened_at, NEW.text_hash,
         NEW.config_hash, NEW.roll_hash, NEW.resolution_id, NEW.round)
    ) THEN
        RAISE EXCEPTION 'a poll stands as it was opened' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'poll_stands';
    END IF;
    IF OLD.urn_root <> '' AND NEW.urn_root <> OLD.urn_root THEN
        RAISE EXCEPTION 'a sealed urn stays sealed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'poll_stands';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_poll_stands BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW EXECUTE FUNCTION resolutions_poll_stands();
"""
UNDO_POLLS = """
DROP TRIGGER resolutions_poll_stands ON resolutions_poll;
DROP FUNCTION resolutions_poll_stands();
"""


class Migration(migrations.Migration):
    """The roll and the ballots never change; a ballot needs an open poll and a place on the roll; an open poll's
    question, rule and roll stand."""

    dependencies = [("resolutions", "0001_initial"), ("core", "0002_append_only")]
    operations = [
        append_only("resolutions_entitlement"),
        append_only("resolutions_namedballot"),
        migrations.RunSQL(BALLOTS, UNDO_BALLOTS),
        migrations.RunSQL(POLLS, UNDO_POLLS),
    ]
