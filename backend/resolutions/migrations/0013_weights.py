from django.db import migrations, models

# A roll is written before its poll opens, and looked at whole as it opens.
ROLLS = """
CREATE FUNCTION resolutions_roll_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rolled r JOIN resolutions_poll p ON p.id = r.poll_id WHERE p.state <> 'draft') THEN
        RAISE EXCEPTION 'the roll stands once the poll is open'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'roll_is_frozen';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER resolutions_roll_is_frozen AFTER INSERT ON resolutions_entitlement
    REFERENCING NEW TABLE AS rolled FOR EACH STATEMENT EXECUTE FUNCTION resolutions_roll_is_frozen();
CREATE FUNCTION resolutions_observers_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM resolutions_entitlement e JOIN registration_registration r ON r.id = e.holder_id
        WHERE e.poll_id = NEW.id AND (r.category = 'guest' OR r.conference_id <> NEW.conference_id)
    ) THEN
        RAISE EXCEPTION 'observers hold no vote'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'observers_never';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION resolutions_rolls_are_bounded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM resolutions_entitlement e WHERE e.poll_id = NEW.id) > 100000 THEN
        RAISE EXCEPTION 'a roll has at most 100,000 votes'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'rolls_are_bounded';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION resolutions_weights_unmask_nobody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT count(*) AS holders, count(*) OVER () AS weights FROM (
                SELECT count(*) AS votes FROM resolutions_entitlement e WHERE e.poll_id = NEW.id GROUP BY e.holder_id
            ) held GROUP BY votes
        ) alike WHERE holders < 5 AND weights > 1
    ) THEN
        RAISE EXCEPTION 'these weights would tell how somebody voted'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'weights_unmask_nobody';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_observers_never BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state = 'open') EXECUTE FUNCTION resolutions_observers_never();
CREATE TRIGGER resolutions_rolls_are_bounded BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state = 'open') EXECUTE FUNCTION resolutions_rolls_are_bounded();
CREATE TRIGGER resolutions_weights_unmask_nobody BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state = 'open' AND NEW.secrecy = 'secret')
    EXECUTE FUNCTION resolutions_weights_unmask_nobody();
"""
UNDO_ROLLS = """
DROP TRIGGER resolutions_weights_unmask_nobody ON resolutions_poll;
DROP TRIGGER resolutions_rolls_are_bounded ON resolutions_poll;
DROP TRIGGER resolutions_observers_never ON resolutions_poll;
DROP TRIGGER resolutions_roll_is_frozen ON resolutions_entitlement;
DROP FUNCTION resolutions_weights_unmask_nobody();
DROP FUNCTION resolutions_rolls_are_bounded();
DROP FUNCTION resolutions_observers_never();
DROP FUNCTION resolutions_roll_is_frozen();
"""
POLLS = """
CREATE FUNCTION resolutions_electorate_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.voting_units, OLD.members, OLD.weights, OLD.splitting)
        IS DISTINCT FROM (NEW.voting_units, NEW.members, NEW.weights, NEW.splitting)
    THEN
        RAISE EXCEPTION 'who holds which votes stands once the poll is open'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'electorate_stands';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_electorate_stands BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION resolutions_electorate_stands();
"""
UNDO_POLLS = """
DROP TRIGGER resolutions_electorate_stands ON resolutions_poll;
DROP FUNCTION resolutions_electorate_stands();
"""
# All of somebody's votes in one statement, which casts one choice, unless the poll lets them be divided. Where everybody
# has one vote, this costs a look at the poll. By arrays: joined to a roll without statistics it took seconds.
UNITS = """
CREATE FUNCTION resolutions_units_together() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    weighted uuid;
    numbers integer[];
    holders uuid[];
BEGIN
    FOR weighted IN
        SELECT p.id FROM resolutions_poll p
        WHERE p.id IN (SELECT c.poll_id FROM cast_now c) AND p.weights <> '[]' AND NOT p.splitting
    LOOP
        numbers := ARRAY(SELECT c.number FROM cast_now c WHERE c.poll_id = weighted);
        holders := ARRAY(
            SELECT DISTINCT e.holder_id FROM resolutions_entitlement e
            WHERE e.poll_id = weighted AND e.number = ANY (numbers)
        );
        IF (SELECT count(DISTINCT c.choice) FROM cast_now c WHERE c.poll_id = weighted) > 1 OR cardinality(numbers) < (
            SELECT count(*) FROM resolutions_entitlement e WHERE e.poll_id = weighted AND e.holder_id = ANY (holders)
        ) THEN
            RAISE EXCEPTION 'votes of one holder are cast together'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'units_together';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER resolutions_units_together AFTER INSERT ON resolutions_namedballot
    REFERENCING NEW TABLE AS cast_now FOR EACH STATEMENT EXECUTE FUNCTION resolutions_units_together();
"""
UNDO_UNITS = """
DROP TRIGGER resolutions_units_together ON resolutions_namedballot;
DROP FUNCTION resolutions_units_together();
"""


class Migration(migrations.Migration):
    """A holder of several votes has as many rows on the roll; the roll is lawful when its poll opens, and stands; votes that
    may not be divided are cast together."""

    dependencies = [
        ("registration", "0012_consents_of_signups"),
        ("resolutions", "0012_ballots_of_every_method"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="entitlement",
            name="one_entitlement_per_holder",
        ),
        migrations.AddField(
            model_name="entitlement",
            name="unit",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="poll",
            name="splitting",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="poll",
            name="weights",
            field=models.JSONField(default=list),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.UniqueConstraint(fields=("poll", "holder", "unit"), name="one_entitlement_per_unit"),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__gte", 1), ("unit__lte", 1000)), name="votes_of_one_holder_are_bounded"
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(("weights", []), ("secrecy", "named"), ("splitting", True), _connector="OR"),
                name="sealed_votes_may_differ",
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(("voting_categories__contains", "guest"), _negated=True), name="guests_are_no_voters"
            ),
        ),
        migrations.RunSQL(ROLLS, UNDO_ROLLS),
        migrations.RunSQL(POLLS, UNDO_POLLS),
        migrations.RunSQL(UNITS, UNDO_UNITS),
    ]
