"""What changed, told to each person in one letter: their meeting's time and place, and what is new of the programme
for them. Nobody gets an empty letter, and nobody two, however many parts they have."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F

from backend.conferences.models import Conference, Site, TimeAndPlace
from backend.conferences.queries.told import (
    last_expected,
    same_hours,
    same_place,
    same_time,
    time_and_place,
    told,
    told_to_everybody,
)
from backend.conferences.states import EXPECTED
from backend.core.clock import now
from backend.core.text import Text
from backend.invitations import ical, links, queries, wording
from backend.invitations.events import NewsAddressed
from backend.invitations.letters import Letter, batch_of, written
from backend.invitations.models import Invitation
from backend.invitations.parts import parts_in
from backend.invitations.services import composing, failures, programmes
from backend.invitations.services.chunks import chunks, written_to_each
from backend.invitations.services.formal import current_letters, still_holds
from backend.invitations.services.single import restore
from backend.invitations.states import Answer, LetterDelivery
from backend.mail import services as mail
from backend.mail.models import OutgoingMail
from backend.outbox.services import emit
from backend.people.models import Person

#: Changes listed in one letter; more are counted.
MOST_LINES = 40


@dataclass(frozen=True, kw_only=True)
class Window:
    """What a closed news window spans, as conference.news_due tells it. A later one has a higher `number`: one of both,
    the sequence or the release, rises."""

    conference_id: UUID
    from_sequence: int
    to_sequence: int
    from_release: int
    to_release: int

    @property
    def number(self) -> int:
        return self.to_sequence + self.to_release


@dataclass(frozen=True, kw_only=True)
class Move:
    """Another time or place, or both, than somebody knew; `known` is None when nothing was kept of what they knew. What
    was called off and takes place at the time it was first told to is `as_planned`."""

    known: TimeAndPlace | None
    time: bool
    place: bool
    as_planned: bool = False

    @property
    def resumed(self) -> str:
        """What it was called off as, in what the hearer knew: postponed, cancelled, or not at all ("")."""
        return self.known.called_off if self.known else ""


@dataclass(frozen=True, kw_only=True)
class Hearer:
    """Somebody who may have something new to hear: invited, coming without an invitation, or with a part in the
    conference; or all three. Who `leads` it may read all of its programme."""

    person: Person
    invitation: Invitation | None
    office: Text
    site_id: UUID | None
    comes: bool
    leads: bool

    @property
    def email(self) -> str:
        return (self.invitation.email if self.invitation else "") or self.person.email

    @property
    def language(self) -> str:
        return self.invitation.language if self.invitation else self.person.language


@transaction.atomic
def tell_news(*, conference_id: UUID, from_sequence: int, to_sequence: int, from_release: int, to_release: int) -> int:
    """Finds out whom a closed window concerns and has their letters written, a chunk at a time; returns how many people
    will hear. Those without an address are named in news.addressed."""
    window = Window(
        conference_id=conference_id,
        from_sequence=from_sequence,
        to_sequence=to_sequence,
        from_release=from_release,
        to_release=to_release,
    )
    concerned = concerned_by(window)
    emit(*addressed(window, concerned))
    return sum(bool(hearer.email) for hearer in concerned)


def concerned_by(window: Window) -> list[Hearer]:
    """Everybody who has something new to hear, invited again if a cancellation had taken that back; nobody when the
    conference is not expected any more."""
    conference = Conference.objects.get(pk=window.conference_id)
    if conference.state not in EXPECTED:
        return []
    restore(conference_id=conference.pk, known=window.from_sequence)
    news = News(window, conference, time_and_place(conference))
    return [hearer for hearer in hearers_of(news) if news.concerns(hearer)]


def addressed(window: Window, hearers: Sequence[Hearer]) -> list[NewsAddressed]:
    """The facts that have their letters written, a chunk at a time."""
    return [_addressed(window, some) for some in chunks(hearers)]


def _addressed(window: Window, hearers: Sequence[Hearer]) -> NewsAddressed:
    return NewsAddressed(
        conference_id=window.conference_id,
        from_sequence=window.from_sequence,
        to_sequence=window.to_sequence,
        from_release=window.from_release,
        to_release=window.to_release,
        people=[str(hearer.person.pk) for hearer in hearers if hearer.email],
        unreachable=[str(hearer.person.pk) for hearer in hearers if not hearer.email],
    )


@transaction.atomic
def mail_news(
    *,
    conference_id: UUID,
    from_sequence: int,
    to_sequence: int,
    from_release: int,
    to_release: int,
    people: Collection[str],
) -> int:
    """Queues one letter to each of these people about all that is new for them by now; returns how many were written.

    Invitations whose time or place moved come with the calendar's update, under the conference's present sequence.
    Somebody no letter can be written to is left to another try, alone: nobody else waits for it.
    """
    window = Window(
        conference_id=conference_id,
        from_sequence=from_sequence,
        to_sequence=to_sequence,
        from_release=from_release,
        to_release=to_release,
    )
    state = Conference.objects.values_list("state", flat=True).get(pk=conference_id)
    if state not in EXPECTED:
        return 0
    conference, present = composing.as_told(conference_id)
    news = News(window, conference, present)
    hearers = (
        hearer
        for hearer in hearers_of(news, {UUID(person) for person in people})
        if hearer.email and news.concerns(hearer)
    )

    def report(hearer: Hearer, error: Exception) -> None:
        failures.unwritable(
            person=hearer.person,
            conference_id=conference_id,
            letter="news",
            error=error,
            invitation=hearer.invitation,
            again=_addressed(window, [hearer]),
        )

    letters, failed = written_to_each(
        hearers, news.letter, alone=len(people) == 1, who=lambda hearer: hearer.person.pk, report=report
    )
    news.mark_known(hearer for hearer, _ in letters)
    if letters:
        mail.queue_all([letter for _, letter in letters], batch=batch_of(conference, "news", window.number))
    emit(*(_addressed(window, [hearer]) for hearer in failed))
    return len(letters)


class News:
    """What a window brings, in a constant number of queries for any number of hearers."""

    def __init__(self, window: Window, conference: Conference, present: TimeAndPlace) -> None:
        self.window, self.conference, self.present = window, conference, present
        self.parts = parts_in(conference)
        self.programme = programmes.news_of(conference, window.from_release, window.to_release, self.parts)
        self._told = told(conference.pk)
        self._everybody = told_to_everybody(self._told)
        self._formal = current_letters(conference.pk)

    def concerns(self, hearer: Hearer) -> bool:
        return self.move(hearer) is not None or any(self._lines(hearer))

    def move(self, hearer: Hearer) -> Move | None:
        """What of time and place is new to the hearer. Invitees know what their last letter said, everybody else what
        everybody was told before the window."""
        known = self._known(hearer)
        then = self.present if hearer.invitation else self._told.get(self.window.to_sequence, self.present)
        if known >= then.sequence:
            return None
        before = self._told.get(known)
        if before is None:
            return Move(known=None, time=True, place=True)
        time, place = not same_time(before, then), not same_place(before, then, hearer.site_id)
        heard = composing.heard(hearer.invitation, self._told, self._everybody)
        as_planned = bool(before.called_off) and same_hours(last_expected(heard, known) or before, then)
        return Move(known=before, time=time, place=place, as_planned=as_planned) if time or place else None

    def _known(self, hearer: Hearer) -> int:
        return hearer.invitation.sequence if hearer.invitation else self.window.from_sequence

    def _lines(self, hearer: Hearer) -> tuple[list[str], list[str]]:
        if self.programme is None:
            return [], []
        person, language = hearer.person.pk, hearer.language
        comes = (
            self.programme.for_comer(hearer.site_id, language, besides=person, leads=hearer.leads)
            if hearer.comes
            else []
        )
        return self.programme.for_part(person, language), comes

    def mark_known(self, hearers: Iterable[Hearer]) -> None:
        """Those whose time or place moved have it in their letters, under the conference's present sequence."""
        moved = [row.pk for hearer in hearers if (row := hearer.invitation) and self.move(hearer) is not None]
        moment = now()
        Invitation.objects.filter(pk__in=moved).update(
            sequence=self.present.sequence, sent_at=moment, updated_at=moment, version=F("version") + 1
        )

    def letter(self, hearer: Hearer) -> OutgoingMail:
        return written(
            self.composed(hearer),
            purpose="news",
            subject_id=uuid5(self.conference.pk, str(hearer.person.pk)),
            sequence=self.window.number,
            recipient=(hearer.person.full_name, hearer.email),
            conference=self.conference,
        )

    def composed(self, hearer: Hearer) -> Letter:
        move, language, facts = self.move(hearer), hearer.language, self._facts(hearer)
        if move is not None:
            subject = "as_planned" if move.as_planned else "resumed" if move.resumed else "change"
        else:
            subject = "first_programme" if facts["first"] else "programme"
        row = hearer.invitation
        if row is None:
            return composing.conference_letter(
                self.conference,
                hearer.person,
                hearer.office,
                template="letters/news",
                subject=subject,
                language=language,
                **{
                    "when": wording.when(self.conference, language),
                    "where": wording.where(self.conference, self._site(hearer), language),
                    **facts,
                },
            )
        composing.at(row, self.conference)
        calendar, method = self._calendar(row, move)
        return composing.letter(
            row,
            template="letters/news",
            subject=subject,
            calendar=calendar,
            calendar_method=method,
            method=method,
            answered=row.state in Answer.values,
            **(self._formal_facts(row) if move else {}),
            **facts,
        )

    def _facts(self, hearer: Hearer) -> dict[str, Any]:
        move, (own, programme) = self.move(hearer), self._lines(hearer)
        return {
            **_listed("own", own),
            **_listed("programme", programme),
            "move": move,
            "first": self.programme is not None and self.programme.first,
            "joins": self.programme is not None and self.programme.newly_takes_part(hearer.person.pk),
            **(self._move_facts(move, hearer) if move else self._no_move_facts(hearer)),
        }

    def _formal_facts(self, row: Invitation) -> dict[str, str]:
        """What has become of the giấy mời in the invitee's hands: this letter stands in its place, or another one does."""
        letter = self._formal.get(row.list_id)
        if letter is None:
            return {}
        if not still_holds(letter, self.present, row.site_id, self._told):
            return {"overtaken_number": letter.facts["number"]}
        if letter.delivery == LetterDelivery.NONE:
            return {}
        return {
            "formal_number": letter.facts["number"],
            "formal_link": links.letter_address(row.pk, row.link_round),
        }

    def _site(self, hearer: Hearer) -> Site | None:
        return next((site for site in self.conference.sites.all() if site.pk == hearer.site_id), None)

    def _move_facts(self, move: Move, hearer: Hearer) -> dict[str, str]:
        """What was said before, where it reads differently now."""
        if move.known is None:
            return {}
        language = hearer.language
        facts = {}
        if move.time and not move.known.called_off:
            facts["when_before"] = wording.when(move.known, language)
        if move.place:
            facts["where_before"] = wording.where_told(move.known, hearer.site_id, language)
        return facts

    def _no_move_facts(self, hearer: Hearer) -> dict[str, str]:
        """The time in the hearer's hands: a newer one comes with its own calendar entry."""
        known = self._told.get(self._known(hearer))
        if known is None:
            return {}
        language = hearer.language
        return {
            "when": wording.when(known, language),
            "where": wording.where_told(known, hearer.site_id, language),
        }

    def _calendar(self, row: Invitation, move: Move | None) -> tuple[bytes | None, str | None]:
        """The update of the invitee's calendar; its removal when the new time is not exact any more."""
        if move is None:
            return None, None
        sequence = self.present.sequence
        if entry := composing.entry(row, sequence=sequence):
            return ical.request(entry), "REQUEST"
        if (
            move.known
            and not move.known.called_off
            and (entry := composing.entry(row, sequence=sequence, known=move.known))
        ):
            return ical.cancel(entry), "CANCEL"
        return None, None


