"""The organiser's view of a conference's invitations: who has answered, counted by unit, site and category and by day, in
a constant number of statements.

Withdrawn invitations are counted apart; those not sent yet are not invited yet. An answer counts on the day it was last
given, on the conference's clock.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from backend.conferences.models import Conference, Site
from backend.conferences.queries import site_said
from backend.core.text import Text, both, say
from backend.invitations import queries
from backend.invitations.models import Invitation
from backend.invitations.states import Answer, Category, InvitationState
from backend.people.models import Organisation
from backend.people.tree import above

NO_UNIT = say(vi="Không thuộc đơn vị nào", en="No unit")
NO_SITE = say(vi="Chưa rõ địa điểm", en="No site yet")
#: The series of every chart, in order.
SHOWN = (*Answer.values, InvitationState.SENT.value)
OUTDATED = "outdated"
FORMER = say(vi="trả lời theo thời gian, địa điểm cũ", en="answered for a former time or place")


class Figures:
    """How many invitations are in each state, and how many of the answers are `outdated`."""

    def __init__(self, counted: Mapping[str, int] | None = None, outdated: int = 0) -> None:
        self.by_state = {state: (counted or {}).get(state, 0) for state in InvitationState.values}
        self.outdated = outdated

    def add(self, counted: Mapping[str, int], outdated: int = 0) -> None:
        for state, n in counted.items():
            self.by_state[state] += n
        self.outdated += outdated

    @property
    def invited(self) -> int:
        return sum(self.by_state[state] for state in queries.LIVE)

    @property
    def answered(self) -> int:
        return self.invited - self.waiting

    @property
    def waiting(self) -> int:
        return self.by_state[InvitationState.SENT]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """`own` counts the unit's own invitees, `figures` also those of all units below it; `level` is its depth among the
    units shown. Without an `id` it stands for those of no unit."""

    id: UUID | None
    name: Text
    parent: UUID | None
    level: int
    own: Figures
    figures: Figures


@dataclass(frozen=True, kw_only=True)
class Share:
    """What falls to one site or category; without a `key` to none of them."""

    key: str | None
    name: Text
    figures: Figures


@dataclass(frozen=True, kw_only=True)
class Series:
    key: str
    name: Text
    values: list[int]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """As many values in each of the series as there are labels. `series` add up to those invited; `outdated` says how
    many of the answers among them are."""

    labels: list[Text]
    series: list[Series]
    outdated: Series


@dataclass(frozen=True, kw_only=True)
class Days:
    """Answers by the day, without gaps from the first to the last; `outdated` as in a Chart."""

    labels: list[dt.date]
    series: list[Series]
    outdated: Series


@dataclass(frozen=True, kw_only=True)
class Overview:
    conference: UUID
    figures: Figures
    by_unit: list[Unit]
    by_site: list[Share]
    by_category: list[Share]
    units: Chart
    sites: Chart
    days: Days


Group = tuple[UUID | None, UUID | None, str, str, int, int]


def overview(conference: Conference, invitations: QuerySet[Invitation]) -> Overview:
    """Counts these invitations of the conference."""
    rows = invitations.order_by().annotate(outdated=queries.answered_to_former())
    groups: list[Group] = list(
        rows.values_list("organisation_id", "site_id", "category", "state").annotate(
            n=Count("pk"), old=Count("pk", filter=Q(outdated=True, state__in=Answer.values))
        )
    )
    units = _units(groups)
    sites = _shares(groups, lambda group: str(group[1]) if group[1] else None, _sites(conference))
    categories = {category.value: both(category.label) for category in Category}
    return Overview(
        conference=conference.pk,
        figures=_sum(groups),
        by_unit=units,
        by_site=sites,
        by_category=_shares(groups, lambda group: group[2], categories),
        units=_chart([(unit.name, unit.own) for unit in units if unit.own.invited]),
        sites=_chart([(site.name, site.figures) for site in sites if site.figures.invited]),
        days=_days(conference, rows),
    )


def _sum(groups: Iterable[Group]) -> Figures:
    figures = Figures()
    for *_, state, n, outdated in groups:
        figures.add({state: n}, outdated)
    return figures


# By unit


def _units(groups: Sequence[Group]) -> list[Unit]:
    """Every unit with invitees and all above it, each before those below it, and those of no unit at the end."""
    own: dict[UUID | None, Figures] = {}
    for unit, _, _, state, n, outdated in groups:
        own.setdefault(unit, Figures()).add({state: n}, outdated)
    shown = Organisation.objects.in_bulk(above({unit for unit in own if unit is not None}))
    children: dict[UUID | None, list[Organisation]] = {}
    for row in sorted(shown.values(), key=lambda row: (row.sort_key, row.pk)):
        children.setdefault(row.parent_id if row.parent_id in shown else None, []).append(row)
    found = [unit for root in children.get(None, []) for unit in _below(root, children, own, 0)]
    if None in own:
        found.append(Unit(id=None, name=both(NO_UNIT), parent=None, level=0, own=own[None], figures=own[None]))
    return found


def _below(
    root: Organisation, children: dict[UUID | None, list[Organisation]], own: dict[UUID | None, Figures], level: int
) -> Iterator[Unit]:
    """The unit with all below it, and these after it."""
    units = [unit for child in children.get(root.pk, []) for unit in _below(child, children, own, level + 1)]
    mine = own.get(root.pk, Figures())
    figures = Figures(mine.by_state, mine.outdated)
    for unit in units:
        figures.add(unit.own.by_state, unit.own.outdated)
    yield Unit(id=root.pk, name=root.name, parent=root.parent_id, level=level, own=mine, figures=figures)
    yield from units


# By site and category


def _sites(conference: Conference) -> dict[str, Text]:
    rows = Site.objects.filter(conference=conference).select_related("venue", "room").order_by("order", "id")
    return {str(site.pk): {language: site_said(site, language) for language in both(NO_SITE)} for site in rows}


def _shares(groups: Sequence[Group], key: Callable[[Group], str | None], names: dict[str, Text]) -> list[Share]:
    """One for each of the names, and one for what has none, if there is any."""
    counted: dict[str | None, list[Group]] = {name: [] for name in names}
    for group in groups:
        counted.setdefault(key(group), []).append(group)
    return [
        Share(key=each, name=names[each] if each else both(NO_SITE), figures=_sum(mine))
        for each, mine in counted.items()
    ]


# As charts


def _chart(bars: Sequence[tuple[Text, Figures]]) -> Chart:
    return Chart(
        labels=[name for name, _ in bars],
        series=[
            Series(
                key=state,
                name=both(InvitationState(state).label),
                values=[figures.by_state[state] for _, figures in bars],
            )
            for state in SHOWN
        ],
        outdated=_outdated([figures.outdated for _, figures in bars]),
    )


def _outdated(values: list[int]) -> Series:
    return Series(key=OUTDATED, name=both(FORMER), values=values)


def _days(conference: Conference, rows: QuerySet[Invitation]) -> Days:
    day = TruncDate("answered_at", tzinfo=ZoneInfo(conference.time_zone))
    answered = rows.filter(state__in=Answer.values, answered_at__isnull=False).annotate(day=day)
    groups = answered.values_list("day", "state").annotate(n=Count("pk"), old=Count("pk", filter=Q(outdated=True)))
    counted, former = {}, Counter[dt.date]()
    for at, state, n, old in groups:
        counted[at, state] = n
        former[at] += old
    days = sorted(former)
    every = [days[0] + dt.timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)] if days else []
    return Days(
        labels=every,
        series=[
            Series(
                key=answer.value, name=both(answer.label), values=[counted.get((at, answer.value), 0) for at in every]
            )
            for answer in Answer
        ],
        outdated=_outdated([former[at] for at in every]),
    )
