"""What changed in several meetings of a series, told to each person in one letter.

Each meeting has a UID of its own, and a calendar message holds one UID (RFC 5546 3.2.2): the letter carries one such
message for each meeting that moved, side by side (RFC 6047), and in its text a link to answer each.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference, Series
from backend.conferences.states import EXPECTED
from backend.invitations.events import SeriesNewsAddressed
from backend.invitations.letters import Letter, written
from backend.invitations.services import composing, failures, together
from backend.invitations.services.chunks import written_to_each
from backend.invitations.services.news import Hearer, News, Window, addressed, concerned_by, hearers_of
from backend.mail import services as mail
from backend.mail.models import OutgoingMail
from backend.outbox.services import emit


class Addressee(NamedTuple):
    """One person, reached at one address in one language."""

    person_id: UUID
    email: str
    language: str


class Meeting(NamedTuple):
    """One of the meetings somebody has something new to hear of."""

    news: News
    hearer: Hearer


class Bundle(NamedTuple):
    """All that is new for one addressee, in the order of the meetings."""

    addressee: Addressee
    meetings: list[Meeting]


@transaction.atomic
def tell_series_news(*, series_id: UUID, windows: Mapping[str, Sequence[int]]) -> int:
    """Finds out whom the closed windows of a series concern; returns how many people will hear. Whom several of them
    concern gets one letter about all; whom one concerns, the letter of that conference, like any other."""
    concerned = {window: concerned_by(window) for window in _windows(windows)}
    times: dict[Addressee, int] = {}
    for hearers in concerned.values():
        for hearer in hearers:
            if hearer.email:
                times[_addressee(hearer)] = times.get(_addressee(hearer), 0) + 1
    several = {addressee for addressee, number in times.items() if number > 1}
    for window, hearers in concerned.items():
        emit(*addressed(window, [hearer for hearer in hearers if _addressee(hearer) not in several]))
    people = sorted({str(addressee.person_id) for addressee in several})
    emit(*(_addressed(series_id, windows, some) for some in together.in_chunks(people)))
    return len({addressee.person_id for addressee in times})


def _windows(windows: Mapping[str, Sequence[int]]) -> list[Window]:
    """In the one order in which everybody locks what belongs to them."""
    found = []
    for conference_id, numbers in sorted(windows.items()):
        from_sequence, to_sequence, from_release, to_release = numbers
        found.append(
            Window(
                conference_id=UUID(conference_id),
                from_sequence=from_sequence,
                to_sequence=to_sequence,
                from_release=from_release,
                to_release=to_release,
            )
        )
    return found


def _addressee(hearer: Hearer) -> Addressee:
    return Addressee(hearer.person.pk, hearer.email.lower(), hearer.language)


def _addressed(series_id: UUID, windows: Mapping[str, Sequence[int]], people: Sequence[str]) -> SeriesNewsAddressed:
    return SeriesNewsAddressed(
        series_id=series_id, windows={name: list(numbers) for name, numbers in windows.items()}, people=list(people)
    )


@transaction.atomic
def mail_series_news(*, series_id: UUID, windows: Mapping[str, Sequence[int]], people: Collection[str]) -> int:
    """Queues one letter to each of these people about all that is new for them by now in these meetings; returns how
    many were written. Calendars and failures as in `mail_news`."""
    series = Series.objects.select_related("organisation").get(pk=series_id)
    key = ",".join(f"{window.conference_id}:{window.number}" for window in _windows(windows))
    concerned = list(_bundles(windows, {UUID(person) for person in people}))
    told = together.written_before("news", (_subject(series, bundle, key) for bundle in concerned))
    found = (each for each in concerned if (_subject(series, each, key), each.addressee.email) not in told)

    def write(bundle: Bundle) -> OutgoingMail:
        return _letter(series, bundle, key, len(windows))

    def report(bundle: Bundle, error: Exception) -> None:
        first = bundle.meetings[0]
        failures.unwritable(
            person=first.hearer.person,
            conference_id=first.news.conference.pk,
            letter="series_news",
            error=error,
            invitation=first.hearer.invitation,
            again=_addressed(series_id, windows, [str(bundle.addressee.person_id)]),
        )

    letters, failed = written_to_each(
        found, write, alone=len(people) == 1, who=lambda bundle: bundle.addressee.person_id, report=report
    )
    _mark_known(meeting for bundle, _ in letters for meeting in bundle.meetings)
    if letters:
        batch = together.batch_of(series, key, "news", letters[0][1].conference_id)
        mail.queue_all([letter for _, letter in letters], batch=batch)
    emit(*(_addressed(series_id, windows, [str(bundle.addressee.person_id)]) for bundle in failed))
    return len(letters)


def _mark_known(meetings: Iterable[Meeting]) -> None:
    hearers: dict[News, list[Hearer]] = {}
    for meeting in meetings:
        hearers.setdefault(meeting.news, []).append(meeting.hearer)
    for news, heard in hearers.items():
        news.mark_known(heard)


def _bundles(windows: Mapping[str, Sequence[int]], people: set[UUID]) -> Iterator[Bundle]:
    brought: dict[Addressee, list[Meeting]] = {}
    for window in _windows(windows):
        state = Conference.objects.values_list("state", flat=True).get(pk=window.conference_id)
        if state not in EXPECTED:
            continue
        news = News(window, *composing.as_told(window.conference_id))
        for hearer in hearers_of(news, people):
            if hearer.email and news.concerns(hearer):
                brought.setdefault(_addressee(hearer), []).append(Meeting(news, hearer))
    for addressee, meetings in brought.items():
        yield Bundle(addressee, sorted(meetings, key=lambda each: together.in_order(each.news.conference)))


def _subject(series: Series, bundle: Bundle, key: str) -> UUID:
    return together.subject_of(series, f"{bundle.addressee.person_id} {bundle.addressee.language}", key)


def _letter(series: Series, bundle: Bundle, key: str, number: int) -> OutgoingMail:
    """About one meeting alone it is the letter of that meeting, whose calendar entry can be answered in its place."""
    first = bundle.meetings[0]
    if len(bundle.meetings) == 1:
        return first.news.letter(first.hearer)
    return written(
        _composed(series, bundle),
        purpose="news",
        subject_id=_subject(series, bundle, key),
        sequence=number,
        recipient=(first.hearer.person.full_name, first.hearer.email),
        conference=first.news.conference,
    )


def _composed(series: Series, bundle: Bundle) -> Letter:
    told = [(meeting.news.conference, meeting.news.composed(meeting.hearer)) for meeting in bundle.meetings]
    return together.composed(series, bundle.addressee.language, told, template="letters/series_news", subject="series")
