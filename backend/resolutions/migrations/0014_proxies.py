import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import backend.core.ids
from backend.core.guards import append_only

POLLS = """
CREATE OR REPLACE FUNCTION resolutions_electorate_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.voting_units, OLD.members, OLD.weights, OLD.splitting, OLD.proxies)
        IS DISTINCT FROM (NEW.voting_units, NEW.members, NEW.weights, NEW.splitting, NEW.proxies)
    THEN
        RAISE EXCEPTION 'who holds which votes stands once the poll is open'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'electorate_stands';
    END IF;
    RETURN NEW;
END
$$;
"""
POLLS_BEFORE = """
CREATE OR REPLACE FUNCTION resolutions_electorate_stands() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
# Who is named has a seat and is no guest, and nobody hands on what is not theirs.
NAMED = """
CREATE FUNCTION resolutions_has_a_say(who uuid, conference uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM registration_registration r
        WHERE r.person_id = who AND r.conference_id = conference AND r.state = 'confirmed' AND r.category <> 'guest'
    )
$$;
CREATE FUNCTION resolutions_proxies_have_seats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT resolutions_has_a_say(NEW.proxy_id, NEW.conference_id) OR EXISTS (
        SELECT FROM registration_registration r WHERE r.id = NEW.holder_id
        AND (r.person_id = NEW.proxy_id OR r.conference_id <> NEW.conference_id OR r.category = 'guest')
    ) THEN
        RAISE EXCEPTION 'a proxy is somebody else with a seat, and no observer'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'proxies_have_seats';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION resolutions_nobody_hands_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM resolutions_authorisation a JOIN registration_registration r ON r.id = a.holder_id
        WHERE a.conference_id = NEW.conference_id AND a.taken_back_at IS NULL
        AND (a.poll_id IS NULL OR NEW.poll_id IS NULL OR a.poll_id = NEW.poll_id)
        AND (r.person_id = NEW.proxy_id
            OR a.proxy_id = (SELECT h.person_id FROM registration_registration h WHERE h.id = NEW.holder_id))
    ) THEN
        RAISE EXCEPTION 'votes are not handed on' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'nobody_hands_on';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_proxies_have_seats BEFORE INSERT ON resolutions_authorisation
    FOR EACH ROW EXECUTE FUNCTION resolutions_proxies_have_seats();
CREATE TRIGGER resolutions_nobody_hands_on BEFORE INSERT ON resolutions_authorisation
    FOR EACH ROW EXECUTE FUNCTION resolutions_nobody_hands_on();
"""
UNDO_NAMED = """
DROP TRIGGER resolutions_nobody_hands_on ON resolutions_authorisation;
DROP TRIGGER resolutions_proxies_have_seats ON resolutions_authorisation;
DROP FUNCTION resolutions_nobody_hands_on();
DROP FUNCTION resolutions_proxies_have_seats();
DROP FUNCTION resolutions_has_a_say(uuid, uuid);
"""
# The same of the roll, whoever wrote it, as its poll opens; and nobody stands for more than the poll lets them.
ROLLS = """
CREATE FUNCTION resolutions_observers_cast_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM resolutions_entitlement e JOIN registration_registration r ON r.id = e.holder_id
        WHERE e.poll_id = NEW.id AND e.caster_id <> r.person_id
        AND NOT resolutions_has_a_say(e.caster_id, NEW.conference_id)
    ) THEN
        RAISE EXCEPTION 'observers cast no vote'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'observers_cast_nothing';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION resolutions_proxies_are_capped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM resolutions_entitlement e JOIN registration_registration r ON r.id = e.holder_id
        WHERE e.poll_id = NEW.id AND e.caster_id <> r.person_id
        GROUP BY e.caster_id HAVING count(DISTINCT e.holder_id) > coalesce(NEW.proxies, 0)
    ) THEN
        RAISE EXCEPTION 'a proxy stands for too many'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'proxies_are_capped';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER resolutions_observers_cast_nothing BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state = 'open') EXECUTE FUNCTION resolutions_observers_cast_nothing();
CREATE TRIGGER resolutions_proxies_are_capped BEFORE UPDATE ON resolutions_poll
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state = 'open') EXECUTE FUNCTION resolutions_proxies_are_capped();
"""
UNDO_ROLLS = """
DROP TRIGGER resolutions_proxies_are_capped ON resolutions_poll;
DROP TRIGGER resolutions_observers_cast_nothing ON resolutions_poll;
DROP FUNCTION resolutions_proxies_are_capped();
DROP FUNCTION resolutions_observers_cast_nothing();
"""
TAKEN_BACK = """
CREATE FUNCTION resolutions_taken_back_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER resolutions_taken_back_in_time BEFORE INSERT ON resolutions_takenback
    FOR EACH ROW EXECUTE FUNCTION resolutions_taken_back_in_time();
"""
UNDO_TAKEN_BACK = """
DROP TRIGGER resolutions_taken_back_in_time ON resolutions_takenback;
DROP FUNCTION resolutions_taken_back_in_time();
"""


class Migration(migrations.Migration):
    """Holders have others cast their votes, nobody hands them on, and nobody stands for more than the poll lets them; what is
    taken back in an open poll stands beside the roll."""

    dependencies = [
        ("documents", "0004_erasing"),
        ("registration", "0012_consents_of_signups"),
        ("resolutions", "0013_weights"),
    ]

    operations = [
        migrations.AddField(
            model_name="poll",
            name="proxies",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="How many anybody may stand for; null before it opens: as the procedure says.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="proxies",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="TakenBack",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "poll_id", "holder_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registration.registration"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "poll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="taken_back", to="resolutions.poll"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Authorisation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backend.core.ids.time_ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("given_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authorisations",
                        to="conferences.conference",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authorisations",
                        to="registration.registration",
                    ),
                ),
                (
                    "paper",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                    ),
                ),
                (
                    "poll",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authorisations",
                        to="resolutions.poll",
                    ),
                ),
                (
                    "proxy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("taken_back_at", None)),
                        fields=("holder", "poll"),
                        name="one_authorisation_at_a_time",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        append_only("resolutions_authorisation", "taken_back_at", "paper_id"),
        append_only("resolutions_takenback"),
        migrations.RunSQL(POLLS, POLLS_BEFORE),
        migrations.RunSQL(NAMED, UNDO_NAMED),
        migrations.RunSQL(ROLLS, UNDO_ROLLS),
        migrations.RunSQL(TAKEN_BACK, UNDO_TAKEN_BACK),
    ]