def _listed(name: str, lines: Sequence[str]) -> dict[str, object]:
    return {name: lines[:MOST_LINES], f"{name}_more": max(0, len(lines) - MOST_LINES)}


def hearers_of(news: "News", people: set[UUID] | None = None) -> Iterator[Hearer]:
    """Everybody who may have something to hear; or of those only `people`, with their invitations locked and with all
    that letters say. Each comes once."""
    conference, programme, parts = news.conference, news.programme, news.parts
    invited = _invitations(conference, people)
    comers = queries.comers(conference.pk)
    for row in invited.values():
        assert row.person is not None
        yield Hearer(
            person=row.person,
            invitation=row,
            office=row.office,
            site_id=row.site_id,
            comes=row.state in queries.MAY_COME or row.person_id in comers,
            leads=row.person_id in parts.leading,
        )
    others = (comers.keys() | parts.people | (programme.people() if programme else set())) - invited.keys()
    if people is not None:
        others &= people
    found = list(Person.objects.filter(pk__in=others).order_by("pk"))
    offices = queries.offices(found, conference) if found else {}
    for person in found:
        office = offices[person.pk].title if person.pk in offices else {}
        yield Hearer(
            person=person,
            invitation=None,
            office=office,
            site_id=comers[person.pk] if person.pk in comers else parts.sites.get(person.pk),
            comes=person.pk in comers or person.pk in parts.sites,
            leads=person.pk in parts.leading,
        )


def _invitations(conference: Conference, people: set[UUID] | None) -> dict[UUID, Invitation]:
    rows = Invitation.objects.filter(
        conference=conference, state__in=queries.LIVE, sent_at__isnull=False, person__isnull=False
    ).order_by("id")
    if people is None:
        rows = rows.select_related("person")
    else:
        rows = queries.with_letter_facts(rows.filter(person__in=people)).select_for_update(of=("self",))
    return {row.person_id: row for row in rows if row.person_id is not None}
