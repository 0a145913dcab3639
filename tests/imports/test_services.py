"""From the file to the people and their invitations, through the lift."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from backend.conferences import services as conferences
from backend.core.errors import Conflict, IllegalMove, Invalid, NotFound, StaleWrite
from backend.imports import services
from backend.imports.models import Import, ImportedPerson, ImportRow
from backend.imports.uploads import Sheet
from backend.invitations.models import Invitation, InvitationList
from backend.jobs import services as jobs
from backend.jobs.models import Job, JobError
from backend.outbox.models import Event
from backend.people.models import Account, Organisation, Person, Position, RoleGrant
from backend.rights.services import drop_old
from tests import lift
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory, PositionFactory, account_with
from tests.imports.files import HEADINGS, people, text
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


class Office:
    """An organiser with a conference and a guest list to fill."""

    def __init__(self) -> None:
        self.host: Organisation = OrganisationFactory()
        self.account: Account = account_with("organiser", organisation=self.host)
        self.list = self.new_list()

    def new_list(self) -> InvitationList:
        made: InvitationList = InvitationListFactory(
            conference=ConferenceFactory(lead=self.host, announced=True, exact=True)
        )
        return made

    def receive(self, content: bytes, *, to: InvitationList | None = None) -> Job:
        return services.receive(
            organisation_id=self.host.pk,
            list_id=(to or self.list).pk,
            sheet=Sheet(format="csv", filename="a.csv", content=content),
            account_id=self.account.pk,
        )

    def read(self, *rows: list[str], to: InvitationList | None = None) -> Import:
        job = self.receive(text([HEADINGS, *rows]), to=to)
        lift.run()
        return Import.objects.get(pk=job.subject_id)

    def commit(self, imported: Import) -> Job:
        job = services.commit(import_id=imported.pk, account_id=self.account.pk)
        lift.run()
        return Job.objects.get(pk=job.pk)


@pytest.fixture
def office() -> Office:
    return Office()


def row(name: str, *, office: str = "", unit: str = "", email: str = "", phone: str = "") -> list[str]:
    return ["", name, office, unit, email, phone]


def outcomes(imported: Import) -> list[str]:
    return list(imported.rows.order_by("place").values_list("outcome", flat=True))


def invited(to: InvitationList) -> set[str]:
    return set(Invitation.objects.filter(list=to).values_list("person__full_name", flat=True))


def test_a_preview_adds_nobody(office: Office) -> None:
    before = Person.objects.count()
    imported = office.read(row("Nguyễn Văn An", email="an@xa.example"), row("", email="binh@xa.example"))

    assert (imported.state, outcomes(imported)) == ("ready", ["new", "error"])
    assert (Person.objects.count(), Invitation.objects.count()) == (before, 0)


def test_a_commit_makes_people_with_their_office_and_invites_them(office: Office) -> None:
    imported = office.read(
        row("ÔNG TS. NGUYỄN VĂN AN", office="Chủ tịch", unit="UBND xã A", email="an@xa.example", phone="912345678"),
        row("Lê Thị Bình", email="binh"),
    )
    job = office.commit(imported)

    person = Person.objects.get(email="an@xa.example")
    assert (person.full_name, person.honorific, person.degree, person.phone) == (
        "Nguyễn Văn An", "ong", "TS.", "+84912345678",
    )  # fmt: skip
    assert person.organisation == office.host
    invitation = Invitation.objects.get(person=person)
    assert (invitation.list, invitation.office, invitation.email) == (
        office.list, {"vi": "Chủ tịch, UBND xã A"}, "an@xa.example",
    )  # fmt: skip
    assert (job.state, job.done, job.total) == ("done", 1, 1)
    assert job.result == {
        "created": 1, "updated": 0, "unchanged": 0, "invited": 1, "invited_before": 0, "left_out": 1,
    }  # fmt: skip
    assert Import.objects.get(pk=imported.pk).state == "committed"


def test_a_unit_on_record_is_where_the_office_is_held(office: Office) -> None:
    commune = OrganisationFactory(name={"vi": "Uỷ ban nhân dân xã A"}, short_name={"vi": "UBND xã A"})
    below = OrganisationFactory(parent=office.host, name={"vi": "Chi cục B"})
    imported = office.read(
        row("Nguyễn Văn An", office="Chủ tịch", unit="UBND XÃ A"), row("Lê Thị Bình", office="Trưởng", unit="chi cục b")
    )
    office.commit(imported)

    an, binh = Person.objects.get(full_name="Nguyễn Văn An"), Person.objects.get(full_name="Lê Thị Bình")
    assert (an.organisation, binh.organisation) == (office.host, below), (
        "people of others are not the importer's to add"
    )
    assert {held.person: held.organisation for held in Position.objects.all()} == {an: commune, binh: below}
    assert not any(each.remarks for each in ImportRow.objects.all())


def test_a_unit_nobody_knows_is_remarked_on(office: Office) -> None:
    imported = office.read(row("Nguyễn Văn An", unit="UBND xã Không Có"))

    (remark,) = imported.rows.get().remarks
    assert (remark["column"], set(remark["reason"])) == ("unit", {"vi", "en"})


def test_known_people_are_found_by_address_by_telephone_and_by_name_and_unit(office: Office) -> None:
    known = [
        PersonFactory(full_name="Nguyễn Văn An", email="An@xa.example", organisation=office.host),
        PersonFactory(full_name="Lê Thị Bình", email="", phone="0912 345 678", organisation=office.host),
        PersonFactory(full_name="Trần Văn Cường", email="", organisation=office.host),
    ]
    imported = office.read(
        row("NGUYỄN VĂN AN", email="an@xa.example"),
        row("Le Thi Binh", phone="912345678"),
        row("Trần  Văn Cường"),
        row("Phạm Thị Dung", phone="0912345678"),  # shares the telephone
    )

    assert outcomes(imported) == ["known", "known", "known", "new"]
    assert [each.person for each in imported.rows.order_by("place")][:3] == known


def test_what_is_not_known_yet_is_filled_in_and_what_is_known_stays(office: Office) -> None:
    person = PersonFactory(full_name="Nguyễn Văn An", email="an@xa.example", degree="ThS.", organisation=office.host)
    PositionFactory(person=person, title={"vi": "Chủ tịch"})
    imported = office.read(
        row("Ông TS. Nguyễn Văn An", office="chủ tịch", email="an@xa.example; an@khac.example", phone="0912345678")
    )
    job = office.commit(imported)

    person.refresh_from_db()
    assert (person.honorific, person.degree, person.phone, person.alternate_email) == (
        "ong", "ThS.", "+84912345678", "an@khac.example",
    )  # fmt: skip
    assert person.positions.count() == 1
    assert (job.result["created"], job.result["updated"]) == (0, 1)


def test_people_of_others_are_invited_and_not_changed(office: Office) -> None:
    person = PersonFactory(full_name="Nguyễn Văn An", email="an@bo.example")
    imported = office.read(row("Nguyễn Văn An", office="Vụ trưởng", email="an@bo.example", phone="0912345678"))
    job = office.commit(imported)

    person.refresh_from_db()
    assert (person.phone, person.positions.count(), job.result["unchanged"]) == ("", 0, 1)
    assert invited(office.list) == {"Nguyễn Văn An"}


def test_the_people_of_others_are_not_looked_up_by_name_or_telephone(office: Office) -> None:
    PersonFactory(full_name="Nguyễn Văn An", email="", phone="0912345678")
    imported = office.read(row("Nguyễn Văn An", phone="0912345678"))

    assert outcomes(imported) == ["new"]


def ambiguous(office: Office) -> tuple[Import, list[Person]]:
    namesakes = PersonFactory.create_batch(2, full_name="Nguyễn Văn An", email="", organisation=office.host)
    return office.read(row("Nguyễn Văn An"), row("Lê Thị Bình")), namesakes


def test_where_several_may_be_meant_somebody_decides(office: Office) -> None:
    imported, namesakes = ambiguous(office)
    open_row = imported.rows.get(place=1)

    assert open_row.outcome == "ambiguous"
    assert set(open_row.candidates) == {person.pk for person in namesakes}
    with pytest.raises(Invalid):
        services.decide(row_id=open_row.pk, person_id=PersonFactory().pk)
    with pytest.raises(Conflict):
        services.decide(row_id=imported.rows.get(place=2).pk, person_id=None)
    services.decide(row_id=open_row.pk, person_id=None)
    services.decide(row_id=open_row.pk, person_id=namesakes[1].pk)
    job = office.commit(imported)

    assert job.result["created"] == 1
    assert set(Invitation.objects.values_list("person_id", flat=True)) >= {namesakes[1].pk}
    assert Person.objects.filter(full_name="Nguyễn Văn An").count() == 2


def test_where_nobody_decided_the_row_is_left_out(office: Office) -> None:
    imported, _ = ambiguous(office)
    job = office.commit(imported)

    assert invited(office.list) == {"Lê Thị Bình"}
    assert job.result["left_out"] == 1


def test_somebody_may_be_said_to_be_new(office: Office) -> None:
    imported, _ = ambiguous(office)
    services.decide(row_id=imported.rows.get(place=1).pk, person_id=None)
    office.commit(imported)

    assert Person.objects.filter(full_name="Nguyễn Văn An").count() == 3


def test_an_address_on_record_under_another_name_is_to_be_decided(office: Office) -> None:
    PersonFactory(full_name="Nguyễn Văn An", email="an@xa.example", organisation=office.host)

    assert outcomes(office.read(row("Lê Thị Bình", email="an@xa.example"))) == ["ambiguous"]


def test_a_namesake_with_another_address_is_somebody_else_unless_said_otherwise(office: Office) -> None:
    known = PersonFactory(full_name="Nguyễn Văn An", email="an@xa.example", organisation=office.host)
    imported = office.read(row("Nguyễn Văn An", email="khac@xa.example"), row("NGUYỄN VĂN AN", email="ba@xa.example"))
    first, second = imported.rows.order_by("place")

    assert (outcomes(imported), first.candidates) == (["new", "new"], [known.pk])
    assert [remark["column"] for remark in first.remarks] == ["full_name"]
    services.decide(row_id=second.pk, person_id=known.pk)
    office.commit(imported)
    assert set(Person.objects.filter(folded="nguyen van an").values_list("email", flat=True)) == {
        "an@xa.example", "khac@xa.example",
    }  # fmt: skip


def test_what_became_ambiguous_since_the_preview_is_left_out_and_listed(office: Office) -> None:
    imported = office.read(row("Nguyễn Văn An"), row("Lê Thị Bình"))
    PersonFactory.create_batch(2, full_name="Nguyễn Văn An", email="", organisation=office.host)
    job = office.commit(imported)

    assert outcomes(imported) == ["ambiguous", "new"]
    assert (job.state, job.failures, job.result["left_out"]) == ("done", 1, 1)
    assert [(error.row, error.column) for error in JobError.objects.all()] == [(2, "full_name")]
    assert invited(office.list) == {"Lê Thị Bình"}


def test_who_was_added_since_the_preview_is_known(office: Office) -> None:
    imported = office.read(row("Nguyễn Văn An", email="an@xa.example"))
    PersonFactory(full_name="Nguyễn Văn An", email="an@xa.example", organisation=office.host)
    job = office.commit(imported)

    assert (job.result["created"], Person.objects.filter(full_name="Nguyễn Văn An").count()) == (0, 1)


# The same file twice


MIXED = [
    row("Nguyễn Văn An", email="an@xa.example"),
    row("Lê Thị Bình", phone="0912345678"),
    row("Trần Văn Cường", unit="Xã C"),
    row("Phạm Thị Dung", office="Chủ tịch", unit="Xã D"),
]


def test_a_committed_file_is_refused_for_the_same_list(office: Office) -> None:
    imported = office.read(*MIXED)
    office.commit(imported)

    with pytest.raises(Conflict) as refused:
        office.read(*MIXED)
    assert refused.value.extra["import"] == str(imported.pk)
    with pytest.raises(IllegalMove):
        office.commit(imported)


def test_a_file_committed_for_two_lists_makes_nobody_twice(office: Office) -> None:
    second = office.new_list()
    first = office.commit(office.read(*MIXED))
    again = office.commit(office.read(*MIXED, to=second))

    assert (first.result["created"], again.result["created"]) == (4, 0)
    assert invited(office.list) == invited(second)
    assert Position.objects.count() == 2
    assert max(Counter(Person.objects.values_list("full_name", flat=True)).values()) == 1


def committed_at_once(office: Office) -> list[Import]:
    """Four imports of one file for four lists, whose chunks run at the same moment."""
    imports = [office.read(*MIXED, to=office.new_list()) for _ in range(4)]
    begun = [services.commit(import_id=each.pk, account_id=office.account.pk) for each in imports]
    waiting = iter(begun)
    results = in_threads(4, lambda: jobs.run_step(job_id=next(waiting).pk, position=0))
    assert results == [None] * 4
    lift.run()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    return imports


def test_a_file_committed_four_times_at_once_makes_nobody_twice(office: Office) -> None:
    before = Person.objects.count()
    imports = committed_at_once(office)

    assert Person.objects.count() - before == 4
    assert ImportedPerson.objects.count() == 4
    for imported in imports:
        assert len(invited(imported.list)) == 4  # type: ignore[arg-type]


def test_without_its_constraint_people_would_be_made_twice(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: nothing but the key keeps those apart who look at the same moment."""
    before = Person.objects.count()
    monkeypatch.setattr("backend.imports.services.committing._key", lambda identity: uuid4().hex)
    monkeypatch.setattr("backend.imports.matching.People.meant_by", lambda self, row: _new())
    committed_at_once(office)

    assert Person.objects.count() - before == 16


