"""The agenda is a tree within one conference, and released programmes stand."""

from django.db import migrations

from backend.core.guards import append_only

WITHIN_ONE_CONFERENCE = """
ALTER TABLE conferences_agendaitem ADD CONSTRAINT an_item_and_its_conference UNIQUE (id, conference_id);
ALTER TABLE conferences_ownphase ADD CONSTRAINT an_own_phase_and_its_conference UNIQUE (id, conference_id);
ALTER TABLE conferences_agendaitem ADD CONSTRAINT an_item_under_one_of_its_conference
    FOREIGN KEY (parent_id, conference_id) REFERENCES conferences_agendaitem (id, conference_id)
    DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE conferences_agendaitem ADD CONSTRAINT an_item_in_a_phase_of_its_conference
    FOREIGN KEY (own_phase_id, conference_id) REFERENCES conferences_ownphase (id, conference_id)
    DEFERRABLE INITIALLY IMMEDIATE;
ALTER TABLE conferences_speaker ADD CONSTRAINT a_speaker_to_an_item_of_the_conference
    FOREIGN KEY (agenda_item_id, conference_id) REFERENCES conferences_agendaitem (id, conference_id)
    DEFERRABLE INITIALLY IMMEDIATE;
"""
NOT_WITHIN = """
ALTER TABLE conferences_speaker DROP CONSTRAINT a_speaker_to_an_item_of_the_conference;
ALTER TABLE conferences_agendaitem DROP CONSTRAINT an_item_in_a_phase_of_its_conference;
ALTER TABLE conferences_agendaitem DROP CONSTRAINT an_item_under_one_of_its_conference;
ALTER TABLE conferences_ownphase DROP CONSTRAINT an_own_phase_and_its_conference;
ALTER TABLE conferences_agendaitem DROP CONSTRAINT an_item_and_its_conference;
"""
# Every item stands below the one that holds it, so nothing can hold itself, however far round.
TREE = """
CREATE FUNCTION conferences_agenda_is_a_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM conferences_agendaitem held JOIN conferences_agendaitem holder ON holder.id = held.parent_id
        WHERE (held.id = NEW.id OR held.parent_id = NEW.id) AND held."order" <= holder."order"
    ) THEN
        RAISE EXCEPTION 'an agenda item stands below the one that holds it'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'an_agenda_is_a_tree';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER an_agenda_is_a_tree AFTER INSERT OR UPDATE OF parent_id, "order" ON conferences_agendaitem
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION conferences_agenda_is_a_tree();
"""
NO_TREE = """
DROP TRIGGER an_agenda_is_a_tree ON conferences_agendaitem;
DROP FUNCTION conferences_agenda_is_a_tree();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only"), ("conferences", "0004_programme")]
    operations = [
        migrations.RunSQL(
            "UPDATE conferences_agendaitem SET pinned = true WHERE starts_at IS NOT NULL", migrations.RunSQL.noop
        ),
        migrations.RunSQL(WITHIN_ONE_CONFERENCE, NOT_WITHIN),
        migrations.RunSQL(TREE, NO_TREE),
        append_only("conferences_release"),
    ]
