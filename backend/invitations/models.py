"""Who is asked to come, and what they answered."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now, Upper

from backend.conferences.models import Conference, Site
from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.documents.models import Document
from backend.invitations.states import (
    Answer,
    Authority,
    Category,
    FailureKind,
    InvitationState,
    LetterDelivery,
    ProposalKind,
    ProposalState,
    ReminderKind,
    ReplyVia,
    Substitutes,
)
from backend.mail.models import OutgoingMail
from backend.people.models import Honorific, Organisation, Person


class InvitationList(Base):
    """People asked together: one unit, one category, one site.

    `start_reminders` and `reply_reminders` say how many minutes before the conference's start and before `reply_by` its
    invitees are reminded (null: as the house does); the moments up to `reminded_to` have been seen to.
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="invitation_lists")
    title = LocalizedTextField()
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    category = models.CharField(max_length=10, choices=Category)
    reply_by = models.DateTimeField(null=True, blank=True)
    start_reminders = ArrayField(models.PositiveIntegerField(), null=True, blank=True)
    reply_reminders = ArrayField(models.PositiveIntegerField(), null=True, blank=True)
    reminded_to = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    substitutes = models.CharField(max_length=10, choices=Substitutes, default=Substitutes.APPROVED)


class Invitation(Base):
    """One invitation. Without a person it is held for an office until a name is known, and cannot be mailed.

    Guest lists name those with a `place` first, which an organiser gave them by hand; all others by protocol, whoever
    has the lower `rank` first. The reply link is a signature over the id and `link_round`; raising the round voids older links.
    """

    list = models.ForeignKey(InvitationList, on_delete=models.PROTECT, related_name="invitations")
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="invitations")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    office = LocalizedTextField(blank=True)
    category = models.CharField(max_length=10, choices=Category)
    rank = models.PositiveSmallIntegerField(default=100, help_text="Of the office, as in Position.")
    place = models.PositiveIntegerField(null=True, blank=True)
    language = models.CharField(max_length=5, default="vi")
    email = models.EmailField(blank=True)
    state = models.CharField(max_length=10, choices=InvitationState, default=InvitationState.DRAFT)
    sequence = models.PositiveIntegerField(default=0, help_text="The conference's sequence in the last letter.")
    first_sequence = models.PositiveIntegerField(
        default=0, help_text="… and in the first one: a higher last one tells of a change."
    )
    link_round = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=1000, blank=True)
    substitute = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="stands_in_for",
        help_text="Who comes instead: this invitation was withdrawn because its person sent somebody else.",
    )
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    called_off_from = models.CharField(
        max_length=10,
        blank=True,
        default="",
        editable=False,
        help_text="The state it was withdrawn from because its conference was cancelled: it comes back with it.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "person"],
                condition=models.Q(person__isnull=False) & ~models.Q(state="withdrawn"),
                name="one_live_invitation_per_person",
            ),
            models.CheckConstraint(
                condition=models.Q(called_off_from="") | models.Q(state="withdrawn"),
                name="only_what_is_withdrawn_comes_back",
            ),
        ]
        indexes = [models.Index(Upper("email"), name="invitations_by_email")]

    @property
    def letter_number(self) -> int:
        """Which letter to this invitee is the current one: rises with every new time or place and every new link."""
        return self.sequence + self.link_round


class InvitationReply(models.Model):
    """Every answer ever given, append-only; the invitation holds the last one.

    One that came by mail says by which (`inbound_id`) and when the invitee's program wrote it (`stamp`); one given by
    word of mouth or on paper, who took it and when.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="replies")
    answer = models.CharField(max_length=10, choices=Answer)
    note = models.CharField(max_length=1000, blank=True)
    via = models.CharField(max_length=8, choices=ReplyVia)
    at = models.DateTimeField(db_default=Now())
    inbound_id = models.UUIDField(null=True)
    stamp = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(null=True)


class Reminder(models.Model):
    """An invitee is reminded as `moment` comes, or was asked for by hand: once each, append-only. Whether a letter went
    out stands in the ledger of mail."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=10, choices=ReminderKind)
    moment = models.DateTimeField()
    by_hand = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invitation", "kind", "moment"], name="reminded_once_of_each_moment")
        ]


