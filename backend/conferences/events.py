"""What happens to a conference."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("conference.drafted", subject="conference_id")
class ConferenceDrafted(DomainEvent):
    conference_id: UUID


@event("conference.edited", subject="conference_id")
class ConferenceEdited(DomainEvent):
    """Something of the conference was written anew; `fields` names what, never how it reads."""

    conference_id: UUID
    fields: list[str]


@event("conference.announced", subject="conference_id")
class ConferenceAnnounced(DomainEvent):
    conference_id: UUID


@event("conference.moved", subject="conference_id")
class ConferenceMoved(DomainEvent):
    """An announced conference has another time or place, which people are told of under `sequence`: the same for all
    moves until then.

    `changes` names what moved: day, day_part, starts_at, ends_at, time_zone, sites; or "resumed" when one that was
    postponed or cancelled is announced again.
    """

    conference_id: UUID
    sequence: int
    changes: list[str]


@event("conference.news_due", subject="conference_id")
class ConferenceNewsDue(DomainEvent):
    """A while after something was moved or released, whoever it concerns is told all of it at once.

    Everybody knew the time and place of `from_sequence` and the programme released as `from_release` (0: none); now
    `to_sequence` and `to_release` hold. Equal ones mean that nothing of that kind is new. With a `series_id`, people are
    told of it together with other conferences of that series, by series.news_due.
    """

    conference_id: UUID
    from_sequence: int
    to_sequence: int
    from_release: int
    to_release: int
    series_id: UUID | None = None

    @property
    def numbers(self) -> list[int]:
        return [self.from_sequence, self.to_sequence, self.from_release, self.to_release]


@event("series.news_due", subject="series_id")
class SeriesNewsDue(DomainEvent):
    """Several conferences of the series were moved or released; whoever more than one of them concerns is told of all in
    one letter. `windows` has, for each conference, from_sequence, to_sequence, from_release and to_release as in
    conference.news_due."""

    series_id: UUID
    windows: dict[str, list[int]]


@event("programme.released", subject="conference_id")
class ProgrammeReleased(DomainEvent):
    """The conference's programme stands as release `number` of it. Whom it concerns is told by conference.news_due."""

    conference_id: UUID
    release_id: UUID
    number: int


@event("conference.started", subject="conference_id")
class ConferenceStarted(DomainEvent):
    conference_id: UUID


@event("conference.closed", subject="conference_id")
class ConferenceClosed(DomainEvent):
    conference_id: UUID


@event("conference.archived", subject="conference_id")
class ConferenceArchived(DomainEvent):
    conference_id: UUID


@event("conference.postponed", subject="conference_id")
class ConferencePostponed(DomainEvent):
    """People are told by conference.postponement_due, unless it is announced again before."""

    conference_id: UUID
    sequence: int


@event("conference.postponement_due", subject="conference_id")
class ConferencePostponementDue(DomainEvent):
    """The news window in which it was postponed has closed: everybody is told now that it is off."""

    conference_id: UUID
    sequence: int


@event("conference.cancelled", subject="conference_id")
class ConferenceCancelled(DomainEvent):
    """With a `series_id`, one edit of that series called off several: people are told of all by series.called_off."""

    conference_id: UUID
    sequence: int
    series_id: UUID | None = None


@event("series.called_off", subject="series_id")
class SeriesCalledOff(DomainEvent):
    """One edit of the series called off several of its conferences, each under the sequence `conferences` has for it;
    everybody hears of all that concern them in one letter."""

    series_id: UUID
    conferences: dict[str, int]


@event("conference.reopened", subject="conference_id")
class ConferenceReopened(DomainEvent):
    conference_id: UUID


@event("conference.dropped", subject="conference_id")
class ConferenceDropped(DomainEvent):
    """A draft nobody had seen is gone, because its series no longer plans it."""

    conference_id: UUID


@event("conference.carried_over", subject="conference_id")
class ConferenceCarriedOver(DomainEvent):
    """What the earlier conference `left_by` left open stands on the agenda of this one."""

    conference_id: UUID
    left_by: UUID


@event("series.begun", subject="series_id")
class SeriesBegun(DomainEvent):
    series_id: UUID


@event("series.edited", subject="series_id")
class SeriesEdited(DomainEvent):
    """`fields` names what was written anew; each conference that follows tells of itself."""

    series_id: UUID
    fields: list[str]


@event("series.split", subject="series_id")
class SeriesSplit(DomainEvent):
    """The series ends; what followed belongs to `continued_by`."""

    series_id: UUID
    continued_by: UUID


@event("series.ended", subject="series_id")
class SeriesEnded(DomainEvent):
    series_id: UUID


@event("series.room_taken", subject="series_id")
class SeriesRoomTaken(DomainEvent):
    """A conference of the series has to do without its standing room, which is taken at its time."""

    series_id: UUID
    conference_id: UUID
    room_id: UUID


@event("paper.requested", subject="paper_id")
class PaperRequested(DomainEvent):
    """A planned speaker is asked for a paper; raising `link_round` voids the links sent before."""

    paper_id: UUID
    conference_id: UUID
    link_round: int


@event("paper.extended", subject="paper_id")
class PaperExtended(DomainEvent):
    """There is more time to hand it in; `due` counts minutes since 1970 (UTC)."""

    paper_id: UUID
    conference_id: UUID
    due: int


@event("paper.handed_in", subject="paper_id")
class PaperHandedIn(DomainEvent):
    """Version `number` is on file, for those who work on it."""

    paper_id: UUID
    conference_id: UUID
    number: int


@event("paper.returned", subject="paper_id")
class PaperReturned(DomainEvent):
    """Version `number` was read, and is to be changed."""

    paper_id: UUID
    conference_id: UUID
    number: int


@event("paper.accepted", subject="paper_id")
class PaperAccepted(DomainEvent):
    """What was accepted is filed as version `number`, and is final."""

    paper_id: UUID
    conference_id: UUID
    number: int


@event("paper.withdrawn", subject="paper_id")
class PaperWithdrawn(DomainEvent):
    """The paper is no longer asked for; its link answers no more."""

    paper_id: UUID
    conference_id: UUID


@event("paper.reminded", subject="paper_id")
class PaperReminded(DomainEvent):
    """It is time to remind of the deadline; `sequence` is another one for each deadline and each reminder of it."""

    paper_id: UUID
    conference_id: UUID
    sequence: int


@event("paper.missed", subject="paper_id")
class PaperMissed(DomainEvent):
    """A day after the deadline the paper was not handed in; `due` counts minutes since 1970 (UTC)."""

    paper_id: UUID
    conference_id: UUID
    due: int


@event("conference.photo_notice_set", subject="conference_id")
class PhotoNoticeSet(DomainEvent):
    """What people are told about pictures and recordings is another text from now on, or that nothing is `recorded`."""

    conference_id: UUID
    version: int
    recorded: bool
