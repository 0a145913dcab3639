"""What happens to resolutions and elections, and to the polls on them."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("resolution.tabled", subject="resolution_id")
class ResolutionTabled(DomainEvent):
    resolution_id: UUID
    conference_id: UUID


@event("resolution.untabled", subject="resolution_id")
class ResolutionUntabled(DomainEvent):
    """It is a draft again; why stands on the resolution."""

    resolution_id: UUID
    conference_id: UUID


@event("resolution.adopted", subject="resolution_id")
class ResolutionAdopted(DomainEvent):
    """`poll_id` is None when it was adopted without a count."""

    resolution_id: UUID
    conference_id: UUID
    poll_id: UUID | None


@event("resolution.rejected", subject="resolution_id")
class ResolutionRejected(DomainEvent):
    resolution_id: UUID
    conference_id: UUID
    poll_id: UUID | None


@event("resolution.withdrawn", subject="resolution_id")
class ResolutionWithdrawn(DomainEvent):
    resolution_id: UUID
    conference_id: UUID


@event("resolution.referred", subject="resolution_id")
class ResolutionReferred(DomainEvent):
    """To whom and why stands on the resolution."""

    resolution_id: UUID
    conference_id: UUID


@event("resolution.issued", subject="resolution_id")
class ResolutionIssued(DomainEvent):
    resolution_id: UUID
    conference_id: UUID
    document_id: UUID
    official_number_id: UUID


@event("resolution.shared", subject="resolution_id")
class ResolutionShared(DomainEvent):
    """A draft was shown to those who take part, or the time to comment on it was changed."""

    resolution_id: UUID
    conference_id: UUID


@event("resolution.merged", subject="resolution_id")
class ResolutionMerged(DomainEvent):
    """The amendments that were carried are part of the text; `text_hash` is that of the new version."""

    resolution_id: UUID
    conference_id: UUID
    text_version: int
    text_hash: str


@event("amendment.submitted", subject="amendment_id")
class AmendmentSubmitted(DomainEvent):
    amendment_id: UUID
    resolution_id: UUID
    conference_id: UUID


@event("amendment.decided", subject="amendment_id")
class AmendmentDecided(DomainEvent):
    """`outcome` is accepted, adopted, rejected, withdrawn or fallen; `poll_id` is None when nothing was counted."""

    amendment_id: UUID
    resolution_id: UUID
    conference_id: UUID
    outcome: str
    poll_id: UUID | None


@event("authorisation.given", subject="authorisation_id")
class AuthorisationGiven(DomainEvent):
    """Somebody's votes are cast by a proxy: in one poll, or in all that open (`poll_id` None)."""

    authorisation_id: UUID
    conference_id: UUID
    poll_id: UUID | None


@event("authorisation.taken_back", subject="authorisation_id")
class AuthorisationTakenBack(DomainEvent):
    """The holder casts again, also in open polls, where nothing was cast for them."""

    authorisation_id: UUID
    conference_id: UUID
    poll_id: UUID | None


@event("poll.opened", subject="poll_id")
class PollOpened(DomainEvent):
    """`override_reason` is why it was opened although the quorum was not met; empty when it was."""

    poll_id: UUID
    resolution_id: UUID | None
    conference_id: UUID
    election_id: UUID | None
    entitled: int
    present: int
    roll_hash: str
    override_reason: str


@event("poll.sealed", subject="poll_id")
class PollSealed(DomainEvent):
    """`urn_root` is the Merkle root over the ballots' leaves: published, it nails the urn shut."""

    poll_id: UUID
    resolution_id: UUID | None
    conference_id: UUID
    election_id: UUID | None
    returned: int
    urn_root: str


@event("poll.counted", subject="poll_id")
class PollCounted(DomainEvent):
    poll_id: UUID
    resolution_id: UUID | None
    conference_id: UUID
    election_id: UUID | None


@event("poll.declared", subject="poll_id")
class PollDeclared(DomainEvent):
    poll_id: UUID
    resolution_id: UUID | None
    conference_id: UUID
    election_id: UUID | None
    outcome: str


@event("poll.annulled", subject="poll_id")
class PollAnnulled(DomainEvent):
    poll_id: UUID
    resolution_id: UUID | None
    conference_id: UUID
    election_id: UUID | None


@event("quorum.reached", subject="quorum_id")
class QuorumReached(DomainEvent):
    """As many are in a running conference as its quorum needs."""

    quorum_id: UUID
    conference_id: UUID
    present: int
    needed: int
    base_number: int


@event("quorum.lost", subject="quorum_id")
class QuorumLost(DomainEvent):
    """Fewer are in a running conference than its quorum needs: from the start, or because people left."""

    quorum_id: UUID
    conference_id: UUID
    present: int
    needed: int
    base_number: int


@event("poll.key_destroyed", subject="poll_id")
class PollKeyDestroyed(DomainEvent):
    """So few shares of a secret poll's key are left that nobody can open its envelopes any more."""

    poll_id: UUID
    resolution_id: UUID | None
    conference_id: UUID
    election_id: UUID | None


@event("election.decided", subject="election_id")
class ElectionDecided(DomainEvent):
    """It is over, with so many elected; by which polls stands on the candidates."""

    election_id: UUID
    conference_id: UUID
    elected: int


@event("election.abandoned", subject="election_id")
class ElectionAbandoned(DomainEvent):
    election_id: UUID
    conference_id: UUID
