"""Reading articles: for those who write them, for the public, and the record a recap is drafted from."""

import datetime as dt
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.aggregates import Max
from django.db.models.functions import Greatest

from backend.articles.models import Article, ArticleRevision
from backend.articles.recap import Record
from backend.articles.states import ArticleState
from backend.conferences.models import Conference
from backend.conferences.queries import closed_in, without
from backend.conferences.states import Confidentiality, DutyKind
from backend.minutes.models import Conclusion, Finding, Proposal
from backend.people.models import Account
from backend.people.queries import organisations_with
from backend.registration.models import Presence
from backend.registration.states import Direction
from backend.resolutions.models import Poll, Resolution
from backend.resolutions.states import PollState

WORKS_ON_ARTICLES = ("editor", "approver", "organiser", "secretary", "auditor")

_ABOUT_PUBLIC = Q(conference=None) | Q(conference__confidentiality=Confidentiality.PUBLIC)


def articles_visible_to(account: Account) -> QuerySet[Article]:
    """All articles of the organisations the account works for, and what is published."""
    articles = Article.objects.prefetch_related("blocks")
    where = organisations_with(account, *WORKS_ON_ARTICLES)
    if where is None:
        return articles
    return articles.filter(Q(organisation_id__in=where) | Q(_ABOUT_PUBLIC, state=ArticleState.PUBLISHED))


def public_articles() -> QuerySet[Article]:
    """Published articles, newest first, each with its `revisions` in order: the last one is what the public reads."""
    return (
        Article.objects.filter(_ABOUT_PUBLIC, state=ArticleState.PUBLISHED)
        .select_related("organisation", "conference")
        .prefetch_related(Prefetch("revisions", ArticleRevision.objects.order_by("number")))
        .order_by("-published_at", "-id")
    )


def articles_in(language: str) -> QuerySet[Article]:
    return public_articles().filter(languages__contains=[language])


def retracted_article(slug: str) -> Article | None:
    return Article.objects.filter(_ABOUT_PUBLIC, state=ArticleState.RETRACTED, slug=slug).first()


def last_change() -> dt.datetime | None:
    """When the public last saw a publication, a correction or a retraction; None before the first one."""
    # Not `published_at`: an article taken over from elsewhere is older than its place in the feed.
    newest: dt.datetime | None = Article.objects.filter(_ABOUT_PUBLIC).aggregate(
        at=Max(Greatest("revisions__at", "retracted_at"))
    )["at"]
    return newest


def record_of(conference: Conference) -> Record:
    """Everything the record holds about a conference that may be told to everybody, in a fixed number of statements:
    what belongs to internal and restricted agenda items is left out."""
    closed = closed_in(conference.pk)
    names = "organisation__former_names"
    polls = Poll.objects.filter(
        conference=conference, election=None, amendment=None, state=PollState.DECLARED
    ).order_by("opened_at")
    log = Presence.objects.filter(conference=conference, direction=Direction.IN)
    came = dict(log.values_list("registration", "registration__person"))
    seen = set(came.values())
    duties = list(
        without(conference.duties.all(), closed).select_related("person", "organisation").prefetch_related(names)
    )
    return Record(
        conference=conference,
        organisers=list(conference.organisers.select_related("organisation").prefetch_related(names)),
        sites=list(conference.sites.select_related("venue", "room")),
        # Where a log was kept, a guest it does not know is not said to have been there.
        duties=[duty for duty in duties if not came or duty.kind != DutyKind.GUEST or duty.person_id in seen],
        speeches=list(
            without(conference.speeches.all(), closed).select_related("person", "organisation").prefetch_related(names)
        ),
        findings=list(without(Finding.objects.filter(conference=conference), closed)),
        proposals=list(
            without(Proposal.objects.filter(conference=conference), closed)
            .select_related("speech__person", "speech__organisation")
            .prefetch_related(f"speech__{names}")
        ),
        conclusions=list(
            without(Conclusion.objects.filter(conference=conference), closed)
            .select_related("subject")
            .prefetch_related("subject__former_names")
        ),
        resolutions=list(
            without(Resolution.objects.filter(conference=conference), closed)
            .select_related("chaired_by")
            .order_by("id")
        ),
        declared={poll.resolution_id: poll for poll in polls},
        came=len(came) or None,
    )


def recap_of(conference_id: UUID) -> Article | None:
    return Article.objects.filter(conference_id=conference_id, kind="recap").first()
