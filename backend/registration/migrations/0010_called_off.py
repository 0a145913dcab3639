from django.db import migrations, models

# As migration 0004, with what becomes of those who hope for a seat when their conference is cancelled, and announced
# again.
MOVES = """
CREATE OR REPLACE FUNCTION registration_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('pending', 'confirmed'), ('pending', 'waiting'), ('pending', 'refused'), ('pending', 'withdrawn'),
        ('waiting', 'confirmed'), ('waiting', 'offered'), ('waiting', 'withdrawn'),
        ('offered', 'confirmed'), ('offered', 'expired'), ('offered', 'withdrawn'),
        ('confirmed', 'cancelled'){more}
    ) THEN
        RAISE EXCEPTION 'a registration does not move from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'registration_moves';
    END IF;
    RETURN NEW;
END
$$;
"""
CALLED_OFF = """,
        ('pending', 'called_off'), ('waiting', 'called_off'), ('offered', 'called_off'),
        ('called_off', 'waiting'), ('called_off', 'pending'), ('called_off', 'withdrawn')"""


class Migration(migrations.Migration):
    dependencies = [("registration", "0009_seats_have_a_version")]
    operations = [
        migrations.AlterField(
            model_name="registration",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "chờ duyệt"),
                    ("refused", "không được duyệt"),
                    ("waiting", "chờ chỗ"),
                    ("offered", "được mời nhận chỗ"),
                    ("confirmed", "có chỗ"),
                    ("expired", "quá hạn nhận chỗ"),
                    ("withdrawn", "đã rút"),
                    ("cancelled", "đã huỷ"),
                    ("called_off", "dừng vì hội nghị huỷ"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunSQL(MOVES.replace("{more}", CALLED_OFF), MOVES.replace("{more}", "")),
    ]
