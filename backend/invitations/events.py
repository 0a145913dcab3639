"""What happens to invitations."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("invitation_list.sent", subject="list_id")
class InvitationListSent(DomainEvent):
    list_id: UUID
    conference_id: UUID
    issued: int
    held: int


@event("invitation_letter.issued", subject="letter_id")
class InvitationLetterIssued(DomainEvent):
    """The giấy mời of a list got its official number and is on file; nobody was written to by that."""

    letter_id: UUID
    list_id: UUID
    conference_id: UUID
    document_id: UUID


@event("invitation.issued", subject="invitation_id")
class InvitationIssued(DomainEvent):
    """A letter is due: the first one, or the same again with a new link. A new time or place comes with the news. It is
    one of the letters of `batch_id`, or of none."""

    invitation_id: UUID
    conference_id: UUID
    sequence: int
    link_round: int
    batch_id: UUID | None = None


@event("invitation.answered", subject="invitation_id")
class InvitationAnswered(DomainEvent):
    invitation_id: UUID
    conference_id: UUID
    answer: str
    via: str


@event("invitation.withdrawn", subject="invitation_id")
class InvitationWithdrawn(DomainEvent):
    """`sequence` is the one the invitee's calendar knows; the cancellation carries a higher one, and is one of the
    letters of `batch_id`, or of none. With a `series_id` it is told in one letter with other conferences of that series,
    by series_calling_off.addressed."""

    invitation_id: UUID
    conference_id: UUID
    sequence: int
    batch_id: UUID | None = None
    series_id: UUID | None = None


@event("invitations.restored", subject="conference_id")
class InvitationsRestored(DomainEvent):
    """A conference that was cancelled takes place after all: so many people are invited again, as they were."""

    conference_id: UUID
    count: int


@event("invitations.site_called_off", subject="conference_id")
class InvitationsSiteCalledOff(DomainEvent):
    """Everybody invited to one site of a conference was taken off: nobody is expected there any more."""

    conference_id: UUID
    site_id: UUID


@event("invitation.named", subject="invitation_id")
class InvitationNamed(DomainEvent):
    """An invitation held for an office got the person who will come."""

    invitation_id: UUID
    conference_id: UUID
    person_id: UUID


@event("news.addressed", subject="conference_id")
class NewsAddressed(DomainEvent):
    """These `people` each have something new to hear; their letters are written together. It also concerns those who
    are `unreachable`, for want of an address: somebody has to tell them.

    The numbers are those of conference.news_due.
    """

    conference_id: UUID
    from_sequence: int
    to_sequence: int
    from_release: int
    to_release: int
    people: list[str]
    unreachable: list[str]


@event("series_news.addressed", subject="series_id")
class SeriesNewsAddressed(DomainEvent):
    """To these `people` several conferences of the series have something new; the letters, one to each of them, are
    written together. The `windows` are those of series.news_due."""

    series_id: UUID
    windows: dict[str, list[int]]
    people: list[str]


@event("calling_off.addressed", subject="conference_id")
class CallingOffAddressed(DomainEvent):
    """These `people` have a part in a conference that was postponed or cancelled under `sequence`, or come to it, and
    no invitation that tells them; their letters are written together. Those who are `unreachable` have no address."""

    conference_id: UUID
    sequence: int
    people: list[str]
    unreachable: list[str]


@event("series_calling_off.addressed", subject="series_id")
class SeriesCallingOffAddressed(DomainEvent):
    """These `people` were invited to conferences of the series that one edit called off, or have a part in them; the
    letters, one to each of them about all, are written together. The `conferences` are those of series.called_off."""

    series_id: UUID
    conferences: dict[str, int]
    people: list[str]


@event("postponement.addressed", subject="conference_id")
class PostponementAddressed(DomainEvent):
    """These invitations are to be told that the conference was postponed, under `sequence`; their letters are written
    together. Invitees who are `unreachable` have no address."""

    conference_id: UUID
    sequence: int
    invitations: list[str]
    unreachable: list[str]


@event("reminders.addressed", subject="conference_id")
class RemindersAddressed(DomainEvent):
    """These invitations are reminded of the conference's start or of the deadline for answers (`kind`), because `moment`
    has come; their letters are written together. `anchor` is what the moment counts down to, "" when somebody asked for
    the reminder."""

    conference_id: UUID
    kind: str
    moment: str
    anchor: str
    invitations: list[str]


@event("invitation.proposed", subject="invitation_id")
class InvitationProposed(DomainEvent):
    """An invitee proposed another time or a substitute (`kind`) by mail; the organiser decides."""

    invitation_id: UUID
    conference_id: UUID
    proposal_id: UUID
    kind: str


@event("invitation.proposal_declined", subject="invitation_id")
class InvitationProposalDeclined(DomainEvent):
    """The organiser keeps to what the invitee was invited to."""

    invitation_id: UUID
    conference_id: UUID
    proposal_id: UUID


@event("invitation.readdressed", subject="invitation_id")
class InvitationReaddressed(DomainEvent):
    """Letters to the invitee came back for good; from now on they go to the person's second address."""

    invitation_id: UUID
    conference_id: UUID


@event("invitation.unwritable", subject="invitation_id")
class InvitationUnwritable(DomainEvent):
    """No correct `letter` could be made, so that none is sent: `problem` names what was refused, as
    CalendarRoundTripError for a calendar that would be read differently from what was meant."""

    invitation_id: UUID
    conference_id: UUID
    letter: str
    problem: str


@event("letter.failed", subject="failed_id")
class LetterFailed(DomainEvent):
    """A letter did not reach whom it was for: it could not be written, was refused, or came back (`kind`)."""

    failed_id: UUID
    conference_id: UUID
    kind: str
    letter: str


@event("invitation.delegated", subject="invitation_id")
class InvitationDelegated(DomainEvent):
    """Its person sent somebody else, who has the invitation `substitute_id`; this one was withdrawn."""

    invitation_id: UUID
    conference_id: UUID
    substitute_id: UUID
