"""A conference that is put off or cancelled, told at once to those no invitation tells: who has a part in it, and who
comes without having been invited."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q, QuerySet

from backend.conferences.events import ConferenceCancelled
from backend.conferences.models import Conference, TimeAndPlace
from backend.conferences.queries.papers import asked_for_papers
from backend.conferences.queries.told import cancelled, last_expected, reason_told, told, told_to_everybody
from backend.conferences.states import CALLED_OFF, ConferenceState
from backend.core.text import Text, localized
from backend.invitations import queries, wording
from backend.invitations.events import CallingOffAddressed, InvitationWithdrawn
from backend.invitations.letters import Letter, batch_of, written
from backend.invitations.models import Invitation
from backend.invitations.parts import parts_in
from backend.invitations.services import composing, failures
from backend.invitations.services.chunks import chunks, written_to_each
from backend.invitations.services.single import restore
from backend.invitations.states import InvitationState
from backend.mail import services as mail
from backend.mail.models import OutgoingMail
from backend.mail.queries import addresses_written_to
from backend.outbox.models import Event
from backend.outbox.services import emit
from backend.people.models import Person


@transaction.atomic
def tell_of_calling_off(*, conference_id: UUID, sequence: int) -> int:
    """Has letters written to everybody whom no invitation tells; returns how many. Of a draft only those heard who were
    asked for a paper. Does nothing where everybody knows, nor for what was announced again, or called off otherwise,
    since."""
    conference = called_off(conference_id, sequence)
    if conference is None:
        return 0
    give_back(conference)
    rows = untold(conference)
    emit(*(addressed(conference, some) for some in chunks(rows)))
    return sum(bool(row.email) for row in rows)


@transaction.atomic
def tell_besides(*, conference: Conference, person: Person) -> bool:
    """Has a letter written to somebody whose invitation never reached them, and so cannot tell them: if they know of the
    cancelled conference by a part they have in it, or by any other letter. Returns whether they do."""
    knows = knows_besides(conference, person)
    if knows:
        emit(addressed(conference, [person]))
    return knows


def knows_besides(conference: Conference, person: Person) -> bool:
    """Whether somebody whose invitation never reached them is to hear that the conference is cancelled all the same."""
    if not Conference.objects.filter(cancelled(), pk=conference.pk).exists() or known_to_be_off(conference):
        return False
    return bool(addresses_written_to(conference.pk, [person.email])) or person.pk in _taking_part(conference)


@transaction.atomic
def mail_calling_off(*, conference_id: UUID, sequence: int, people: Collection[str]) -> int:
    """Queues one letter to each of these people, with the reason; returns how many were written. Somebody no letter can
    be written to is left to another try, alone."""
    if called_off(conference_id, sequence) is None:
        return 0
    conference = composing.with_letter_facts().get(pk=conference_id)
    rows = list(Person.objects.filter(pk__in=people).exclude(email="").order_by("pk"))
    offices = queries.offices(rows, conference)
    known, written_to = known_time(conference), addresses_written_to(conference.pk, [person.email for person in rows])
    writing = asked_for_papers(conference_id)
    was_cancelled = told_as_cancelled(conference) is not None

    def write(person: Person) -> OutgoingMail:
        office = offices[person.pk].title if person.pk in offices else {}
        letter = composed(
            conference,
            person,
            office,
            known if person.email.lower() in written_to else None,
            asked=person.pk in writing,
            was_cancelled=was_cancelled,
            language=person.language,
        )
        return _written(letter, conference, person)

    def report(person: Person, error: Exception) -> None:
        failures.unwritable(
            person=person,
            conference_id=conference_id,
            letter="calling_off",
            error=error,
            invitation=None,
            again=addressed(conference, [person]),
        )

    letters, failed = written_to_each(rows, write, alone=len(people) == 1, who=lambda person: person.pk, report=report)
    if letters:
        mail.queue_all([letter for _, letter in letters], batch=batch_of(conference, "calling_off", sequence))
    emit(*(addressed(conference, [person]) for person in failed))
    return len(letters)


def untold(conference: Conference) -> list[Person]:
    """Who has to hear that the conference is off, and is told by no invitation."""
    if known_to_be_off(conference):
        return []
    return list(Person.objects.filter(pk__in=_taking_part(conference) - _told_as_invited(conference)).order_by("pk"))


def called_off(conference_id: UUID, sequence: int) -> Conference | None:
    """The conference, while people are told that it is off under this very sequence."""
    rows = Conference.objects.filter(Q(state__in=CALLED_OFF) | cancelled(), told_sequence=sequence)
    return rows.filter(pk=conference_id).first()


def known_to_be_off(conference: Conference) -> bool:
    """Whether it is what was last told, too: cancelled, reopened, and cancelled again before it was announced. Postponed
    and announced again within one window of news, nobody was told."""
    before = last_told(conference)
    return before is not None and before.called_off == _called_off_as(conference)


def last_told(conference: Conference) -> TimeAndPlace | None:
    """What everybody was told before the present calling off."""
    heard = told_to_everybody(told(conference.pk))
    before = [sequence for sequence in heard if sequence < conference.told_sequence]
    return heard[max(before)] if before else None


def told_as_cancelled(conference: Conference) -> TimeAndPlace | None:
    """The cancellation that people know of who hear that the conference is postponed."""
    before = last_told(conference) if conference.state == ConferenceState.POSTPONED else None
    return before if before is not None and before.called_off == ConferenceState.CANCELLED else None


def give_back(conference: Conference) -> None:
    """What was cancelled, and is postponed by the time anybody hears of it, is put off for its invitees like for anybody
    else: their invitations wait with it."""
    if (known := told_as_cancelled(conference)) is not None:
        restore(conference_id=conference.pk, known=known.sequence)


def _called_off_as(conference: Conference) -> str:
    """Postponed, or cancelled; also when it was reopened since."""
    postponed = conference.state == ConferenceState.POSTPONED
    return ConferenceState.POSTPONED if postponed else ConferenceState.CANCELLED


def _taking_part(conference: Conference) -> set[UUID]:
    people = asked_for_papers(conference.pk)
    if conference.announced_at is not None:
        people |= parts_in(conference).people | queries.comers(conference.pk).keys()
    return people


def _told_as_invited(conference: Conference) -> set[UUID]:
    """Whose invitation says it: it lives, or was withdrawn since the cancellation and so told as one; where it never
    reached them, `tell_besides`. Asked in one statement, because invitations are being withdrawn meanwhile."""
    told = Q(state__in=queries.LIVE)
    if _called_off_as(conference) == ConferenceState.CANCELLED:
        told |= Q(state=InvitationState.WITHDRAWN, pk__in=withdrawn_since(conference).values("subject_id"))
    rows = Invitation.objects.filter(told, conference=conference, sent_at__isnull=False, person__isnull=False)
    return {person for person in rows.exclude(email="").values_list("person_id", flat=True) if person is not None}


def withdrawn_since(conference: Conference) -> QuerySet[Event]:
    """Withdrawals that followed the conference's present cancellation."""
    cancellation = Event.objects.filter(
        name=ConferenceCancelled.name, subject_id=conference.pk, payload__sequence=conference.told_sequence
    )
    return Event.objects.filter(
        name=InvitationWithdrawn.name,
        conference_id=conference.pk,
        recorded_at__gte=cancellation.order_by("recorded_at").values("recorded_at")[:1],
    )


