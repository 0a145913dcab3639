"""Conferences with a public, an internal and a restricted agenda item, each with a word of its own in everything that
belongs to it: wherever the word is read, something of the item was told."""

import io
import zipfile
from typing import Any

from django.db.models import Model
from pypdf import PdfReader

from backend.articles import services as articles
from backend.conferences import services as conferences
from backend.conferences.models import AgendaItem, Conference, Paper, Site
from backend.conferences.states import Confidentiality
from backend.minutes import services as minutes
from tests.access.callers import HOST, PARTICIPANTS, PARTNER, SIGNED_IN
from tests.access.world import World
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    DutyFactory,
    SiteFactory,
    SpeakerFactory,
    SpeechFactory,
)
from tests.factories.minutes import ConclusionFactory, FindingFactory, ProposalFactory
from tests.factories.people import AccountFactory, PersonFactory
from tests.factories.resolutions import AmendmentFactory, CommentFactory, PollFactory, ResolutionFactory

WORDS = {"public": "wordofpublic", "internal": "wordofinternal", "restricted": "wordofrestricted"}
SPEAKERS = {level: f"speaker to the {level} item" for level in WORDS}
#: Who may read what; speakers read the record of the conference only as far as it is open to who merely takes part.
KNOWS = {
    "public": SIGNED_IN | set(SPEAKERS.values()),
    "internal": HOST | PARTNER | PARTICIPANTS | set(SPEAKERS.values()),
    "restricted": HOST | {"chair", "recorder", SPEAKERS["restricted"]},
}


class Inside:
    """What the words stand in, by model in `rows`: a closed `conference` whose record was minuted and published, and one
    whose programme was `released`."""

    def __init__(self, world: World) -> None:
        self.world, self.rows = world, dict[type[Model], list[Any]]()
        self.people = {level: PersonFactory() for level in WORDS}
        for level, name in SPEAKERS.items():
            world.accounts[name] = AccountFactory(person=self.people[level])
            world.tokens[name] = world.token(world.accounts[name])
        self.released, self.conference = world.conference("announced"), world.conference("closed")
        for conference in (self.released, self.conference):
            site = SiteFactory(conference=conference)
            self._keep(conference)
            for level in Confidentiality.values:
                self._fill(conference, site, level, {"vi": f"Nội dung {WORDS[level]}", "en": WORDS[level]})
        self._release()
        self.minutes = minutes.draft(conference_id=self.conference.pk)
        minutes.submit(minutes_id=self.minutes.pk)
        minutes.approve(minutes_id=self.minutes.pk, account_id=world.accounts["chair"].pk)
        self._keep(self.minutes, self.minutes.document)
        recap = articles.draft_recap(minutes_id=self.minutes.pk)
        assert recap is not None
        articles.submit(article_id=recap.pk, by=world.accounts["editor"].pk)
        articles.approve(article_id=recap.pk, by=world.accounts["approver"].pk)
        self.recap = articles.publish(article_id=recap.pk)
        self._keep(self.recap)

    def _release(self) -> None:
        """Twice, so that there is something to compare."""
        for more in ("", " (tiếp)"):
            for item in AgendaItem.objects.filter(conference=self.released):
                item.title = {**item.title, "vi": item.title["vi"] + more}
                item.save()
            self._keep(conferences.release(conference_id=self.released.pk))

    def _fill(self, conference: Conference, site: Site, level: str, said: dict[str, str]) -> None:
        whole = {"conference": conference}
        own = "" if level == Confidentiality.PUBLIC else level
        item = AgendaItemFactory(**whole, confidentiality=own, title=said)
        here = {**whole, "agenda_item": item}
        speaker = SpeakerFactory(**here, bloc=said, office={})
        speech = SpeechFactory(**here, speaker=said, gist=said, points=[said], quotes=[{"text": said}])
        resolution = ResolutionFactory(
            **here, title=said, clauses=[{"id": "dieu", "text": said}], preamble=[{"id": "can-cu", "text": said}]
        )
        self._keep(
            item,
            AgendaRoomFactory(**here, site=site),
            DutyFactory(**here, kind="panel", group=said, office=said),
            speaker,
            SpeakerFactory(**here, person=self.people[level], office=said),
            Paper.objects.create(**whole, speaker=speaker, title=said, remarks=said),
            speech,
            FindingFactory(**whole, speech=speech, text=said, scope=said),
            ProposalFactory(
                **whole,
                speech=speech,
                text=said,
                proposer=said,
                addressees=[said],
                response=said,
                responses=[{"addressee": said, "text": said, "on": None}],
            ),
            ConclusionFactory(**whole, speech=speech, text=said, addressee=said, deadline_said=said),
            resolution,
            AmendmentFactory(
                resolution=resolution,
                kind="replace",
                target="dieu",
                content={"kind": "replace", "target": "dieu", "clause": {"id": "dieu", "text": said}},
                reason=said,
                decided_how=said,
            ),
            CommentFactory(resolution=resolution, text=said["vi"], response=said),
            PollFactory(resolution=resolution, question=said, state="annulled", annulled_reason=said),
        )

    def _keep(self, *rows: Any) -> None:
        for row in rows:
            self.rows.setdefault(type(row), []).append(row)


def text_of(answer: Any) -> str:
    """What can be read in the answer: of an archive what is packed in it, of a PDF its text."""
    content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"%PDF-") and len(content) > len(b"%PDF-"):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "".join(packed.read(name).decode(errors="ignore") for name in packed.namelist())
    return content.decode(errors="ignore").replace("\r\n ", "")