class FailedLetter(models.Model):
    """A letter about a conference that did not reach a person: `letter` is its purpose, `problem` the error that kept it
    from being written, or the status of the report (RFC 3463). `again` is the fact that has it written again.

    It is open until it is `settled_at`: tried again, or sent to the second address. `told_at` is when those who can
    mend it were written to.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="failed_letters")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="failed_letters")
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.CASCADE, related_name="failed_letters")
    mail = models.ForeignKey(OutgoingMail, null=True, on_delete=models.SET_NULL, related_name="+")
    letter = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=FailureKind)
    problem = models.CharField(max_length=60, blank=True)
    again = models.JSONField(default=dict)
    readdressed = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "person", "letter"],
                condition=models.Q(settled_at=None),
                name="one_open_failure_per_letter_and_person",
            )
        ]
        indexes = [
            models.Index(fields=["at"], name="failures_to_tell", condition=models.Q(told_at=None)),
            models.Index(fields=["conference", "-id"], name="failures_by_conference"),
        ]


class ReplyProposal(Base):
    """What an invitee proposed instead of a plain answer: another time, or somebody else who comes.

    Nothing follows from it by itself. `sequence` is the invitation's when it came: a letter with a newer one, after the
    organiser moved the conference, has answered it.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=10, choices=ProposalKind)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    sequence = models.PositiveIntegerField()
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    substitute_name = models.CharField(max_length=120, blank=True)
    substitute_honorific = models.CharField(max_length=8, choices=Honorific, blank=True)
    substitute_office = models.CharField(max_length=200, blank=True)
    substitute_email = models.EmailField(blank=True)
    substitute_phone = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    inbound_id = models.UUIDField(unique=True, null=True)
    stamp = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    @property
    def conference(self) -> Conference:
        return self.invitation.conference


class InvitationLetter(Base):
    """The giấy mời of a list: one official document for all its invitees, in one or more editions.

    What is empty is drawn from the record as it is issued: `subject`, `place`, `chair`, and the signer's office. From
    then on `facts` hold what was drawn, the number included, and `sequence` stands for the time and place it tells.
    Issued, it never changes but for its `delivery`; another time or place needs another edition with another number.
    `site_texts` are {site id: language map}; `document` files what was issued.
    """

    recipients = models.JSONField(default=list, blank=True)  # above `list`, which hides the type
    list = models.ForeignKey(InvitationList, on_delete=models.PROTECT, related_name="letters")
    edition = models.PositiveSmallIntegerField(default=1)
    delivery = models.CharField(max_length=10, choices=LetterDelivery, default=LetterDelivery.ATTACHED)
    subject = LocalizedTextField(blank=True)
    signer = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    authority = models.CharField(max_length=4, choices=Authority, blank=True, default=Authority.OWN)
    signs_for = LocalizedTextField(blank=True)
    signer_office = LocalizedTextField(blank=True)
    place = LocalizedTextField(blank=True)
    chair = LocalizedTextField(blank=True)
    text = LocalizedTextField(blank=True)
    site_texts = models.JSONField(default=dict, blank=True)
    note = LocalizedTextField(blank=True)
    kept_by = models.CharField(max_length=60, blank=True)
    issued_at = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    facts = models.JSONField(default=dict)
    document = models.OneToOneField(Document, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "edition"], name="editions_of_a_letter_are_numbered"),
            models.UniqueConstraint(
                fields=["list"], condition=models.Q(issued_at=None), name="one_letter_is_drafted_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(issued_at=None, document=None, sequence=None)
                | models.Q(issued_at__isnull=False, document__isnull=False, sequence__isnull=False),
                name="an_issued_letter_is_on_file",
            ),
        ]

    @property
    def conference(self) -> Conference:
        return self.list.conference


class LetterCopy(models.Model):
    """The PDF one invitee gets of an issued letter: set once and kept. Whoever is called differently later gets another
    one; `digest` is of all that is on its pages."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    letter = models.ForeignKey(InvitationLetter, on_delete=models.PROTECT, related_name="copies")
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="letter_copies")
    digest = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    filename = models.CharField(max_length=150)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "invitation", "digest"], name="one_copy_of_a_letter_for_each")
        ]
