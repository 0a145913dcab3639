"""The life of a paper against a model of it: a state, a deadline, and the bytes of each version."""

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backend.conferences import services
from backend.conferences.models import Paper
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.documents.models import DocumentFile
from backend.documents.uploads import Upload
from backend.outbox.models import Event
from tests.factories.conferences import ConferenceFactory, SpeakerFactory

HOUR = dt.timedelta(hours=1)
OPEN = {"requested", "handed_in", "returned"}


class PaperLife(RuleBasedStateMachine):
    """Every step is tried on the house and on the model, whether it is legal or not; both must say the same."""

    @initialize(deadline=st.booleans())
    def ask(self, deadline: bool) -> None:
        self.speaker = SpeakerFactory(conference=ConferenceFactory(announced=True, day=dt.date(2035, 1, 14)))
        self.paper_id = services.request_paper(speaker_id=self.speaker.pk, due_at=now() + HOUR if deadline else None).pk
        self.state, self.late, self.limited, self.link = "requested", False, deadline, 1
        self.remarks = False
        self.versions: list[tuple[bytes, bool]] = []
        self.told = ["paper.requested"]

    def tried(self, legal: bool, verb: Any, **given: Any) -> bool:
        """Whether it happened, which is what the model expected."""
        try:
            verb(**given)
        except DomainError as refusal:
            assert not legal, f"{verb.__name__} was refused: {refusal}"
            assert refusal.status in (400, 409, 410)
            return False
        assert legal, f"{verb.__name__} was not refused"
        return True

    @rule(content=st.binary(min_size=1, max_size=8), by_secretary=st.booleans(), old_link=st.booleans())
    def hand_in(self, content: bytes, by_secretary: bool, old_link: bool) -> None:
        link = None if by_secretary else self.link - 1 if old_link else self.link
        legal = self.state in OPEN and (by_secretary or not (self.late or old_link))
        upload = Upload(format="pdf", stem="tham-luan", content=content)
        given = {"upload": upload, "by_secretary": by_secretary, "link_round": link}
        if self.tried(legal, services.hand_in, paper_id=self.paper_id, **given):
            self.state, self.remarks = "handed_in", False
            self.versions.append((content, True))
            self.told.append("paper.handed_in")

    @rule(of_the_last=st.booleans())
    def send_back(self, of_the_last: bool) -> None:
        number = len(self.versions) - (not of_the_last)
        legal = self.state == "handed_in" and of_the_last
        if self.tried(
            legal, services.send_back_paper, paper_id=self.paper_id, number=number, remarks={"vi": "Xin sửa"}
        ):
            self.state, self.remarks = "returned", True
            self.told.append("paper.returned")

    @rule(of_the_last=st.booleans())
    def accept(self, of_the_last: bool) -> None:
        number = len(self.versions) - (not of_the_last)
        legal = self.state == "handed_in" and of_the_last
        if self.tried(legal, services.accept_paper, paper_id=self.paper_id, number=number):
            self.state, self.remarks = "accepted", False
            self.versions.append((self.versions[-1][0], False))
            self.told.append("paper.accepted")

    @rule()
    def withdraw(self) -> None:
        if self.tried(self.state in OPEN, services.withdraw_paper, paper_id=self.paper_id):
            self.state = "withdrawn"
            self.told.append("paper.withdrawn")

    @rule(deadline=st.booleans())
    def ask_again(self, deadline: bool) -> None:
        due_at = now() + HOUR if deadline else None
        if self.tried(self.state == "withdrawn", services.request_paper, speaker_id=self.speaker.pk, due_at=due_at):
            self.state, self.late, self.limited, self.link = "requested", False, deadline, self.link + 1
            self.remarks = False
            self.told.append("paper.requested")

    @rule()
    def time_passes(self) -> None:
        if self.limited and not self.late:
            Paper.objects.filter(pk=self.paper_id).update(due_at=now() - HOUR)
            self.late = True

    @rule()
    def extend(self) -> None:
        legal = self.state in OPEN and self.limited
        if self.tried(legal, services.extend_deadline, paper_id=self.paper_id, due_at=now() + 2 * HOUR):
            self.late = False
            self.told.append("paper.extended")

    @rule()
    def rename(self) -> None:
        self.tried(self.state != "accepted", services.name_paper, paper_id=self.paper_id, title={"vi": "Tên"})

    @invariant()
    def the_house_says_the_same(self) -> None:
        if not hasattr(self, "paper_id"):
            return
        paper = Paper.objects.get(pk=self.paper_id)
        assert (paper.state, paper.link_round, paper.due_at is not None) == (self.state, self.link, self.limited)
        files = DocumentFile.objects.filter(document=paper.document_id).order_by("number") if paper.document_id else []
        assert [(bytes(file.content), file.draft) for file in files] == self.versions
        assert [file.number for file in files] == list(range(1, len(self.versions) + 1))
        assert bool(paper.remarks) == self.remarks
        told = Event.objects.filter(subject_id=self.paper_id).order_by("id").values_list("name", flat=True)
        assert list(told) == self.told


class TestPaperLife(HypothesisCase, PaperLife.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
