"""What is published tells of public agenda items only."""

import pytest

from backend.articles import services
from backend.articles.models import Article
from backend.conferences.models import AgendaItem, Conference
from backend.core.errors import Conflict
from backend.minutes.models import Conclusion, Finding, Proposal
from backend.resolutions.models import Resolution
from tests.factories.articles import approved_minutes
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, DutyFactory, SpeechFactory
from tests.factories.people import AccountFactory

pytestmark = pytest.mark.django_db


def told_of(conference: Conference, word: str, level: str = "") -> AgendaItem:
    """An agenda item with the word in everything a recap is drafted from."""
    said = {"vi": word}
    item: AgendaItem = AgendaItemFactory(conference=conference, confidentiality=level, title=said)
    speech = SpeechFactory(conference=conference, agenda_item=item, speaker=said, gist=said, quotes=[{"text": said}])
    for entry, kind in ((Finding, "achievement"), (Proposal, "petition"), (Conclusion, "task")):
        entry.objects.create(conference=conference, speech=speech, kind=kind, text=said)
    DutyFactory(conference=conference, kind="panel", agenda_item=item, office={}, group=said)
    Resolution.objects.create(conference=conference, agenda_item=item, title=said, state="adopted", decided_how=said)
    return item


def words_of(article: Article) -> str:
    return str([article.title, article.sapo, article.dateline, *(block.text for block in article.blocks.all())])


@pytest.mark.parametrize("level", ["internal", "restricted"])
def test_a_recap_is_drafted_from_what_is_public(level: str) -> None:
    conference = ConferenceFactory(state="closed")
    told_of(conference, "Côngkhai")
    told_of(conference, "Nhânsự", level)

    article = services.draft_recap(minutes_id=approved_minutes(conference).pk)

    assert article is not None
    assert "Côngkhai" in words_of(article)
    assert "Nhânsự" not in words_of(article)


@pytest.mark.parametrize("level", ["internal", "restricted"])
def test_what_was_closed_since_the_draft_is_not_published(level: str) -> None:
    conference = ConferenceFactory(state="closed")
    item = told_of(conference, "Nhânsự")
    SpeechFactory(conference=conference, gist={"vi": "Côngkhai"})
    article = services.draft_recap(minutes_id=approved_minutes(conference).pk)
    assert article is not None
    AgendaItem.objects.filter(pk=item.pk).update(confidentiality=level)
    editor = AccountFactory().pk
    services.submit(article_id=article.pk, by=editor)
    services.approve(article_id=article.pk, by=AccountFactory().pk)

    with pytest.raises(Conflict) as refused:
        services.publish(article_id=article.pk)

    named = set(refused.value.extra["blocks"])
    assert named == {str(block.pk) for block in article.blocks.all() if "Nhânsự" in str(block.text)} | {"sapo"}
    services.send_back(article_id=article.pk)
    kept = [{"id": block.pk} for block in article.blocks.all() if str(block.pk) not in named]
    services.edit(article_id=article.pk, by=editor, expected=None, blocks=kept, sapo={"vi": "Hội nghị đã họp."})
    services.submit(article_id=article.pk, by=editor)
    services.approve(article_id=article.pk, by=AccountFactory().pk)
    assert "Nhânsự" not in words_of(services.publish(article_id=article.pk))
