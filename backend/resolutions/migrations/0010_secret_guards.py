from django.db import migrations

from backend.core.guards import append_only

# READ COMMITTED is asked for here as well: under REPEATABLE READ a transaction that began before the poll was sealed
# still sees it open, also in this trigger.
IN_TIME = """
CREATE OR REPLACE FUNCTION resolutions_ballot_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'ballots are cast under READ COMMITTED'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ballot_in_time';
    END IF;
    IF NOT EXISTS (
        SELECT FROM resolutions_poll p WHERE p.id = NEW.poll_id AND p.state = 'open' AND p.secrecy = TG_ARGV[0]
        AND (p.closes_at IS NULL OR clock_timestamp() < p.closes_at)
    ) THEN
        RAISE EXCEPTION 'the poll is not open' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ballot_in_time';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER resolutions_namedballot_in_time BEFORE INSERT ON resolutions_namedballot
    FOR EACH ROW EXECUTE FUNCTION resolutions_ballot_in_time('named');
CREATE TRIGGER resolutions_envelope_in_time BEFORE INSERT ON resolutions_envelope
    FOR EACH ROW EXECUTE FUNCTION resolutions_ballot_in_time('secret');
"""
IN_TIME_BEFORE = """
DROP TRIGGER resolutions_envelope_in_time ON resolutions_envelope;
CREATE OR REPLACE FUNCTION resolutions_ballot_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM resolutions_poll p WHERE p.id = NEW.poll_id AND p.state = 'open') THEN
        RAISE EXCEPTION 'the poll is not open' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ballot_in_time';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER resolutions_namedballot_in_time BEFORE INSERT ON resolutions_namedballot
    FOR EACH ROW EXECUTE FUNCTION resolutions_ballot_in_time();
"""
ENVELOPES = """
ALTER TABLE resolutions_envelope ADD CONSTRAINT an_envelope_needs_an_entitlement
    FOREIGN KEY (poll_id, number) REFERENCES resolutions_entitlement (poll_id, number);
ALTER TABLE resolutions_envelope ADD CONSTRAINT envelopes_are_alike
    CHECK (sealed IS NULL OR octet_length(sealed) = 560);
ALTER TABLE resolutions_envelope ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE FUNCTION resolutions_envelope_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.sealed IS NULL THEN
        RAISE EXCEPTION 'an envelope holds a ballot'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'envelope_stands';
    END IF;
    IF TG_OP = 'UPDATE' AND NOT EXISTS (
        SELECT FROM resolutions_poll p WHERE p.id = OLD.poll_id AND p.key_destroyed_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'envelopes are kept until the key is destroyed'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'envelope_stands';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_envelope_stands BEFORE INSERT OR UPDATE ON resolutions_envelope
    FOR EACH ROW EXECUTE FUNCTION resolutions_envelope_stands();
"""
UNDO_ENVELOPES = """
DROP TRIGGER resolutions_envelope_stands ON resolutions_envelope;
DROP FUNCTION resolutions_envelope_stands();
ALTER TABLE resolutions_envelope DROP CONSTRAINT envelopes_are_alike;
ALTER TABLE resolutions_envelope DROP CONSTRAINT an_envelope_needs_an_entitlement;
"""
OPENED = """
CREATE FUNCTION resolutions_opened_in_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM resolutions_poll p WHERE p.id = NEW.poll_id AND p.state = 'sealed' AND p.secrecy = 'secret'
    ) THEN
        RAISE EXCEPTION 'envelopes are opened in the count of a sealed poll'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'opened_in_count';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_openedballot_in_count BEFORE INSERT ON resolutions_openedballot
    FOR EACH ROW EXECUTE FUNCTION resolutions_opened_in_count();
"""
UNDO_OPENED = """
DROP TRIGGER resolutions_openedballot_in_count ON resolutions_openedballot;
DROP FUNCTION resolutions_opened_in_count();
"""
# What is said of a poll after its opening is said once; a secret one opens with a committee that can open its envelopes
# again, and is counted whole.
POLLS = """
CREATE FUNCTION resolutions_secret_poll_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tested integer;
    untested integer;
BEGIN
    IF OLD.state <> 'draft' AND (OLD.config, OLD.receipt, OLD.method, OLD.threshold, OLD.public_key, OLD.receipt_key)
        IS DISTINCT FROM (NEW.config, NEW.receipt, NEW.method, NEW.threshold, NEW.public_key, NEW.receipt_key)
    THEN
        RAISE EXCEPTION 'a poll stands as it was opened' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'poll_stands';
    END IF;
    IF (OLD.urn_signature <> '' AND NEW.urn_signature <> OLD.urn_signature)
        OR (OLD.opened_root <> '' AND NEW.opened_root <> OLD.opened_root)
        OR (OLD.count_signature <> '' AND NEW.count_signature <> OLD.count_signature)
        OR (OLD.ended_at IS NOT NULL AND OLD.state = NEW.state AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
        OR (OLD.key_destroyed_at IS NOT NULL AND NEW.key_destroyed_at IS DISTINCT FROM OLD.key_destroyed_at)
    THEN
        RAISE EXCEPTION 'what a count left behind stands'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'poll_stands';
    END IF;
    IF NEW.secrecy <> 'secret' OR OLD.state = NEW.state THEN
        RETURN NEW;
    END IF;
    IF NEW.state = 'open' THEN
        SELECT count(*) FILTER (WHERE tested_at IS NOT NULL AND sealed_share IS NOT NULL),
               count(*) FILTER (WHERE tested_at IS NULL OR sealed_share IS NULL)
            INTO tested, untested FROM resolutions_teller WHERE poll_id = NEW.id;
        IF untested > 0 OR tested < NEW.threshold THEN
            RAISE EXCEPTION 'a secret poll opens when its tellers can open it again'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tellers_are_tested';
        END IF;
    ELSIF NEW.state = 'counted' AND (SELECT count(*) FROM resolutions_openedballot WHERE poll_id = NEW.id)
        <> (SELECT count(*) FROM resolutions_envelope WHERE poll_id = NEW.id)
    THEN
        RAISE EXCEPTION 'as many ballots are counted as were returned'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'counted_whole';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_secret_poll_stands BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW EXECUTE FUNCTION resolutions_secret_poll_stands();
CREATE FUNCTION resolutions_polls_begin_as_drafts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a secret poll begins as a draft'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tellers_are_tested';
END
$$;
CREATE TRIGGER resolutions_polls_begin_as_drafts BEFORE INSERT ON resolutions_poll
    FOR EACH ROW WHEN (NEW.secrecy = 'secret' AND NEW.state <> 'draft')
    EXECUTE FUNCTION resolutions_polls_begin_as_drafts();
"""
UNDO_POLLS = """
DROP TRIGGER resolutions_polls_begin_as_drafts ON resolutions_poll;
DROP FUNCTION resolutions_polls_begin_as_drafts();
DROP TRIGGER resolutions_secret_poll_stands ON resolutions_poll;
DROP FUNCTION resolutions_secret_poll_stands();
"""
# Once a poll is open its committee stands: a teller may give up the share, and that is all.
TELLERS = """
CREATE FUNCTION resolutions_tellers_stand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    seat resolutions_teller%ROWTYPE;
BEGIN
    IF TG_OP = 'DELETE' THEN
        seat := OLD;
    ELSE
        seat := NEW;
    END IF;
    IF (SELECT p.state FROM resolutions_poll p WHERE p.id = seat.poll_id) = 'draft' THEN
        RETURN seat;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.sealed_share IS NULL AND NEW.destroyed_at IS NOT NULL
        AND (OLD.destroyed_at IS NULL OR OLD.destroyed_at = NEW.destroyed_at)
        AND (OLD.id, OLD.poll_id, OLD.person_id, OLD.public_key, OLD.tested_at)
            IS NOT DISTINCT FROM (NEW.id, NEW.poll_id, NEW.person_id, NEW.public_key, NEW.tested_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the committee stands once the poll is open'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'tellers_stand';
END
$$;
CREATE TRIGGER resolutions_tellers_stand BEFORE INSERT OR UPDATE OR DELETE ON resolutions_teller
    FOR EACH ROW EXECUTE FUNCTION resolutions_tellers_stand();
"""
UNDO_TELLERS = """
DROP TRIGGER resolutions_tellers_stand ON resolutions_teller;
DROP FUNCTION resolutions_tellers_stand();
"""


class Migration(migrations.Migration):
    """Envelopes and opened ballots never change; both come in their time only, alike, and whole; a secret poll opens
    with a tested committee, which stands."""

    dependencies = [("resolutions", "0009_secret_ballots"), ("core", "0003_erasing")]
    operations = [
        append_only("resolutions_envelope", erasable=("sealed",)),
        append_only("resolutions_openedballot"),
        migrations.RunSQL(IN_TIME, IN_TIME_BEFORE),
        migrations.RunSQL(ENVELOPES, UNDO_ENVELOPES),
        migrations.RunSQL(OPENED, UNDO_OPENED),
        migrations.RunSQL(POLLS, UNDO_POLLS),
        migrations.RunSQL(TELLERS, UNDO_TELLERS),
    ]
