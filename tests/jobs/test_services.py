"""Long work goes on chunk by chunk, whatever happens to whoever does it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from backend.core import context
from backend.core.errors import Conflict, IllegalMove, Invalid
from backend.core.text import say
from backend.jobs import kinds, queries, services
from backend.jobs.kinds import Chunk, RowError
from backend.jobs.models import Job, JobError
from backend.outbox import services as outbox
from backend.outbox.models import Delivery, Event
from tests import lift
from tests.factories.jobs import COUNTING, JobFactory, counted, counting, working
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def begun(total: int | None = 25, **fields: Any) -> Job:
    return services.start(**{"kind": COUNTING, "requested_by": None, "total": total, **fields})


def fresh(job: Job) -> Job:
    return queries.jobs().get(pk=job.pk)


def due_again(**of: Any) -> None:
    """The lease of whoever died, or the pause after a try in vain, is over."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_delivery SET due_at = clock_timestamp() WHERE state = 'due'")


def one_step() -> None:
    """Lets the reaction hear one fact and no more."""
    from workers import tasks
    from workers.subscriptions import SUBSCRIPTIONS

    outbox.fan_out(SUBSCRIPTIONS)
    outbox.hand_out(lambda delivery, consumer: tasks.react(str(delivery), consumer))


def test_a_job_is_done_chunk_by_chunk_and_each_chunk_is_seen() -> None:
    seen = []
    with working():
        job = begun(25)
        for _ in range(3):
            one_step()
            now = fresh(job)
            seen.append((now.state, now.done, now.position))

    assert seen == [("running", 10, 10), ("running", 20, 20), ("done", 25, 20)]
    ended = fresh(job)
    assert counted(job) == 25
    assert ended.started_at is not None
    assert ended.finished_at is not None
    assert [event.payload["state"] for event in Event.objects.filter(name="job.finished")] == ["done"]


def test_the_facts_of_a_job_are_on_behalf_of_who_began_it() -> None:
    account = uuid4()
    with working(), context.acting(actor=f"account:{account}"):
        begun(25, requested_by=account)
    with working():
        lift.run()

    told = Event.objects.order_by("recorded_at").values_list("actor", "on_behalf_of")
    assert list(told)[1:] == [("reaction:jobs.run_step", f"account:{account}")] * 3


def test_a_step_that_dies_in_the_middle_leaves_nothing_and_is_done_by_the_next_try() -> None:
    died: list[int] = []

    def dying(job: Job) -> Chunk:
        chunk = counting(job)
        if job.position == 10 and not died:
            died.append(job.position)
            raise KeyboardInterrupt  # kill: nobody down the line catches it
        return chunk

    with working(dying):
        job = begun(25)
        one_step()
        with pytest.raises(KeyboardInterrupt):
            one_step()
        assert (fresh(job).done, counted(job)) == (10, 10)
        due_again()
        lift.run()

    assert (fresh(job).state, fresh(job).done, counted(job), died) == ("done", 25, 25, [10])


def test_a_chunk_done_twice_at_once_is_done_once() -> None:
    with working():
        job = begun(25)
        results = in_threads(4, lambda: services.run_step(job_id=job.pk, position=0))

    assert results == [None] * 4
    assert (fresh(job).done, counted(job)) == (10, 10)
    assert Event.objects.filter(name="job.due", payload__position=10).count() == 1


def test_without_the_look_at_its_position_a_chunk_told_twice_would_be_done_twice() -> None:
    """The negative control: the same fact told again at another position does other work."""
    with working():
        job = begun(25)
        services.run_step(job_id=job.pk, position=0)
        services.run_step(job_id=job.pk, position=0)
        assert counted(job) == 10
        services.run_step(job_id=job.pk, position=fresh(job).position)

    assert counted(job) == 20


def test_a_refusal_ends_the_job_with_its_sentence_and_undoes_the_chunk() -> None:
    def refusing(job: Job) -> Chunk:
        counting(job)
        raise Conflict(say(vi="Hội nghị đã huỷ.", en="The conference is cancelled."))

    with working(refusing):
        job = begun()
        lift.run()

    ended = fresh(job)
    assert (ended.state, ended.done, counted(job)) == ("failed", 0, 0)
    assert ended.reason == {"vi": "Hội nghị đã huỷ.", "en": "The conference is cancelled."}
    assert not Delivery.objects.exclude(state="settled").exists()
    assert [event.payload["state"] for event in Event.objects.filter(name="job.finished")] == ["failed"]


def test_a_step_may_refuse_and_keep_what_it_wrote() -> None:
    def refusing(job: Job) -> Chunk:
        return Chunk(done=counting(job).done, next=None, refusal=say(vi="Hết giấy.", en="Out of paper."))

    with working(refusing):
        job = begun(5)
        lift.run()

    assert (fresh(job).state, fresh(job).reason["en"], counted(job)) == ("failed", "Out of paper.", 5)


def test_a_refusal_names_the_wrong_fields() -> None:
    def refusing(job: Job) -> Chunk:
        raise Invalid({"site": say(vi="Không có.", en="There is none.")})

    with working(refusing):
        job = begun()
        lift.run()

    assert fresh(job).reason["en"].endswith("site: There is none.")


