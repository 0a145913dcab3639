"""What invitations hold about a person: that they were asked, what they answered, who was to come instead."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F, Q, QuerySet

from backend.conferences.states import AHEAD, ConferenceState
from backend.core.clock import local, now
from backend.core.guards import erasing
from backend.core.text import localized, say
from backend.invitations.models import (
    FailedLetter,
    Invitation,
    InvitationLetter,
    InvitationReply,
    LetterCopy,
    Reminder,
    ReplyProposal,
)
from backend.invitations.states import InvitationState
from backend.privacy.holdings import (
    Basis,
    DataClass,
    File,
    Forgotten,
    Holding,
    Kept,
    Named,
    Remains,
    Row,
    Subject,
    holding,
    mentions,
)
from backend.privacy.terms import sweep

#: Nobody of whom such a conference still expects something can be erased: they would be written to, and have no address.
TO_COME = AHEAD | {ConferenceState.POSTPONED}

SUBSTITUTES = Named(rows=ReplyProposal.objects.all(), address="substitute_email", name="substitute_name")


@holding("invitations", Invitation, FailedLetter, InvitationReply, Reminder, ReplyProposal, LetterCopy)
class Invitations(Holding):
    title = say(vi="Giấy mời và trả lời", en="Invitations and answers")
    data_class = DataClass.PARTICIPATION
    purpose = say(vi="Mời và biết ai đến dự.", en="To invite, and to know who comes.")
    basis = Basis.TASK
    kept = Kept(since=say(vi="ngày kết thúc hội nghị", en="the end of the conference"), days=730)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for row in _theirs(subject.person_id).values(
            "conference__title", "conference__day", "office", "category", "language", "email", "state", "note",
            "created_at", "sent_at", "answered_at",
        ):  # fmt: skip
            yield {"type": "invitation", **row}
        for reply in (
            InvitationReply.objects.filter(invitation__person=subject.person_id)
            .order_by("at")
            .values("invitation__conference__title", "answer", "note", "via", "at", "taken_by")
        ):
            yield {"type": "reply", **reply}
        for reminder in (
            Reminder.objects.filter(invitation__person=subject.person_id)
            .order_by("at")
            .values("invitation__conference__title", "kind", "at")
        ):
            yield {"type": "reminder", **reminder}
        for failed in (
            FailedLetter.objects.filter(person=subject.person_id)
            .order_by("at")
            .values("conference__title", "letter", "kind", "problem", "at", "settled_at")
        ):
            yield {"type": "failed_letter", **failed}
        for proposal in _proposals(subject).order_by("created_at").values(
            "invitation__conference__title", "kind", "state", "starts_at", "ends_at", "substitute_name",
            "substitute_office", "substitute_email", "substitute_phone", "note", "created_at",
        ):  # fmt: skip
            yield {"type": "proposal", **proposal}

    def files(self, subject: Subject) -> Iterator[File]:
        for copy in _copies(subject.person_id):
            yield File(name=f"letters/{copy.pk}-{copy.filename}", content=bytes(copy.content))

    def addresses(self, person_id: UUID) -> Iterator[str]:
        yield from _theirs(person_id).exclude(email="").values_list("email", flat=True)

    def named(self) -> Iterator[Named]:
        yield SUBSTITUTES
        yield Named(rows=Invitation.objects.filter(person__isnull=False), address="email", name="person__full_name")

    def matters(self, person_id: UUID) -> Iterator[UUID]:
        for invitation_id, conference_id in _theirs(person_id).values_list("pk", "conference_id"):
            yield invitation_id
            yield uuid5(conference_id, str(person_id))  # letters of news are about a person at a conference
        yield from ReplyProposal.objects.filter(invitation__person=person_id).values_list("pk", flat=True)

    def conferences(self, person_id: UUID) -> Iterator[UUID]:
        yield from _theirs(person_id).values_list("conference_id", flat=True)

    def hindrances(self, subject: Subject) -> Iterator[object]:
        expected = _theirs(subject.person_id).filter(conference__state__in=TO_COME)
        for row in expected.exclude(state=InvitationState.WITHDRAWN).select_related("conference"):
            yield say(
                vi="Còn giấy mời dự “{what}”; hãy rút giấy mời trước.",
                en="There is an invitation to “{what}”; withdraw it first.",
                what=localized(row.conference.title),
            )

    def forget(self, subject: Subject) -> Forgotten:
        invitations = _theirs(subject.person_id)
        replies = InvitationReply.objects.filter(invitation__in=invitations.values("pk"))
        emptied = replies.filter(~Q(note="") | ~Q(taken_by="")).update(note="", taken_by="")
        emptied += FailedLetter.objects.filter(person=subject.person_id).delete()[0]
        emptied += ReplyProposal.objects.filter(pk__in=_proposals(subject).values("pk")).update(
            substitute_name="",
            substitute_honorific="",
            substitute_office="",
            substitute_email="",
            substitute_phone="",
            note="",
            updated_at=now(),
            version=F("version") + 1,
        )
        emptied += _copies(subject.person_id).update(content=b"")
        asked = invitations.order_by().update(email="", note="", office={}, updated_at=now(), version=F("version") + 1)
        stays = Remains(
            where=Invitation._meta.db_table,
            count=asked,
            reason=say(
                vi="Số người được mời và trả lời thế nào vẫn được đếm, không còn tên.",
                en="How many were invited and what was answered is still counted, without the name.",
            ),
        )
        return Forgotten(rows=asked + emptied, remains=(stays,) if asked else ())


@holding("letters signed", InvitationLetter)
class LettersSigned(Holding):
    title = say(vi="Giấy mời đã ký", en="Invitation letters signed")
    data_class = DataClass.RECORD
    purpose = say(
        vi="Lưu ai ký, ai chủ trì trên giấy mời.", en="To keep who signed a letter, and who it says presides."
    )
    basis = Basis.OBLIGATION
    kept = Kept(since=say(vi="như hồ sơ hội nghị", en="as long as the record of the conference"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for letter in _signed(subject).values("list__conference__title", "facts", "signer_office", "issued_at"):
            yield {"type": "letter_signed", **letter}

    def documents(self, subject: Subject) -> Iterator[UUID]:
        yield from _signed(subject).filter(document__isnull=False).values_list("document_id", flat=True)

    def forget(self, subject: Subject) -> Forgotten:
        count = _signed(subject).count()
        stays = Remains(
            where=InvitationLetter._meta.db_table,
            count=count,
            reason=say(
                vi="Văn bản đã ban hành phải lưu nguyên văn (Luật Lưu trữ).",
                en="A document that was issued is kept as it is (Law on Archives).",
            ),
        )
        return Forgotten(remains=(stays,) if count else ())


def _signed(subject: Subject) -> QuerySet[InvitationLetter]:
    """Those the person signed, and those that name them otherwise."""
    named = mentions(InvitationLetter.objects.all(), subject, "facts", "chair", "text", "note")
    signed = InvitationLetter.objects.filter(signer=subject.person_id)
    return InvitationLetter.objects.filter(Q(pk__in=named.values("pk")) | Q(pk__in=signed.values("pk"))).order_by("id")


def _copies(person_id: UUID) -> QuerySet[LetterCopy]:
    """The letters made out to them, as far as they were not emptied."""
    return LetterCopy.objects.filter(invitation__person=person_id).exclude(content=b"").order_by("created_at")


def _theirs(person_id: UUID) -> QuerySet[Invitation]:
    return Invitation.objects.filter(person=person_id).order_by("id")


def _proposals(subject: Subject) -> QuerySet[ReplyProposal]:
    """What they proposed, and where they were proposed as a substitute."""
    named = Q(substitute_name__iexact=subject.name)
    for name in subject.former:
        named |= Q(substitute_name__iexact=name)
    stands_in = Q(invitation__substitute__person=subject.person_id) & named
    theirs = Q(invitation__person=subject.person_id) | Q(pk__in=SUBSTITUTES.of(subject))
    return ReplyProposal.objects.filter(theirs | stands_in)


@transaction.atomic
def _without_words(ids: Sequence[UUID]) -> int:
    with erasing():
        InvitationReply.objects.filter(invitation__in=ids).filter(~Q(note="") | ~Q(taken_by="")).update(
            note="", taken_by=""
        )
    return Invitation.objects.filter(pk__in=ids).update(email="", note="", updated_at=now(), version=F("version") + 1)


@sweep(
    "invitations",
    days=730,
    title=say(vi="Địa chỉ và lời nhắn trong giấy mời", en="Addresses and notes of invitations"),
    expire=_without_words,
)
def old_invitations(before: datetime, held: frozenset[UUID]) -> QuerySet[Invitation]:
    """Of conferences that were held or called off so long ago; who was invited and what they answered stays."""
    over = Q(conference__ends_at__lt=before) | Q(conference__ends_at=None, conference__day__lt=local(before).date())
    rows = Invitation.objects.filter(over).exclude(conference__state__in=TO_COME).exclude(conference__in=held)
    return rows.filter(~Q(email="") | ~Q(note=""))
