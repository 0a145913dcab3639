from django.db import migrations

# The moves of backend.registration.states, for whatever writes the table: a refused request is not seated, an offer
# that expired is not taken up, and who waits does not vanish.
FUNCTION = """
CREATE FUNCTION registration_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('pending', 'confirmed'), ('pending', 'waiting'), ('pending', 'refused'), ('pending', 'withdrawn'),
        ('waiting', 'confirmed'), ('waiting', 'offered'), ('waiting', 'withdrawn'),
        ('offered', 'confirmed'), ('offered', 'expired'), ('offered', 'withdrawn'),
        ('confirmed', 'cancelled')
    ) THEN
        RAISE EXCEPTION 'a registration does not move from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'registration_moves';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER registration_moves BEFORE UPDATE OF state ON registration_registration
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION registration_moves();
"""


class Migration(migrations.Migration):
    dependencies = [("registration", "0003_seats_in_depth")]
    operations = [
        migrations.RunSQL(
            FUNCTION, "DROP TRIGGER registration_moves ON registration_registration; DROP FUNCTION registration_moves()"
        )
    ]
