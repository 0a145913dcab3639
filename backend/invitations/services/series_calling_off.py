"""Several meetings of a series that one edit called off, told to each person in one letter, at once: with a calendar
message for each meeting they were invited to, side by side as in `series_news`."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference, Series
from backend.conferences.queries.papers import asked_for_papers
from backend.invitations import queries
from backend.invitations.events import SeriesCallingOffAddressed
from backend.invitations.letters import Letter, written
from backend.invitations.models import Invitation
from backend.invitations.services import calling_off, composing, failures, letters, together
from backend.invitations.services.chunks import written_to_each
from backend.invitations.services.single import withdraw_all
from backend.mail import services as mail
from backend.mail.models import OutgoingMail
from backend.outbox.services import emit
from backend.people.models import Person


class Meeting(NamedTuple):
    """One of the meetings somebody hears is off; without an `invitation` they have a part in it, or come to it."""

    conference: Conference
    person: Person
    invitation: Invitation | None


class Bundle(NamedTuple):
    """All that is off for one person at one address, in the order of the meetings."""

    person: Person
    email: str
    meetings: list[Meeting]


@transaction.atomic
def tell_of_series_calling_off(*, series_id: UUID, conferences: Mapping[str, int]) -> int:
    """Withdraws the invitations to these conferences and has one letter written to everybody who is to hear of them;
    returns to how many people. What was announced again, or called off otherwise, since is left out."""
    people: set[UUID] = set()
    for conference in _off(conferences):
        withdraw_all(conference_id=conference.pk, series_id=series_id)
        people |= {row.person_id for row in _withdrawn(conference, series_id) if row.person_id is not None}
        others = calling_off.untold(conference)
        people |= {person.pk for person in others if person.email}
        if unreachable := [person for person in others if not person.email]:
            emit(calling_off.addressed(conference, unreachable))
    ids = sorted(str(person) for person in people)
    emit(*(_addressed(series_id, conferences, some) for some in together.in_chunks(ids)))
    return len(people)


@transaction.atomic
def mail_series_calling_off(*, series_id: UUID, conferences: Mapping[str, int], people: Collection[str]) -> int:
    """Queues one letter to each of these people about all meetings that are off for them; returns how many there were
    about several. About one meeting alone it is the letter of that meeting."""
    series = Series.objects.select_related("organisation").get(pk=series_id)
    key = ",".join(f"{name}:{sequence}" for name, sequence in sorted(conferences.items()))
    wanted = list(_bundles(series_id, conferences, {UUID(person) for person in people}))
    told = together.written_before("cancellation", (_subject(series, bundle, key) for bundle in wanted))
    bundles = [bundle for bundle in wanted if (_subject(series, bundle, key), bundle.email.lower()) not in told]
    if not bundles:
        return 0
    batch = together.batch_of(series, key, "cancellation", UUID(min(conferences)))

    def write(bundle: Bundle) -> OutgoingMail:
        return written(
            _composed(series, bundle),
            purpose="cancellation",
            subject_id=_subject(series, bundle, key),
            sequence=len(conferences),
            recipient=(bundle.person.full_name, bundle.email),
            conference=bundle.meetings[0].conference,
        )

    def report(bundle: Bundle, error: Exception) -> None:
        failures.unwritable(
            person=bundle.person,
            conference_id=bundle.meetings[0].conference.pk,
            letter="series_calling_off",
            error=error,
            invitation=bundle.meetings[0].invitation,
            again=_addressed(series_id, conferences, [str(bundle.person.pk)]),
        )

    several = [bundle for bundle in bundles if len(bundle.meetings) > 1]
    found, failed = written_to_each(
        several, write, alone=len(people) == 1, who=lambda bundle: bundle.person.pk, report=report
    )
    mail.queue_all([letter for _, letter in found], batch=batch)
    for bundle in bundles:
        if len(bundle.meetings) == 1:
            _tell_of_one(bundle.meetings[0], batch)
    emit(*(_addressed(series_id, conferences, [str(bundle.person.pk)]) for bundle in failed))
    return len(found)


def _subject(series: Series, bundle: Bundle, key: str) -> UUID:
    return together.subject_of(series, str(bundle.person.pk), key)


def _tell_of_one(meeting: Meeting, batch: UUID) -> None:
    if meeting.invitation is not None:
        letters.mail_cancellation(invitation_id=meeting.invitation.pk, batch=batch)
        return
    conference = meeting.conference
    calling_off.mail_calling_off(
        conference_id=conference.pk, sequence=conference.sequence, people=[str(meeting.person.pk)]
    )


def _addressed(series_id: UUID, conferences: Mapping[str, int], people: list[str]) -> SeriesCallingOffAddressed:
    return SeriesCallingOffAddressed(series_id=series_id, conferences=dict(conferences), people=people)


def _off(conferences: Mapping[str, int]) -> Iterator[Conference]:
    """Those that still are, in the one order in which everybody locks what belongs to them."""
    for name, sequence in sorted(conferences.items()):
        if calling_off.called_off(UUID(name), sequence) is not None:
            yield composing.with_letter_facts().get(pk=name)


def _withdrawn(conference: Conference, series_id: UUID) -> list[Invitation]:
    """The invitations taken back by this cancellation, whose letters go together."""
    since = calling_off.withdrawn_since(conference).filter(payload__series_id=str(series_id))
    rows = queries.with_letter_facts(Invitation.objects.filter(pk__in=since.values("subject_id")))
    return list(rows.filter(sent_at__isnull=False, person__isnull=False).exclude(email="").order_by("id"))


def _bundles(series_id: UUID, conferences: Mapping[str, int], people: set[UUID]) -> Iterator[Bundle]:
    invited: dict[tuple[UUID, str], list[Meeting]] = {}
    taking_part: list[Meeting] = []
    for conference in _off(conferences):
        for row in _withdrawn(conference, series_id):
            if row.person is None or row.person.pk not in people:
                continue
            if letters.may_know(row, row.person):
                invited.setdefault((row.person.pk, row.email.lower()), []).append(Meeting(conference, row.person, row))
                continue
            letters.remove_left_behind(row)
            if calling_off.knows_besides(conference, row.person):
                taking_part.append(Meeting(conference, row.person, None))
        others = [person for person in calling_off.untold(conference) if person.pk in people]
        taking_part += [Meeting(conference, person, None) for person in others]
    for meeting in taking_part:
        _beside(invited, meeting)
    for meetings in invited.values():
        first = meetings[0]
        email = first.invitation.email if first.invitation else first.person.email
        if email:
            yield Bundle(first.person, email, sorted(meetings, key=lambda each: together.in_order(each.conference)))


def _beside(bundles: dict[tuple[UUID, str], list[Meeting]], meeting: Meeting) -> None:
    """Into the letter the person gets anyway, at whatever address; else into one to their own."""
    person = meeting.person
    own = (person.pk, person.email.lower())
    anyway = next((key for key in bundles if key[0] == person.pk), own)
    bundles.setdefault(own if own in bundles else anyway, []).append(meeting)


def _composed(series: Series, bundle: Bundle) -> Letter:
    invited = [meeting.invitation for meeting in bundle.meetings if meeting.invitation]
    language = invited[0].language if invited else bundle.person.language
    told = [(meeting.conference, _of_one(meeting, language)) for meeting in bundle.meetings]
    reasons = dict.fromkeys(letter.facts["reason"] for _, letter in told if letter.facts["reason"])
    return together.composed(
        series,
        language,
        told,
        template="letters/series_cancellation",
        subject="series_cancelled",
        reasons=list(reasons),
        links=bool(invited),
    )


def _of_one(meeting: Meeting, language: str) -> Letter:
    conference, person = meeting.conference, meeting.person
    if meeting.invitation is not None:
        meeting.invitation.language = language
        return letters.cancellation(meeting.invitation)
    held = queries.offices([person], conference)
    return calling_off.composed(
        conference,
        person,
        held[person.pk].title if person.pk in held else {},
        calling_off.known_time(conference),  # whoever was told nothing: of several meetings it says which one is off
        asked=person.pk in asked_for_papers(conference.pk),
        language=language,
    )