def test_errors_are_kept_by_row_and_the_rest_is_done() -> None:
    def partly(job: Job) -> Chunk:
        wrong = RowError(row=2, column="email", reason=say(vi="Sai địa chỉ.", en="Wrong address."))
        return Chunk(done=2, next=None, total=3, errors=[wrong], result={"created": 2})

    with working(partly):
        job = begun(None)
        lift.run()

    ended = fresh(job)
    assert (ended.state, ended.done, ended.total, ended.failures, ended.result) == ("done", 2, 3, 1, {"created": 2})
    assert [(error.row, error.column, error.reason["vi"]) for error in JobError.objects.all()] == [
        (2, "email", "Sai địa chỉ.")
    ]


def test_a_cancelled_job_does_no_further_chunk() -> None:
    with working():
        job = begun(25)
        one_step()
        services.cancel(job_id=job.pk)
        lift.run()

    assert (fresh(job).state, counted(job)) == ("cancelled", 10)
    assert not Delivery.objects.exclude(state="settled").exists()
    with pytest.raises(IllegalMove):
        services.cancel(job_id=job.pk)


def test_a_step_in_trouble_says_so_and_when_it_is_tried_again() -> None:
    def broken(job: Job) -> Chunk:
        raise RuntimeError("out of paper")

    with working(broken):
        job = begun()
        one_step()
        assert (fresh(job).tries, fresh(job).next_try_at) == (1, None)
        due_again()
        one_step()

    assert (fresh(job).state, fresh(job).tries) == ("queued", 2)
    assert fresh(job).next_try_at is not None


def given_up_on(job: Job) -> Delivery:
    one_step()
    dead = Delivery.objects.get(event__subject_id=job.pk)
    outbox.fail(dead, "RuntimeError: out of paper", 0, final=True)
    return dead


def broken(job: Job) -> Chunk:
    raise RuntimeError("out of paper")


def test_a_job_whose_step_was_given_up_on_is_stuck_and_goes_on_when_it_is_redelivered() -> None:
    with working(broken):
        job = begun(25)
        dead = given_up_on(job)
        assert services.mark_stuck() == 1
        assert services.mark_stuck() == 0
    assert fresh(job).state == "stuck"

    with working():
        outbox.redeliver(delivery_ids=[dead.pk])
        lift.run()

    assert (fresh(job).state, counted(job)) == ("done", 25)


def test_a_stuck_job_may_be_cancelled_and_then_nothing_brings_it_back() -> None:
    with working(broken):
        job = begun(25)
        dead = given_up_on(job)
        services.mark_stuck()
        services.cancel(job_id=job.pk)
    with working():
        outbox.redeliver(delivery_ids=[dead.pk])
        lift.run()

    assert (fresh(job).state, counted(job)) == ("cancelled", 0)


def test_jobs_that_go_on_are_not_stuck() -> None:
    with working():
        begun(25)
        one_step()
        assert services.mark_stuck() == 0


def test_a_step_that_gets_nowhere_is_an_error_of_ours() -> None:
    with working(lambda job: Chunk(done=0, next=job.position)):
        job = begun()
        with pytest.raises(services.NoProgress):
            services.run_step(job_id=job.pk, position=0)

    assert fresh(job).state == "queued"


def test_what_nobody_registered_is_not_begun() -> None:
    with pytest.raises(LookupError):
        begun()


def test_a_kind_is_defined_once() -> None:
    with working(), pytest.raises(ValueError, match="twice"):
        kinds.step(COUNTING, vi="Khác", en="Other")(broken)


def test_of_one_kind_there_is_one_live_job_about_a_subject_however_many_begin_it() -> None:
    subject = uuid4()

    with working():
        results = in_threads(6, lambda: begun(25, subject_id=subject))
        (job,) = (each for each in results if isinstance(each, Job))
        refused = [each for each in results if isinstance(each, Conflict)]

        assert {each.extra["job"] for each in refused} == {str(job.pk)}
        assert len(refused) == 5
        lift.run()
        begun(25, subject_id=subject)
        begun(25, subject_id=uuid4())


def test_without_the_constraint_two_live_jobs_would_be_begun() -> None:
    """The negative control."""
    subject = uuid4()
    with working(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_live_job_per_kind_and_subject")
        begun(25, subject_id=subject)
        begun(25, subject_id=subject)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "wrong",
    [{"done": 3, "total": 2}, {"state": "done"}, {"finished_at": "2026-01-01T00:00:00Z"}],
    ids=["more done than all", "ended without saying when", "going on and ended"],
)
def test_what_cannot_be_is_refused_by_the_database(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        JobFactory(**wrong)


def test_ids_are_all_a_fact_of_a_job_tells() -> None:
    with working():
        job = begun(5, parameters={"name": "Nguyễn Thị Mẫu"})
        lift.run()

    for event in Event.objects.all():
        assert "Mẫu" not in str(event.payload)
        assert UUID(event.payload["job_id"]) == job.pk
