from django.db import migrations

from backend.core.guards import append_only

# A version that was published says for ever what was asked. A sheet answers a version of its own conference, and no
# older one than it has: what somebody said to newer questions is not taken back by a page that was open for long.
SHEETS = """
CREATE FUNCTION questions_sheet_keeps_its_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said questions_questionnaire%ROWTYPE;
    before integer;
BEGIN
    SELECT * INTO said FROM questions_questionnaire WHERE id = NEW.questionnaire_id;
    IF said.conference_id <> NEW.conference_id THEN
        RAISE EXCEPTION 'these are the questions of another conference' USING ERRCODE = 'restrict_violation',
            TABLE = TG_TABLE_NAME, CONSTRAINT = 'sheets_answer_their_own_conference';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT number INTO before FROM questions_questionnaire WHERE id = OLD.questionnaire_id;
        IF said.number < before THEN
            RAISE EXCEPTION 'version % was answered already', before USING ERRCODE = 'restrict_violation',
                TABLE = TG_TABLE_NAME, CONSTRAINT = 'sheets_never_go_back_a_version';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER questions_sheet_keeps_its_version
    BEFORE INSERT OR UPDATE OF questionnaire_id, conference_id ON questions_answersheet
    FOR EACH ROW EXECUTE FUNCTION questions_sheet_keeps_its_version();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only"), ("questions", "0001_initial")]
    operations = [
        append_only("questions_questionnaire"),
        migrations.RunSQL(
            SHEETS,
            "DROP TRIGGER questions_sheet_keeps_its_version ON questions_answersheet;"
            "DROP FUNCTION questions_sheet_keeps_its_version()",
        ),
    ]
