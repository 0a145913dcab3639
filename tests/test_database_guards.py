"""What PostgreSQL keeps true of mails, jobs, imports, invitations, seats, papers and people's rights, whoever writes."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from backend.core.clock import now
from backend.documents.models import DocumentFile, NumberSeries, OfficialNumber
from backend.invitations.models import FailedLetter, LetterCopy
from backend.privacy.queries import wordings_in_force
from backend.registration.models import SeatLimit
from backend.rights.models import RetentionTerm
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.delegations import DelegationFactory
from tests.factories.documents import DocumentFactory
from tests.factories.imports import ImportRowFactory
from tests.factories.inbound import InboundMailFactory, SuppressedAddressFactory
from tests.factories.invitations import InvitationFactory, InvitationLetterFactory
from tests.factories.jobs import JobFactory
from tests.factories.mail import MailBatchFactory
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.privacy import access_to
from tests.factories.questions import AnswerSheetFactory, QuestionnaireFactory
from tests.factories.registration import RegistrationFactory
from tests.factories.rights import DataRequestFactory, LegalHoldFactory, RetentionRunFactory
from tests.guards import assert_refused_by, assert_written_without

pytestmark = pytest.mark.django_db
Write = Callable[[], Any]


def again(row: Model, **but: Any) -> Write:
    """Writes the row once more, as another one."""
    other = copy.copy(row)
    other.pk = row._meta.pk.get_default()  # type: ignore[union-attr]
    for field, value in but.items():
        setattr(other, field, value)
    return lambda: other.save(force_insert=True)


def to(row: Model, **values: Any) -> Write:
    """Changes the row behind its services' backs."""
    return lambda: type(row)._default_manager.filter(pk=row.pk).update(**values)


def two_who_wait() -> tuple[Any, Any]:
    conference = ConferenceFactory(announced=True, exact=True, capacity=0)
    return RegistrationFactory(conference=conference), RegistrationFactory(conference=conference)


def a_turn_given_twice() -> Write:
    first, second = two_who_wait()
    return to(second, turn=first.turn)


def a_number_of(**kept: Any) -> OfficialNumber:
    series = NumberSeries.objects.create(organisation=OrganisationFactory(), kind="GM", year=2026, last=1)
    return OfficialNumber.objects.create(series=series, number=1, **kept)


def a_file() -> DocumentFile:
    return DocumentFile.objects.create(
        document=DocumentFactory(), number=1, media_type="application/pdf", filename="a.pdf", content=b"a", size=1
    )


def a_letter_kept_twice() -> Write:
    letter = InvitationLetterFactory(issued=True)
    mine = {"letter": letter, "invitation": InvitationFactory(list=letter.list), "digest": "0" * 64}
    return again(LetterCopy.objects.create(**mine, media_type="application/pdf", filename="a.pdf", content=b"a"))


def a_failure_open_twice() -> Write:
    of = {"conference": ConferenceFactory(), "person": PersonFactory(), "letter": "invitation", "kind": "unwritable"}
    return again(FailedLetter.objects.create(**of))


def limit_of(**whose: Any) -> SeatLimit:
    return SeatLimit.objects.create(**{"conference": SiteFactory().conference, "capacity": 5, **whose})


def a_site_limited_twice() -> Write:
    site = SiteFactory()
    return again(limit_of(conference=site.conference, site=site))


def a_unit_asked_twice() -> Write:
    there = DelegationFactory()
    return lambda: DelegationFactory(conference=there.conference, organisation=there.organisation)


