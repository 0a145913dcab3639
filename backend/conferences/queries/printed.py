"""What a printed programme needs beside its entries: which release it is, who holds the conference, and where."""

from backend.conferences.models import Conference, Release
from backend.conferences.printing import Heading
from backend.conferences.programme import Programme
from backend.conferences.states import OrganiserRole


def heading_of(conference: Conference, programme: Programme, release: Release | None) -> Heading:
    """Organisers and places as the programme has them: of a release as they were then. `release` is the one printed, None
    for the working programme."""
    lead = next((holder for holder in programme.organisers if holder.role == OrganiserRole.LEAD), None)
    return Heading(
        parent=lead.under if lead else {},
        lead=lead.said if lead else {},
        others=tuple(holder.said for holder in programme.organisers if holder is not lead),
        places=tuple(site.said for site in programme.sites),
        state=conference.state,
        released_at=release.released_at if release else None,
        made_at=release.released_at if release else conference.updated_at,
    )
