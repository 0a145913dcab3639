"""Erasing a person: the record stays lawful, and nothing in it says any more who they were.

Everything happens in one transaction, the step of a job: a worker killed in the middle has erased nothing, and the next
try erases everything. Each floor forgets before those below it, so that it can still see whom.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.core.errors import Conflict
from backend.core.guards import erasing
from backend.core.text import Text, both, localized, say
from backend.jobs import services as jobs
from backend.jobs.kinds import Chunk, step
from backend.jobs.models import Job
from backend.outbox.services import emit
from backend.people.models import Person
from backend.privacy.holdings import Holding, Remains, Subject, holdings, subject_of
from backend.rights.events import PersonErased
from backend.rights.models import Erasure
from backend.rights.services import letters
from backend.rights.services.requests import complete, granted
from backend.rights.states import RequestKind
from backend.rights.traces import Found, Trace, look_for

ERASE = "rights.erase"


def hindrances(subject: Subject) -> list[Text]:
    """Why the person cannot be erased yet, in every language; nothing when they can."""
    found: list[Text] = []
    if Erasure.objects.filter(person=subject.person_id).exists():
        found.append(both(say(vi="Người này đã được xoá.", en="This person has been erased already.")))
    for each in _from_the_top():
        found += [both(sentence) for sentence in each.hindrances(subject)]
    return found


@transaction.atomic
def erase(*, person_id: UUID, account_id: UUID | None, request_id: UUID | None = None) -> Job:
    """Begins to erase a person. There is no way back.

    Raises NotFound, Invalid for a request that did not ask for it or was not granted, or Conflict with the `hindrances`:
    an invitation, a seat, a part in a conference to come, a legal hold. Those are taken back first, so that a letter can
    still say so and the seat goes to somebody else.
    """
    granted(request_id, person_id, RequestKind.ERASE)
    subject = subject_of(person_id)
    _check(subject)
    person = Person.objects.get(pk=person_id)
    return jobs.start(
        kind=ERASE,
        requested_by=account_id,
        organisation_id=person.organisation_id,
        subject_id=person_id,
        total=1,
        parameters={"request": str(request_id) if request_id else None},
    )


@step(ERASE, vi="Xoá dữ liệu cá nhân", en="Erasing a person")
def erase_now(job: Job) -> Chunk:
    """All of it at once. What has come up since the job began stands in the way as before, and so does a request that
    was taken back meanwhile."""
    assert job.subject_id is not None
    Person.objects.select_for_update().get(pk=job.subject_id)
    subject = subject_of(job.subject_id)
    _check(subject)
    organisation_id = Person.objects.values_list("organisation_id", flat=True).get(pk=job.subject_id)
    request = granted(job.parameters.get("request"), job.subject_id, RequestKind.ERASE)
    recipient = (request.name, request.email) if request else ("", "")
    erased: dict[str, int] = {}
    remains: list[Remains] = []
    with erasing():
        for each in _from_the_top():
            forgotten = each.forget(subject)
            erased[each.name] = forgotten.rows
            remains += forgotten.remains
    report = _report(erased, remains, look_for(subject.marks))
    Erasure.objects.create(person_id=job.subject_id, request=request, organisation_id=organisation_id, report=report)
    emit(PersonErased(person_id=job.subject_id))
    if request is not None:
        request.refresh_from_db()
        letters.tell_erased(request, recipient)
        complete(request_id=request.pk)
    return Chunk(done=1, next=None, result=report)


def _check(subject: Subject) -> None:
    if found := hindrances(subject):
        raise Conflict(
            say(
                vi="Chưa xoá được người này: {why}",
                en="This person cannot be erased yet: {why}",
                why=_Joined(found),
            ),
            hindrances=found,
        )


class _Joined:
    """Sentences of every language as one, in the language it is written out in."""

    def __init__(self, sentences: list[Text]) -> None:
        self._sentences = sentences

    def __format__(self, spec: str) -> str:
        return " ".join(localized(sentence) for sentence in self._sentences)


def _from_the_top() -> Iterable[Holding]:
    """The holdings of the highest floor first."""
    floors = {floor: place for place, floor in enumerate(settings.FLOORS)}
    return sorted(holdings(), key=lambda each: (floors[".".join(type(each).__module__.split(".")[:2])], each.name))


def _report(erased: dict[str, int], remains: list[Remains], found: Found) -> dict[str, Any]:
    """Ids, names of tables, counts and reasons: nothing that says who it was."""
    explained = {each.where for each in remains}

    def rows(each: Trace) -> dict[str, Any]:
        return {"table": each.table, "column": each.column, "rows": each.count}

    return {
        "erased": erased,
        "remains": [{"table": each.where, "rows": each.count, "reason": both(each.reason)} for each in remains],
        "traces": [{**rows(each), "explained": each.table in explained} for each in found.traces],
        "unread": [rows(each) for each in found.unread],
    }
