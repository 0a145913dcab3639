"""One person's own calendar: where he has a part, and whether he will come."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.calendars.queries.contents import Shown, expected_or_in_window, open_to, shown
from backend.conferences.models import Conference, Duty, Site, Speaker, Speech
from backend.conferences.states import CALLED_OFF, EXPECTED, ConferenceState
from backend.invitations.models import Invitation
from backend.invitations.states import InvitationState
from backend.people.models import Account
from backend.registration.models import Registration
from backend.registration.states import OVER, RegistrationState


@dataclass(kw_only=True)
class Part:
    """What ties the person to one conference. The invitation is the last one; `withdrawals` counts those before it
    that were taken back by letter, from the person alone."""

    invitation: Invitation | None = None
    withdrawals: int = 0
    registration: Registration | None = None
    duties: list[Duty] = field(default_factory=list)
    speakers: list[Speaker] = field(default_factory=list)
    speeches: list[Speech] = field(default_factory=list)

    @property
    def answer(self) -> str | None:
        """What the person said to the invitation. One that is taken back with its conference comes back as it was, with
        the letter that tells of it; feeds show what is so at once."""
        return (self.invitation.called_off_from or self.invitation.state) if self.invitation else None

    @property
    def withdrawn(self) -> bool:
        """Taken back from the person alone."""
        return self.answer == InvitationState.WITHDRAWN

    @property
    def steps(self) -> int:
        """Changes of its entries that are not the conference's: being taken back alone, and invited again."""
        return 2 * self.withdrawals + self.withdrawn

    @property
    def modified(self) -> list[dt.datetime]:
        """Of who speaks only that he does is said here, and what he speaks to as it was released."""
        told = [row.updated_at for row in (self.invitation, self.registration, *self.duties) if row is not None]
        return told + [row.created_at for row in (*self.speakers, *self.speeches)]

    def site(self) -> Site | None:
        """Where the person is expected: as invited, else as registered, else as on duty; None: nothing says it."""
        if self.invitation is not None and self.invitation.site is not None:
            return self.invitation.site
        if self.registration is not None and self.registration.site is not None:
            return self.registration.site
        return next((duty.site for duty in self.duties if duty.site is not None), None)

    def status(self, conference: Conference) -> str | None:
        """CONFIRMED, TENTATIVE or CANCELLED; None for what does not belong into the calendar."""
        seat = self.registration.state if self.registration else None
        answer = self.answer
        if conference.state in CALLED_OFF:
            return None if answer == InvitationState.DECLINED and seat is None else "CANCELLED"
        if seat == RegistrationState.CONFIRMED or answer == InvitationState.ACCEPTED:
            return "CONFIRMED"
        if answer == InvitationState.DECLINED:
            return None
        if seat in _OPEN_SEATS or answer in _OPEN_ANSWERS:
            return "TENTATIVE"
        if self.duties or self.speeches:
            return "CONFIRMED"
        if self.speakers:
            return "TENTATIVE"
        return "CANCELLED" if self.withdrawn else None


_OPEN_ANSWERS = (InvitationState.SENT, InvitationState.TENTATIVE)
_OPEN_SEATS = (RegistrationState.PENDING, RegistrationState.WAITING, RegistrationState.OFFERED)


def own_parts(account: Account, person_id: UUID) -> tuple[Shown, dict[UUID, Part]]:
    """The conferences of the account's person (`person_id`) with the part in each, in a constant number of queries.

    What the account may not see any more stays only as taken back or cancelled, and only as long as the conference is
    what the last letter said: without agenda, and gone as soon as there is something newer to know. What takes place
    after all stands there until the letter gives the invitation back.
    """
    parts = _parts(person_id)
    known = Conference.objects.exclude(state=ConferenceState.DRAFT).exclude(
        state=ConferenceState.CANCELLED, announced_at=None
    )
    mine = known.filter(expected_or_in_window(), pk__in=parts.keys())
    seen = set(open_to(account).filter(pk__in=mine.values("pk")).values_list("pk", flat=True))
    found = shown(mine, account)
    found.conferences = [row for row in found.conferences if row.pk in seen or _as_last_told(row, parts[row.pk])]
    unseen = [row for row in found.conferences if row.pk not in seen]
    for row in unseen:
        found.points.pop(row.pk, None)
        if row.pk in found.told:
            found.told[row.pk].programme = None
    found.released = {pk: programme for pk, programme in found.released.items() if pk in seen}
    return found, {row.pk: parts[row.pk] for row in found.conferences}


def _as_last_told(conference: Conference, part: Part) -> bool:
    if part.invitation is None:
        return False
    if part.invitation.called_off_from and conference.state in EXPECTED:
        return True
    told = part.invitation.sequence + (conference.state == ConferenceState.CANCELLED)
    return part.invitation.state == InvitationState.WITHDRAWN and conference.sequence <= told


def _parts(person: UUID) -> dict[UUID, Part]:
    parts: dict[UUID, Part] = defaultdict(Part)
    withdrawals: Counter[UUID] = Counter()
    never_told = Q(state=InvitationState.DRAFT) | Q(state=InvitationState.WITHDRAWN, sent_at=None)
    for invitation in _of(Invitation.objects.exclude(never_told), person):
        part = parts[invitation.conference_id]
        part.withdrawals, part.invitation = withdrawals[invitation.conference_id], invitation
        withdrawals[invitation.conference_id] += part.withdrawn
    live = Registration.objects.exclude(state__in=OVER)
    for registration in _of(live, person):
        parts[registration.conference_id].registration = registration
    for duty in _of(Duty.objects.all(), person):
        parts[duty.conference_id].duties.append(duty)
    for speaker in Speaker.objects.filter(person_id=person).order_by("id"):
        parts[speaker.conference_id].speakers.append(speaker)
    for speech in Speech.objects.filter(person_id=person).order_by("id"):
        parts[speech.conference_id].speeches.append(speech)
    return dict(parts)


def _of(rows: QuerySet[Any], person: UUID) -> QuerySet[Any]:
    return rows.filter(person_id=person).select_related("site__venue", "site__room").order_by("id")
