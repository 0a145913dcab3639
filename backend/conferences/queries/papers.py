"""Papers asked of planned speakers: who reads them, which are due, and how far a conference has come with them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from backend.conferences.models import Conference, Paper, Speaker
from backend.conferences.queries.confidential import Reader, parts_visible_to
from backend.conferences.queries.visibility import READERS, held_by_any, leads
from backend.conferences.states import AHEAD, ItemState, OrganiserRole, PaperState
from backend.core.clock import local
from backend.documents.models import DocumentFile
from backend.people.queries import organisations_with

#: States in which a paper is still to be handed in.
MISSING = (PaperState.REQUESTED, PaperState.RETURNED)
DAY = dt.timedelta(days=1)
MOST_REMINDERS = 20


def ends_before(conference: Conference, moment: dt.datetime | None) -> bool:
    """Whether the moment is after the conference's end or, while that is not exact, after its day."""
    if moment is None or conference.day is None:
        return False
    if conference.ends_at is not None:
        return moment > conference.ends_at
    return local(moment, conference.time_zone).date() > conference.day


def works_on_papers(account: Reader) -> Q:
    """Papers the account reads with all their versions: where it has a reading role in the lead organisation, or chairs
    or keeps the record of the conference, and its own."""
    if isinstance(account, AnonymousUser):
        return Q(pk__in=[])
    where = organisations_with(account, *READERS)
    if where is None:
        return ~Q(pk__in=[])  # an empty Q vanishes where it is joined by "or"
    mine = Q(conference__in=Conference.objects.filter(held_by_any(where, OrganiserRole.LEAD)))
    if account.person_id is not None:
        mine |= Q(Exists(leads(account).filter(conference=OuterRef("conference")))) | Q(
            speaker__person_id=account.person_id
        )
    return mine


def papers_visible_to(account: Reader) -> QuerySet[Paper]:
    """Papers the account works on, as far as it sees the agenda item, and its own; accepted ones with their item.

    `document.versions` holds what it may read of each, without the bytes: drafts only of what it works on.
    """
    works = works_on_papers(account)
    visible = parts_visible_to(Paper.objects.filter(works | Q(state=PaperState.ACCEPTED)), account)
    own = Q(pk__in=[])
    if not isinstance(account, AnonymousUser) and account.person_id is not None:
        own = Q(speaker__person_id=account.person_id)  # a conference still in draft is no secret from its speakers
    rows = Paper.objects.filter(Q(pk__in=visible.values("pk")) | own)
    readable = DocumentFile.objects.filter(Q(draft=False) | Q(document__paper__in=Paper.objects.filter(works)))
    return with_facts(rows).prefetch_related(
        Prefetch("document__files", readable.defer("content").order_by("number"), to_attr="versions")
    )


def with_facts(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    """With who is to speak, to what and where."""
    return papers.select_related(
        "conference",
        "document",
        "speaker__conference",
        "speaker__agenda_item",
        "speaker__person",
        "speaker__organisation",
    ).prefetch_related("speaker__organisation__former_names")


def paper_content(paper: Paper, account: Reader, number: int | None) -> DocumentFile | None:
    """One version with its bytes, the last one without a `number`; None where the account may read none such."""
    files = DocumentFile.objects.filter(document=paper.document_id)
    if not Paper.objects.filter(works_on_papers(account), pk=paper.pk).exists():
        files = files.filter(draft=False)
    if number is not None:
        files = files.filter(number=number)
    return files.order_by("-number").first()


def last_version(paper: Paper) -> DocumentFile | None:
    return DocumentFile.objects.filter(document=paper.document_id).order_by("-number").first()


# How far a conference has come


@dataclass(frozen=True, kw_only=True)
class PaperOverview:
    """`by_state` counts the papers; `unreachable` are speakers a paper is missing from and no letter reaches;
    `not_asked` counts speakers nobody asked for one."""

    by_state: dict[str, int]
    overdue: int
    not_asked: int
    unreachable: list[Speaker] = field(default_factory=list)


def overdue(at: dt.datetime) -> Q:
    """Missing papers whose deadline has passed."""
    return Q(state__in=MISSING, due_at__lte=at)


def asked_for_papers(conference_id: UUID) -> set[UUID]:
    """The people who still owe the conference a paper."""
    rows = Paper.objects.filter(conference=conference_id, state__in=MISSING, speaker__person__isnull=False)
    return set(rows.values_list("speaker__person_id", flat=True))


def paper_overview(papers: QuerySet[Paper], speakers: QuerySet[Speaker], at: dt.datetime) -> PaperOverview:
    """What there is of these papers and speakers, in six queries at most however many there are."""
    states = list(papers.order_by().values_list("state", flat=True))
    unreached = papers.filter(state__in=MISSING).filter(Q(speaker__person=None) | Q(speaker__person__email=""))
    lost = speakers.filter(pk__in=unreached.order_by().values("speaker_id"))
    return PaperOverview(
        by_state={state: states.count(state) for state in PaperState.values},
        overdue=papers.filter(overdue(at)).count(),
        not_asked=speakers.filter(paper=None).count(),
        unreachable=list(
            lost.select_related("conference", "person", "organisation")
            .prefetch_related("organisation__former_names")
            .order_by("agenda_item__order", "order")
        ),
    )


# What is due by the clock


def reminder_moments(due_at: dt.datetime) -> list[dt.datetime]:
    """When somebody is to hear of the deadline: so many days before it as the setting says, and a day after it."""
    days = sorted({day for day in settings.PAPER_REMINDER_DAYS if day > 0})[: MOST_REMINDERS - 1][::-1]
    return [*(due_at - day * DAY for day in days), due_at + DAY]


def stage_of(due_at: dt.datetime | None, at: dt.datetime) -> int:
    """How many of these moments have passed."""
    return sum(moment <= at for moment in reminder_moments(due_at)) if due_at is not None else 0


def minutes_of(moment: dt.datetime) -> int:
    """Minutes since 1970: what tells one deadline of a paper from another."""
    return int(moment.timestamp() // 60)


def reminder_sequence(due_at: dt.datetime, stage: int) -> int:
    """Another number for each deadline and each reminder of it."""
    return minutes_of(due_at) * MOST_REMINDERS + stage


def papers_to_remind_of(at: dt.datetime) -> QuerySet[Paper]:
    """Missing papers for which another moment has come, of conferences and items that are still to be held."""
    come = Q(pk__in=[])
    for stage, before in enumerate(_distances(), start=1):
        come |= Q(reminders__lt=stage, due_at__lte=at + before)
    return Paper.objects.filter(
        come,
        state__in=MISSING,
        conference__state__in=AHEAD,
        speaker__agenda_item__state=ItemState.PLANNED,
    ).order_by("due_at", "id")


def _distances() -> Sequence[dt.timedelta]:
    """How long before the deadline each moment is."""
    epoch = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    return [epoch - moment for moment in reminder_moments(epoch)]


def missing_papers(conference_id: UUID, at: dt.datetime) -> QuerySet[Paper]:
    """The conference's papers that are overdue, in the order of the programme."""
    rows = Paper.objects.filter(overdue(at), conference_id=conference_id, speaker__agenda_item__state=ItemState.PLANNED)
    return with_facts(rows).order_by("speaker__agenda_item__order", "speaker__order", "id")