def known_time(conference: Conference) -> Conference | TimeAndPlace:
    """The time everybody was last told."""
    return last_expected(told_to_everybody(told(conference.pk)), conference.told_sequence) or conference


def addressed(conference: Conference, rows: Sequence[Person]) -> CallingOffAddressed:
    return CallingOffAddressed(
        conference_id=conference.pk,
        sequence=conference.told_sequence,
        people=[str(row.pk) for row in rows if row.email],
        unreachable=[str(row.pk) for row in rows if not row.email],
    )


def composed(
    conference: Conference,
    person: Person,
    office: Text,
    known: Conference | TimeAndPlace | None,
    *,
    asked: bool,
    language: str,
    was_cancelled: bool = False,
) -> Letter:
    """A letter to somebody no invitation tells; `known` is the time that letters told them, None where none did."""
    off_for_good = _called_off_as(conference) == ConferenceState.CANCELLED
    return composing.conference_letter(
        conference,
        person,
        office,
        template="letters/cancellation" if off_for_good else "letters/postponement",
        subject="cancelled" if off_for_good else "postponed",
        language=language,
        cancelled=off_for_good,
        was_cancelled=was_cancelled,
        reason=localized(reason_told(conference), language),
        when=wording.when(known, language) if known else "",
        asked=off_for_good and asked,
    )


def _written(letter: Letter, conference: Conference, person: Person) -> OutgoingMail:
    return written(
        letter,
        purpose="cancellation" if _called_off_as(conference) == ConferenceState.CANCELLED else "postponement",
        subject_id=uuid5(conference.pk, str(person.pk)),
        sequence=conference.told_sequence,
        recipient=(person.full_name, person.email),
        conference=conference,
    )
