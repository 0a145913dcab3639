"""Until it is released the entry of an agenda item has a SEQUENCE of its own, which PostgreSQL counts."""

from django.db import migrations, models

# They were shown with their conference's, and none may fall.
AS_SHOWN = """
UPDATE conferences_agendaitem item SET sequence = conference.sequence
FROM conferences_conference conference WHERE conference.id = item.conference_id
"""
# A row that was read before another write and is saved after it does not take the count back.
COUNTED = """
CREATE FUNCTION conferences_an_entry_counts_its_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sequence := GREATEST(OLD.sequence, NEW.sequence);
    IF (NEW.starts_at, NEW.ends_at, NEW.state) IS DISTINCT FROM (OLD.starts_at, OLD.ends_at, OLD.state) THEN
        NEW.sequence := NEW.sequence + 1;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER an_entry_counts_its_changes BEFORE UPDATE ON conferences_agendaitem
    FOR EACH ROW EXECUTE FUNCTION conferences_an_entry_counts_its_changes();

CREATE FUNCTION conferences_an_entry_counts_its_rooms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE conferences_agendaitem SET sequence = sequence + 1 WHERE id = OLD.agenda_item_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER an_entry_leaves_a_room AFTER DELETE ON conferences_agendaroom
    FOR EACH ROW EXECUTE FUNCTION conferences_an_entry_counts_its_rooms();
CREATE TRIGGER an_entry_moves_to_another_room AFTER UPDATE OF room_id, agenda_item_id ON conferences_agendaroom
    FOR EACH ROW WHEN ((OLD.room_id, OLD.agenda_item_id) IS DISTINCT FROM (NEW.room_id, NEW.agenda_item_id))
    EXECUTE FUNCTION conferences_an_entry_counts_its_rooms();
"""
NOT_COUNTED = """
DROP TRIGGER an_entry_moves_to_another_room ON conferences_agendaroom;
DROP TRIGGER an_entry_leaves_a_room ON conferences_agendaroom;
DROP FUNCTION conferences_an_entry_counts_its_rooms();
DROP TRIGGER an_entry_counts_its_changes ON conferences_agendaitem;
DROP FUNCTION conferences_an_entry_counts_its_changes();
"""


class Migration(migrations.Migration):
    dependencies = [("conferences", "0013_said_at")]
    operations = [
        migrations.AddField(
            model_name="agendaitem",
            name="sequence",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.RunSQL(AS_SHOWN, migrations.RunSQL.noop),
        migrations.RunSQL(COUNTED, NOT_COUNTED),
    ]
