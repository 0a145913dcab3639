"""A list of 600 people is read and committed while the worker is killed in the middle of each: nobody is missing,
nobody is there twice, and the job says so."""

from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from backend.imports import services
from backend.imports.models import Import, ImportRow
from backend.imports.uploads import looked_at
from backend.invitations.models import Invitation
from backend.jobs.models import Job
from backend.outbox.models import Delivery
from backend.people.models import Person
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationListFactory
from tests.factories.people import OrganisationFactory, account_with
from tests.faults.stack import breakable, wait_for
from tests.imports.files import HEADINGS, people, workbook

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 600


def under_way(job: Job) -> list[UUID]:
    """The chunk that is being done, once there is something to lose."""
    begun = Delivery.objects.filter(event__subject_id=job.pk, state="due", attempts=1)
    return list(begun.values_list("id", flat=True)) if Job.objects.get(pk=job.pk).done else []


def ended(job: Job) -> bool:
    return Job.objects.get(pk=job.pk).state not in {"queued", "running"}


def test_a_worker_is_killed_while_it_reads_and_while_it_commits(tmp_path: Path) -> None:
    host = OrganisationFactory()
    account = account_with("organiser", organisation=host)
    filled = InvitationListFactory(conference=ConferenceFactory(lead=host, announced=True, exact=True))
    sheet = looked_at(filename="a.xlsx", content=workbook([HEADINGS, *people(PEOPLE)]))

    with breakable(tmp_path, "relay", "worker") as stack:
        reading = services.receive(organisation_id=host.pk, list_id=filled.pk, sheet=sheet, account_id=account.pk)
        stack.kill("worker", over=lambda: under_way(reading))
        died_over = set(under_way(reading))
        assert ImportRow.objects.exclude(outcome="pending").count() < PEOPLE
        stack.start("worker")
        wait_for(lambda: ended(reading), 120, "the list to be read")
        assert Counter(ImportRow.objects.values_list("outcome", flat=True)) == {"new": PEOPLE}

        committing = services.commit(import_id=Import.objects.get().pk, account_id=account.pk)
        stack.kill("worker", over=lambda: under_way(committing))
        died_over |= set(under_way(committing))
        assert 0 < Invitation.objects.count() < PEOPLE
        stack.start("worker")
        seconds = wait_for(lambda: ended(committing), 120, "the list to be committed")
        print(f"all done {seconds:.1f} s after the worker was back")

    assert len(died_over) == 2
    assert died_over <= set(Delivery.objects.filter(attempts=2, state="settled").values_list("id", flat=True))
    job = Job.objects.get(pk=committing.pk)
    assert (job.state, job.done, job.failures, job.result["created"]) == ("done", PEOPLE, 0, PEOPLE)
    assert Person.objects.filter(email__startswith="dai.bieu.").count() == PEOPLE
    assert Invitation.objects.filter(list=filled).values("person").distinct().count() == PEOPLE
    assert not Delivery.objects.exclude(state="settled").exists()
