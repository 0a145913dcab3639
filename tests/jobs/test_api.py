"""Jobs over HTTP: who follows them, and who ends them."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from backend.jobs import services
from backend.jobs.answers import accepted
from backend.people.models import Account
from tests.factories.jobs import COUNTING, JobErrorFactory, JobFactory, working
from tests.factories.people import AccountFactory, OrganisationFactory, account_with

pytestmark = pytest.mark.django_db
API = "/api/v1/jobs"


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=account.pk))
    return client


def test_a_job_is_followed_by_who_began_it_and_by_organisers_of_its_organisation() -> None:
    host = OrganisationFactory()
    beginner = AccountFactory()
    job = JobFactory(requested_by=beginner.pk, organisation_id=host.pk)
    nobodys = JobFactory()

    for follower in (beginner, account_with("organiser", organisation=host)):
        assert [row["id"] for row in client_of(follower).get(API).json()["results"]] == [str(job.pk)]
        assert client_of(follower).get(f"{API}/{job.pk}").status_code == 200
    for other in (AccountFactory(), account_with("organiser", organisation=OrganisationFactory())):
        assert client_of(other).get(API).json()["results"] == []
        assert client_of(other).get(f"{API}/{job.pk}").status_code == 404
        assert client_of(other).post(f"{API}/{job.pk}/cancel").status_code == 404
    assert len(client_of(account_with("organiser")).get(API).json()["results"]) == 2
    assert client_of(beginner).get(f"{API}/{nobodys.pk}").status_code == 404
    assert APIClient().get(API).status_code == 401


def test_what_was_begun_is_answered_202_with_its_address() -> None:
    account = AccountFactory()
    with working():
        answer = accepted(services.start(kind=COUNTING, requested_by=account.pk, total=3, parameters={"secret": 1}))
        shown = client_of(account).get(answer["Location"]).json()

    assert answer.status_code == 202
    assert shown["id"] == answer.data["id"]
    assert shown["title"] == {"vi": "Đếm", "en": "Counting"}
    assert (shown["state"], shown["done"], shown["total"], shown["tries"]) == ("queued", 0, 3, 0)
    assert "parameters" not in shown


def test_a_job_is_cancelled_once() -> None:
    account = AccountFactory()
    job = JobFactory(requested_by=account.pk)
    client = client_of(account)

    answer = client.post(f"{API}/{job.pk}/cancel")

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert answer.json()["finished_at"] is not None
    again = client.post(f"{API}/{job.pk}/cancel")
    assert (again.status_code, again.json()["state"]) == (409, "cancelled")


def test_errors_are_listed_by_row_to_who_follows_the_job() -> None:
    account = AccountFactory()
    job = JobFactory(requested_by=account.pk)
    for row in (3, 1, 2):
        JobErrorFactory(job=job, row=row, column="email")
    JobErrorFactory()

    rows = client_of(account).get(f"/api/v1/job-errors?job={job.pk}").json()["results"]

    assert [(row["row"], row["column"]) for row in rows] == [(1, "email"), (2, "email"), (3, "email")]
    assert rows[0]["reason"]["en"] == "The name is missing."
    assert client_of(AccountFactory()).get("/api/v1/job-errors").json()["results"] == []


def test_jobs_are_filtered() -> None:
    account = AccountFactory()
    wanted = JobFactory(requested_by=account.pk, kind="badges.print", subject_id=uuid4(), organisation_id=uuid4())
    JobFactory(requested_by=account.pk)

    for query in (
        "kind=badges.print",
        f"subject_id={wanted.subject_id}",
        f"organisation_id={wanted.organisation_id}",
    ):
        rows = client_of(account).get(f"{API}?{query}").json()["results"]
        assert [row["id"] for row in rows] == [str(wanted.pk)], query
    assert len(client_of(account).get(f"{API}?state=queued").json()["results"]) == 2
    assert client_of(account).get(f"{API}?state=perhaps").status_code == 400


def test_a_kind_this_release_does_not_know_is_shown_by_its_name() -> None:
    account = AccountFactory()
    job = JobFactory(requested_by=account.pk, kind="fax.send")

    assert client_of(account).get(f"{API}/{job.pk}").json()["title"] == {"vi": "fax.send"}
