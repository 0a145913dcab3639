"""What votes and texts hold about a person: their place on the roll, a ballot that was cast by name, the fact that a
secret one was cast or a paper taken, who was to cast their votes, a seat on a counting committee, a poll they annulled,
and their part in a resolution."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from backend.core.text import say
from backend.privacy.holdings import Basis, DataClass, Forgotten, Holding, Kept, Remains, Row, Subject, holding
from backend.resolutions.models import (
    Amendment,
    Authorisation,
    Backing,
    Candidate,
    Comment,
    Election,
    Entitlement,
    Envelope,
    IssuedPaper,
    NamedBallot,
    Poll,
    Promulgation,
    Resolution,
    Sheet,
    TakenBack,
    Teller,
)


@holding("votes", Poll, Entitlement, NamedBallot, Envelope, IssuedPaper, Teller, Sheet, Authorisation, TakenBack)
class Votes(Holding):
    title = say(vi="Biểu quyết", en="Votes")
    data_class = DataClass.RECORD
    purpose = say(vi="Biểu quyết và kiểm lại được kết quả.", en="To vote, and to be able to check the result.")
    basis = Basis.OBLIGATION
    kept = Kept(since=say(vi="như hồ sơ hội nghị", en="as long as the record of the conference"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for poll_id, number, question in _on_roll(subject):
            ballot = NamedBallot.objects.filter(poll=poll_id, number=number).values("choice", "cast_at").first()
            sealed = Envelope.objects.filter(poll=poll_id, number=number).exists()
            yield {
                "type": "vote",
                "question": question,
                "number": number,
                "cast": sealed or bool(ballot),
                "paper": IssuedPaper.objects.filter(poll=poll_id, number=number).exists(),
                **dict(ballot or {}),
            }
        for question in Teller.objects.filter(person=subject.person_id).values_list("poll__question", flat=True):
            yield {"type": "teller", "question": question}
        for question in Poll.objects.filter(annulled_by=subject.person_id).values_list("question", flat=True):
            yield {"type": "annulled", "question": question}
        theirs = _authorisations(subject)
        for given in theirs.exclude(proxy=subject.person_id).values("given_at", "taken_back_at"):
            yield {"type": "authorisation", **given}
        for held in theirs.filter(proxy=subject.person_id).values("given_at", "taken_back_at"):
            yield {"type": "proxy", **held}

    def documents(self, subject: Subject) -> Iterator[UUID]:
        given = Authorisation.objects.filter(holder__person=subject.person_id, paper__isnull=False)
        yield from given.values_list("paper_id", flat=True)

    def matters(self, person_id: UUID) -> Iterator[UUID]:
        yield from Teller.objects.filter(person=person_id).values_list("pk", flat=True)

    def forget(self, subject: Subject) -> Forgotten:
        count = len(_on_roll(subject))
        stays = Remains(
            where=Entitlement._meta.db_table,
            count=count,
            reason=say(
                vi="Danh sách cử tri và phiếu biểu quyết là căn cứ của nghị quyết, được khoá bằng mã băm; không còn tên.",
                en="The roll and the ballots are what resolutions rest on and are sealed by hashes; the name is gone.",
            ),
        )
        seats = Teller.objects.filter(person=subject.person_id).count()
        counted = Remains(
            where=Teller._meta.db_table,
            count=seats,
            reason=say(
                vi="Thành phần ban kiểm phiếu là căn cứ của kết quả bỏ phiếu kín; không còn tên.",
                en="Who sat on a counting committee is what a secret result rests on; the name is gone.",
            ),
        )
        handed = Remains(
            where=Authorisation._meta.db_table,
            count=_authorisations(subject).count(),
            reason=say(
                vi="Ai được uỷ quyền biểu quyết là căn cứ của kết quả; không còn tên.",
                en="Who cast whose votes is what a result rests on; the name is gone.",
            ),
        )
        voided = Remains(
            where=Poll._meta.db_table,
            count=Poll.objects.filter(annulled_by=subject.person_id).count(),
            reason=say(
                vi="Ai huỷ một kết quả là một phần của hồ sơ biểu quyết; không còn tên.",
                en="Who annulled a result is part of its record; the name is gone.",
            ),
        )
        return Forgotten(remains=tuple(each for each in (stays, counted, handed, voided) if each.count))


def _authorisations(subject: Subject) -> QuerySet[Authorisation]:
    """Given by them, or to them."""
    theirs = Q(holder__person=subject.person_id) | Q(proxy=subject.person_id)
    return Authorisation.objects.filter(theirs).order_by("given_at")


def _on_roll(subject: Subject) -> list[tuple[UUID, int, Any]]:
    theirs = Entitlement.objects.filter(caster=subject.person_id).order_by("poll", "number")
    return list(theirs.values_list("poll_id", "number", "poll__question"))


@holding("elections", Election, Candidate)
class Elections(Holding):
    title = say(vi="Bầu cử", en="Elections")
    data_class = DataClass.RECORD
    purpose = say(vi="Bầu cử và kiểm lại được kết quả.", en="To elect, and to be able to check the result.")
    basis = Basis.OBLIGATION
    kept = Kept(since=say(vi="như hồ sơ hội nghị", en="as long as the record of the conference"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        stood = Candidate.objects.filter(person=subject.person_id).order_by("election", "number")
        for row in stood.values("election__title", "name", "about", "withdrawn_at", "elected_in"):
            yield {"type": "candidacy", **row}

    def forget(self, subject: Subject) -> Forgotten:
        stays = Remains(
            where=Candidate._meta.db_table,
            count=Candidate.objects.filter(person=subject.person_id).count(),
            reason=say(
                vi="Tên người ứng cử đứng trên phiếu bầu và biên bản, được khoá bằng mã băm (Luật Lưu trữ).",
                en="Candidates' names stand on the ballot papers and in the minutes, sealed by hashes (Law on Archives).",
            ),
        )
        return Forgotten(remains=(stays,) if stays.count else ())


@holding("resolutions", Resolution, Promulgation, Amendment, Backing, Comment)
class InResolutions(Holding):
    title = say(vi="Nghị quyết", en="Resolutions")
    data_class = DataClass.RECORD
    purpose = say(vi="Soạn, thông qua và ban hành nghị quyết.", en="To draft, adopt and issue resolutions.")
    basis = Basis.OBLIGATION
    kept = Kept(since=say(vi="như hồ sơ hội nghị", en="as long as the record of the conference"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        chaired = Resolution.objects.filter(chaired_by=subject.person_id).order_by("decided_at")
        for row in chaired.values("title", "decided_at"):
            yield {"type": "resolution_chaired", **row}
        signed = Promulgation.objects.filter(signer=subject.person_id).order_by("issued_at")
        for issued in signed.values("resolution__title", "issued_at"):
            yield {"type": "resolution_signed", **issued}
        moved = Amendment.objects.filter(mover=subject.person_id).order_by("created_at")
        for amendment in moved.values("resolution__title", "number", "state", "reason"):
            yield {"type": "amendment_moved", **amendment}
        backed = Backing.objects.filter(person=subject.person_id).order_by("given_at")
        for backing in backed.values("role", "given_at", "taken_back_at"):
            yield {"type": "backing", **backing}
        comments = Comment.objects.filter(person=subject.person_id).order_by("created_at")
        for comment in comments.values("resolution__title", "text", "response", "created_at"):
            yield {"type": "comment", **comment}

    def documents(self, subject: Subject) -> Iterator[UUID]:
        yield from Promulgation.objects.filter(signer=subject.person_id).values_list("document_id", flat=True)

    def forget(self, subject: Subject) -> Forgotten:
        reason = say(
            vi="Nghị quyết và văn bản đã ban hành được giữ nguyên (Luật Lưu trữ); không còn nêu ai ngoài văn bản.",
            en="Resolutions and what was issued stand as they are (Law on Archives); only the document names anybody.",
        )
        found: list[tuple[type[Model], int]] = [
            (Resolution, Resolution.objects.filter(chaired_by=subject.person_id).count()),
            (Promulgation, Promulgation.objects.filter(signer=subject.person_id).count()),
            (Amendment, Amendment.objects.filter(mover=subject.person_id).count()),
            (Backing, Backing.objects.filter(person=subject.person_id).count()),
            (Comment, Comment.objects.filter(person=subject.person_id).count()),
        ]
        return Forgotten(
            remains=tuple(
                Remains(where=model._meta.db_table, count=count, reason=reason) for model, count in found if count
            )
        )
