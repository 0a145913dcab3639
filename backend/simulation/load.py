"""Writes a planned year through the services, so that every invariant and every fact is there as if people had done it.

Each transaction holds whole things: the ground (organisations, people, houses, rooms) is one, each series with its
occurrences is one, single conferences go by BATCH. What is there already is left alone, so an interrupted load is
finished by loading the same plan again.
"""

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet

from backend.conferences.models import Conference as ConferenceRow
from backend.conferences.models import Series as SeriesRow
from backend.core import context
from backend.simulation.entering import begin, draft, lead_through
from backend.simulation.ground import Ground, found, is_settled, settle, slug
from backend.simulation.progress import Tell
from backend.simulation.shapes import Conference, Plan, Series

#: Single conferences of one transaction: commits cost little, and an interruption loses little.
BATCH = 25
#: How all facts of a load say who did it.
ACTOR = "simulation"


def nothing_told(step: str, done: int, total: int) -> None:
    pass


def load(plan: Plan, tell: Tell = nothing_told) -> int:
    """Writes what is not there yet; returns how many conferences that were."""
    with context.acting(actor=ACTOR, request_id=plan.name):
        if not is_settled(plan):
            settle(plan, tell)
        ground = found(plan)
        return sum(_recurring(plan, ground, tell)) + sum(_single(plan, ground, tell))


def _recurring(plan: Plan, ground: Ground, tell: Tell) -> Iterator[int]:
    """Yields how many occurrences each series brought."""
    known = set(_series(ground).values_list("organisation_id", "title__vi"))
    total = done = sum(1 for each in plan.conferences if each.series is not None)
    waiting = [each for each in plan.series if (ground.organisations[each.organisation].pk, each.title.vi) not in known]
    occurrences = {each.key: [one for one in plan.conferences if one.series == each.key] for each in waiting}
    done -= sum(map(len, occurrences.values()))
    for each in waiting:
        with transaction.atomic():
            for _ in _held_series(ground, each, occurrences[each.key]):
                done += 1
                tell("series", done, total)
        yield len(occurrences[each.key])
    tell("series", done, total)


def _series(ground: Ground) -> QuerySet[SeriesRow]:
    return SeriesRow.objects.filter(organisation__in=[row.pk for row in ground.organisations.values()])


def _held_series(ground: Ground, series: Series, occurrences: list[Conference]) -> Iterator[None]:
    """One series with its occurrences: those of the next weeks it plans itself, those before and after are entered."""
    row = begin(ground, series)
    there = {each.slot: each for each in row.conferences.all()}
    for planned in occurrences:
        assert planned.slot is not None
        slot = dt.datetime.combine(planned.slot, series.start_time).isoformat()
        made = there.get(slot) or draft(ground, planned, {"series": row, "recurrence_id": slot, "slot": slot})
        lead_through(made, planned)
        yield


def _single(plan: Plan, ground: Ground, tell: Tell) -> Iterator[int]:
    """Yields how many conferences each transaction brought."""
    planned = [each for each in plan.conferences if each.series is None]
    rows = {row.slug: row for row in ConferenceRow.objects.filter(slug__startswith=f"{plan.name}-")}
    waiting = [each for each in planned if slug(plan, each.key) not in rows]
    done, left = len(planned) - len(waiting), iter(waiting)
    while batch := list(islice(left, BATCH)):
        with transaction.atomic():
            for each in batch:
                follows = rows[slug(plan, each.follows)] if each.follows else None
                row = draft(ground, each, {"slug": slug(plan, each.key), "follows": follows})
                rows[row.slug] = lead_through(row, each)
                done += 1
                tell("conferences", done, len(planned))
        yield len(batch)
    tell("conferences", done, len(planned))