GUARDS: list[tuple[str, Callable[[], Write]]] = [
    ("an_inbound_mail_is_where_its_reason_leads", lambda: to(InboundMailFactory(), state="taken")),
    ("one_suppression_per_address", lambda: again(SuppressedAddressFactory())),
    ("one_mail_batch_per_subject_purpose_number", lambda: again(MailBatchFactory())),
    ("an_aborted_batch_says_why", lambda: to(MailBatchFactory(), state="aborted")),
    ("one_row_per_place", lambda: again(ImportRowFactory(place=1))),
    ("no_more_done_than_all", lambda: to(JobFactory(total=2), done=3)),
    ("an_ended_job_says_when", lambda: to(JobFactory(), finished_at=now())),
    ("an_ended_job_says_when", lambda: to(JobFactory(), state="succeeded", finished_at=None)),
    ("one_limit_per_site", a_site_limited_twice),
    ("one_limit_per_unit", lambda: again(limit_of(organisation=OrganisationFactory()))),
    ("a_limit_is_of_a_site_or_a_unit", lambda: to(limit_of(organisation=OrganisationFactory()), organisation=None)),
    ("one_turn_each", a_turn_given_twice),
    ("a_quota_is_at_least_one", lambda: to(DelegationFactory(), quota=0)),
    ("one_delegation_per_unit_site_and_category", a_unit_asked_twice),
    ("never_over_quota", lambda: to(DelegationFactory(quota=3), taken=2, returned=2)),
    ("one_live_invitation_per_person", lambda: again(InvitationFactory())),
    ("one_letter_is_drafted_at_a_time", lambda: again(InvitationLetterFactory(), edition=2)),
    (
        "editions_of_a_letter_are_numbered",
        lambda: again(InvitationLetterFactory(issued=True), issued_at=None, sequence=None, document=None),
    ),
    ("an_issued_letter_is_on_file", lambda: to(InvitationLetterFactory(), issued_at=now(), sequence=0)),
    ("issued_letters_stand", lambda: to(InvitationLetterFactory(issued=True), facts={"number": "06/GM-KT2"})),
    ("issued_letters_stand", lambda: InvitationLetterFactory(issued=True).delete),
    ("one_copy_of_a_letter_for_each", a_letter_kept_twice),
    ("one_open_failure_per_letter_and_person", a_failure_open_twice),
    ("one_questionnaire_per_number", lambda: again(QuestionnaireFactory())),
    ("questionnaires_count_from_one", lambda: again(QuestionnaireFactory(), number=0)),
    ("one_sheet_per_person", lambda: again(AnswerSheetFactory())),
    ("a_wording_per_version", lambda: again(wordings_in_force()[0])),
    ("an_access_names_whom", lambda: again(access_to(PersonFactory()), people=[])),
    ("a_decision_has_its_day", lambda: to(DataRequestFactory(), state="granted")),
    ("data_are_kept_a_day_at_least", lambda: to(RetentionTerm.objects.create(name="copies", days=1), days=0)),
    ("one_retention_run_per_day", lambda: again(RetentionRunFactory())),
    ("one_hold_per_conference", lambda: again(LegalHoldFactory())),
    ("one_file_per_version_and_format", lambda: again(a_file())),
    ("one_series_per_organisation_kind_year", lambda: again(a_number_of(gap_reason="Huỷ").series)),
    ("official_numbers_unique", lambda: again(a_number_of(gap_reason="Huỷ"))),
    ("a_gap_is_explained", lambda: to(a_number_of(document=DocumentFactory()), document=None)),
]


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=lambda each: each if isinstance(each, str) else "")
def test_the_database_refuses_it_and_nothing_else_does(guard: str, wrong: Callable[[], Write]) -> None:
    write = wrong()
    assert_refused_by(guard, write)
    assert_written_without(guard, write)


#: What is written down once and for all.
APPEND_ONLY = [
    "articles_articlerevision", "conferences_photonotice", "conferences_photonoticeshown", "conferences_release",
    "conferences_timeandplace", "documents_documentfile", "invitations_invitationreply", "invitations_lettercopy",
    "invitations_reminder", "outbox_event", "privacy_consentdecision", "privacy_consentwording",
    "questions_questionnaire", "registration_presence", "registration_scan", "registration_seatreminder",
    "resolutions_authorisation", "resolutions_backing", "resolutions_entitlement", "resolutions_envelope",
    "resolutions_issuedpaper", "resolutions_namedballot", "resolutions_openedballot", "resolutions_promulgation",
    "resolutions_quorumchange", "resolutions_sheet", "resolutions_takenback", "resolutions_textversion",
    "rights_correction", "rights_erasure", "rights_requestentry",
]  # fmt: skip


def some_row_of(table: str) -> str:
    """Of zeros and blanks, with no trigger, check or foreign key asked; returns a column that holds an id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
            [table],
        )
        for (check,) in cursor.fetchall():  # the row is blank, and some blanks are refused
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{check}"')
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND attnotnull AND NOT attisdropped AND attidentity = '' AND attgenerated = ''",
            [table],
        )
        columns = dict(cursor.fetchall())
        values = ", ".join(
            f"({BLANK['jsonb'] if kind.endswith('[]') else BLANK.get(kind, BLANK['text'])})::{kind}"
            for kind in columns.values()
        )
        names = ", ".join(f'"{name}"' for name in columns)
        cursor.execute(f'INSERT INTO "{table}" ({names}) VALUES ({values})')
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    return next(name for name, kind in columns.items() if kind == "uuid")


BLANK = {
    "uuid": "gen_random_uuid()", "jsonb": "'{}'", "integer": "1", "bigint": "1", "smallint": "1", "boolean": "false",
    "timestamp with time zone": "now()", "date": "now()", "text": "''",
}  # fmt: skip


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_written_down_stands(table: str) -> None:
    column = some_row_of(table)
    change, delete = f'UPDATE "{table}" SET "{column}" = gen_random_uuid()', f'DELETE FROM "{table}"'
    with connection.cursor() as cursor:
        for statement in (change, delete, f'TRUNCATE "{table}" CASCADE'):
            assert_refused_by(f"{table}_append_only", lambda asked=statement: cursor.execute(asked))
        assert_written_without(f"{table}_append_only", lambda: cursor.execute(delete))


def test_every_append_only_table_is_tried() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE proname = 'plenum_append_only'"
        )
        assert sorted(table for (table,) in cursor.fetchall()) == APPEND_ONLY
