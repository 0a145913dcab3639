"""What a printed programme needs beside its entries: which release it is, who holds the conference, and where."""

from backend.conferences.models import Conference, Release
from backend.conferences.printing import Heading
from backend.conferences.printing.words import first_day
from backend.conferences.programme import Programme
from backend.conferences.queries.record import co_organisations, lead_organisation, name_then


def heading_of(conference: Conference, programme: Programme, release: Release | None) -> Heading:
    """Organisers under the names they bore on the first day. `release` is the one printed, None for the working
    programme. Reads the organisers loaded by `for_lists`; the lead organiser's parent takes two queries."""
    day, lead = first_day(programme), lead_organisation(conference)
    parent = lead.parent if lead else None
    return Heading(
        parent=name_then(parent, day) if parent else {},
        lead=name_then(lead, day) if lead else {},
        others=tuple(name_then(other, day) for other in co_organisations(conference)),
        places=tuple(site.said for site in programme.sites),
        state=conference.state,
        released_at=release.released_at if release else None,
        made_at=release.released_at if release else conference.updated_at,
    )
