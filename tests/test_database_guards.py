"""What PostgreSQL keeps true of mails, jobs, imports, seats and delegations, whoever writes."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.core.clock import now
from backend.delegations.models import Delegation
from backend.jobs.models import Job
from backend.mail.models import InboundMail
from backend.registration.models import SeatLimit
from tests.factories.conferences import SiteFactory
from tests.factories.delegations import DelegationFactory
from tests.factories.imports import ImportFactory, ImportRowFactory
from tests.factories.inbound import InboundMailFactory, SuppressedAddressFactory
from tests.factories.jobs import JobFactory
from tests.factories.mail import MailBatchFactory
from tests.factories.people import OrganisationFactory
from tests.guards import assert_refused_by, assert_written_without

pytestmark = pytest.mark.django_db


def inbound_where_its_reason_does_not_lead() -> Callable[[], Any]:
    row = InboundMailFactory()
    return lambda: InboundMail.objects.filter(pk=row.pk).update(state="taken")


def an_address_suppressed_again() -> Callable[[], Any]:
    there = SuppressedAddressFactory()
    return lambda: SuppressedAddressFactory(address=there.address, report=there.report)


def a_batch_opened_again() -> Callable[[], Any]:
    there = MailBatchFactory()
    same = {name: getattr(there, name) for name in ("subject_id", "purpose", "number")}
    return lambda: MailBatchFactory(**same)


def a_place_in_a_file_taken_twice() -> Callable[[], Any]:
    imported = ImportFactory()
    ImportRowFactory(imported=imported, place=1)
    return lambda: ImportRowFactory(imported=imported, place=1)


def more_done_than_there_is() -> Callable[[], Any]:
    job = JobFactory(total=2)
    return lambda: Job.objects.filter(pk=job.pk).update(done=3)


def a_live_job_that_ended() -> Callable[[], Any]:
    job = JobFactory()
    return lambda: Job.objects.filter(pk=job.pk).update(finished_at=now())


def an_ended_job_that_does_not_say_when() -> Callable[[], Any]:
    job = JobFactory()
    return lambda: Job.objects.filter(pk=job.pk).update(state="succeeded", finished_at=None)


def a_site_limited_twice() -> Callable[[], Any]:
    site = SiteFactory()
    limit = {"conference": site.conference, "site": site, "capacity": 5}
    SeatLimit.objects.create(**limit)
    return lambda: SeatLimit.objects.create(**limit)


def a_unit_limited_twice() -> Callable[[], Any]:
    limit = {"conference": SiteFactory().conference, "organisation": OrganisationFactory(), "capacity": 5}
    SeatLimit.objects.create(**limit)
    return lambda: SeatLimit.objects.create(**limit)


def a_delegation_of_nobody() -> Callable[[], Any]:
    row = DelegationFactory()
    return lambda: Delegation.objects.filter(pk=row.pk).update(quota=0)


def a_unit_asked_twice() -> Callable[[], Any]:
    there = DelegationFactory()
    return lambda: DelegationFactory(conference=there.conference, organisation=there.organisation)


GUARDS: list[tuple[str, Callable[[], Callable[[], Any]]]] = [
    ("an_inbound_mail_is_where_its_reason_leads", inbound_where_its_reason_does_not_lead),
    ("one_suppression_per_address", an_address_suppressed_again),
    ("one_mail_batch_per_subject_purpose_number", a_batch_opened_again),
    ("one_row_per_place", a_place_in_a_file_taken_twice),
    ("no_more_done_than_all", more_done_than_there_is),
    ("an_ended_job_says_when", a_live_job_that_ended),
    ("an_ended_job_says_when", an_ended_job_that_does_not_say_when),
    ("one_limit_per_site", a_site_limited_twice),
    ("one_limit_per_unit", a_unit_limited_twice),
    ("a_quota_is_at_least_one", a_delegation_of_nobody),
    ("one_delegation_per_unit_site_and_category", a_unit_asked_twice),
]


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=lambda each: getattr(each, "__name__", each))
def test_the_database_refuses_it_and_nothing_else_does(guard: str, wrong: Callable[[], Callable[[], Any]]) -> None:
    write = wrong()
    assert_refused_by(guard, write)
    assert_written_without(guard, write)
