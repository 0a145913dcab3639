"""What of the programme is new to people between two releases, read from the record: names, and what is closed to whom."""

from collections.abc import Sequence
from uuid import UUID

from backend.conferences.models import Conference, Release
from backend.conferences.programme import Programme
from backend.conferences.queries import acting_for, closed_in, cut_for, names_for, released
from backend.conferences.states import Confidentiality
from backend.invitations.parts import Parts
from backend.invitations.programme_news import ProgrammeNews


def news_of(conference: Conference, from_release: int, to_release: int, parts: Parts) -> ProgrammeNews | None:
    """None when no programme was released in between."""
    if to_release == from_release:
        return None
    rows = Release.objects.filter(conference=conference, number__in=[from_release, to_release])
    programmes = {row.number: released(row) for row in rows}
    before, after = programmes.get(from_release), programmes[to_release]
    both = [each for each in (before, after) if each]
    return ProgrammeNews(
        before=before,
        after=after,
        names=names_for(*both),
        closed=closed_in(conference.pk, Confidentiality.RESTRICTED),
        hidden_from_leaders=_hidden_from_leaders(conference, both, parts),
    )


def _hidden_from_leaders(conference: Conference, programmes: Sequence[Programme], parts: Parts) -> set[UUID]:
    """What even those who chair the whole conference, or keep its minutes, may not read; one reads what all do."""
    if not parts.leading:
        return set()
    leader = acting_for(min(parts.leading))
    read = [cut_for(each, leader, conference) for each in programmes]
    return {
        hidden
        for each, cut in zip(programmes, read, strict=True)
        for hidden in each.by_id().keys() - cut.by_id().keys()
    }