def _new() -> Any:
    from backend.imports.matching import Match

    return Match(outcome="new")


def test_a_file_handed_in_six_times_at_once_is_one_import(office: Office) -> None:
    content = text([HEADINGS, *MIXED])
    results = in_threads(6, lambda: office.receive(content))

    assert Import.objects.count() == 1
    assert len([each for each in results if isinstance(each, Job)]) == 1
    assert len([each for each in results if isinstance(each, Conflict)]) == 5


def test_without_its_constraint_a_file_would_be_several_imports(office: Office) -> None:
    """The negative control."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE imports_import DROP CONSTRAINT one_import_per_file_and_list")
    try:
        for _ in range(2):
            Import.objects.bulk_create(
                [Import(organisation=office.host, sha256="a" * 64, size=1, content=b"a", format="csv")],
                ignore_conflicts=True,
            )
        assert Import.objects.count() == 2
    finally:
        Import.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE imports_import ADD CONSTRAINT one_import_per_file_and_list"
                " UNIQUE NULLS NOT DISTINCT (organisation_id, list_id, holder_id, sha256)"
            )


# What goes wrong on the way


def test_a_file_that_cannot_be_read_fails_its_job_and_may_be_handed_in_again(office: Office) -> None:
    content = text([["a", "b"]])
    job = office.receive(content)
    lift.run()
    imported = Import.objects.get()

    assert (Job.objects.get(pk=job.pk).state, imported.state) == ("failed", "unreadable")
    assert set(imported.reason) == {"vi", "en"}
    office.receive(content)
    lift.run()
    assert Import.objects.count() == 1


def test_the_same_file_handed_in_again_is_looked_up_afresh(office: Office) -> None:
    imported = office.read(row("Nguyễn Văn An", email="an@xa.example"))
    PersonFactory(full_name="Nguyễn Văn An", email="an@xa.example", organisation=office.host)
    office.read(row("Nguyễn Văn An", email="an@xa.example"))

    assert outcomes(imported) == ["known"]


def test_a_step_that_dies_is_done_by_the_next_try_and_nobody_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.imports.services.committing.CHUNK", 10)
    imported = office.read(*people(25))
    job = services.commit(import_id=imported.pk, account_id=office.account.pk)
    from backend.invitations import services as invitations

    real, calls = invitations.add_members, []

    def dying(**said: Any) -> Any:
        calls.append(1)
        added = real(**said)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return added

    monkeypatch.setattr(invitations, "add_members", dying)
    with pytest.raises(KeyboardInterrupt):
        lift.run()
    assert (Job.objects.get(pk=job.pk).done, Invitation.objects.count()) == (10, 10)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_delivery SET due_at = clock_timestamp() WHERE state = 'due'")
    lift.run()

    assert Job.objects.get(pk=job.pk).result["created"] == 25
    assert Invitation.objects.count() == 25
    assert Person.objects.filter(email__endswith="@xa.example").count() == 25


def test_a_cancelled_commit_goes_on_where_it_was_when_asked_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.imports.services.committing.CHUNK", 10)
    imported = office.read(*people(25))
    job = services.commit(import_id=imported.pk, account_id=office.account.pk)
    jobs.run_step(job_id=job.pk, position=0)
    jobs.cancel(job_id=job.pk)
    lift.run()
    assert Invitation.objects.count() == 10
    again = office.commit(imported)

    assert (again.total, again.result["created"], Invitation.objects.count()) == (15, 15, 25)


def test_a_conference_called_off_meanwhile_fails_the_commit_with_its_sentence(office: Office) -> None:
    imported = office.read(row("Nguyễn Văn An"))
    job = services.commit(import_id=imported.pk, account_id=office.account.pk)
    conferences.cancel(conference_id=office.list.conference_id, reason={"vi": "Bão"})
    lift.run()

    failed = Job.objects.get(pk=job.pk)
    assert (failed.state, set(failed.reason)) == ("failed", {"vi", "en"})
    assert not Person.objects.filter(full_name="Nguyễn Văn An").exists()


def test_who_no_longer_keeps_these_people_commits_nothing(office: Office) -> None:
    imported = office.read(row("Nguyễn Văn An"))
    job = services.commit(import_id=imported.pk, account_id=office.account.pk)
    RoleGrant.objects.filter(account=office.account).delete()
    lift.run()

    assert Job.objects.get(pk=job.pk).state == "failed"
    assert not Person.objects.filter(full_name="Nguyễn Văn An").exists()


def test_who_is_invited_already_stays_as_they_are(office: Office) -> None:
    person = PersonFactory(full_name="Nguyễn Văn An", email="an@xa.example", organisation=office.host)
    InvitationFactory(list=office.list, person=person, sent=True)
    job = office.commit(office.read(row("Nguyễn Văn An", email="an@xa.example")))

    assert (job.result["invited"], job.result["invited_before"]) == (0, 1)
    assert Invitation.objects.get().state == "sent"


def test_a_commit_asks_for_the_version_that_was_read(office: Office) -> None:
    imported = office.read(row("Nguyễn Văn An"))

    with pytest.raises(StaleWrite):
        services.commit(import_id=imported.pk, account_id=office.account.pk, expected=imported.version - 1)


# What is kept


def test_no_fact_and_no_job_holds_personal_data(office: Office) -> None:
    office.commit(office.read(row("Nguyễn Văn An", email="an@xa.example", phone="0912345678"), row("Lê", email="sai")))

    told = str([event.payload for event in Event.objects.all()])
    told += str(list(Job.objects.values())) + str(list(JobError.objects.values()))
    for word in ("An", "xa.example", "912345678", "sai"):
        assert word not in told.replace("Any", ""), word


def test_old_lists_are_forgotten_and_the_same_file_stays_refused(office: Office) -> None:
    imported = office.read(row("Nguyễn Văn An"))
    office.commit(imported)
    assert "imports.files" not in drop_old()
    Import.objects.update(updated_at="2020-01-01T00:00:00Z")

    assert drop_old()["imports.files"] == 1
    imported.refresh_from_db()
    assert (bytes(imported.content), imported.filename, imported.kept, imported.rows.count()) == (b"", "", False, 0)
    assert Person.objects.filter(full_name="Nguyễn Văn An").exists()
    with pytest.raises(Conflict):
        office.read(row("Nguyễn Văn An"))


def test_an_import_is_removed_with_its_rows(office: Office) -> None:
    imported = office.read(row("Nguyễn Văn An"))
    services.remove(import_id=imported.pk)

    assert (Import.objects.count(), ImportRow.objects.count()) == (0, 0)
    with pytest.raises(NotFound):
        services.commit(import_id=imported.pk, account_id=office.account.pk)
    assert isinstance(imported.organisation_id, UUID)
