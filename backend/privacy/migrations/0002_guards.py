from django.db import migrations

from backend.core.guards import append_only

SHOWN = """
CREATE FUNCTION privacy_consent_is_to_what_was_shown() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shown text;
BEGIN
    SELECT text ->> NEW.language INTO shown FROM privacy_consentwording WHERE id = NEW.wording_id;
    IF shown IS NULL OR encode(sha256(convert_to(shown, 'UTF8')), 'hex') <> NEW.shown_sha256 THEN
        RAISE EXCEPTION 'a consent is to what was shown'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'a_consent_is_to_what_was_shown';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER a_consent_is_to_what_was_shown BEFORE INSERT ON privacy_consentdecision
    FOR EACH ROW EXECUTE FUNCTION privacy_consent_is_to_what_was_shown();
"""
KEPT = """
CREATE FUNCTION privacy_access_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '1 year' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only and kept for a year: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'privacy_access_is_kept';
END
$$;
CREATE TRIGGER privacy_access_is_kept BEFORE UPDATE OR DELETE ON privacy_access
    FOR EACH ROW EXECUTE FUNCTION privacy_access_is_kept();
CREATE TRIGGER privacy_access_never_truncated BEFORE TRUNCATE ON privacy_access
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_access_is_kept();
"""


class Migration(migrations.Migration):
    """Wordings and decisions are only ever added, each decision to the words that were shown; who was shown whose data
    is kept for a year at least."""

    dependencies = [("core", "0002_append_only"), ("privacy", "0001_initial")]
    operations = [
        append_only("privacy_consentwording"),
        append_only("privacy_consentdecision"),
        migrations.RunSQL(
            SHOWN,
            "DROP TRIGGER a_consent_is_to_what_was_shown ON privacy_consentdecision;"
            "DROP FUNCTION privacy_consent_is_to_what_was_shown();",
        ),
        migrations.RunSQL(
            KEPT,
            "DROP TRIGGER privacy_access_is_kept ON privacy_access;"
            "DROP TRIGGER privacy_access_never_truncated ON privacy_access;"
            "DROP FUNCTION privacy_access_is_kept();",
        ),
    ]
