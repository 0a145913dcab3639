"""What a body names: a right held at home opens nothing of others, and rows of two conferences are never mixed."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.access.conftest import API
from tests.access.world import World
from tests.factories.conferences import (
    AgendaItemFactory,
    RoomFactory,
    SeriesFactory,
    SiteFactory,
    SpeakerFactory,
    SpeechFactory,
    VenueFactory,
)
from tests.factories.people import PersonFactory
from tests.factories.resolutions import PollFactory, ResolutionFactory

pytestmark = pytest.mark.django_db
VI = {"vi": "Thử"}


class Elsewhere:
    """Rows of the foreign organisation and its public conference."""

    def __init__(self, world: World) -> None:
        self.conference = str(world.elsewhere.pk)
        self.organisation = str(world.foreign.pk)
        self.person = str(PersonFactory(organisation=world.foreign).pk)
        self.venue = str(VenueFactory(organisation=world.foreign).pk)
        self.room = str(RoomFactory(venue_id=self.venue).pk)
        self.site = str(SiteFactory(conference=world.elsewhere).pk)
        self.agenda_item = str(AgendaItemFactory(conference=world.elsewhere).pk)
        self.speech = str(SpeechFactory(conference=world.elsewhere).pk)
        self.speaker = str(SpeakerFactory(conference=world.elsewhere).pk)
        resolution = ResolutionFactory(conference=world.elsewhere)
        self.series = str(SeriesFactory(organisation=world.foreign).pk)
        self.resolution = str(resolution.pk)
        self.poll = str(PollFactory(resolution=resolution, state="annulled").pk)


@pytest.fixture(scope="module")
def elsewhere(world: World) -> Elsewhere:
    return Elsewhere(world)


Body = Callable[[World, Elsewhere], dict[str, Any]]
#: Writing at somebody else's: 403, whatever one is at home.
AT_OTHERS: dict[str, Body] = {
    "POST conferences": lambda w, e: {"kind": "meeting", "title": VI, "lead": e.organisation},
    "POST conferences series": lambda w, e: {
        "kind": "meeting", "title": VI, "lead": str(w.host.pk), "series": e.series,
    },
    "PATCH conferences/{w.announced.pk}": lambda w, e: {"lead": e.organisation},
    "PATCH conferences/{w.announced.pk} series": lambda w, e: {"series": e.series},
    "POST sites": lambda w, e: {"conference": e.conference, "new_venue": {"name": VI}},
    "POST agenda-items": lambda w, e: {"conference": e.conference, "phase": "vote", "title": VI},
    "POST own-phases": lambda w, e: {"conference": e.conference, "name": VI, "stands_for": "reply"},
    "POST duties": lambda w, e: {"conference": e.conference, "kind": "chair", "office": VI},
    "POST speakers": lambda w, e: {"conference": e.conference, "agenda_item": e.agenda_item, "office": VI},
    "POST speakers/reorder": lambda w, e: {"agenda_item": e.agenda_item, "speakers": [e.speaker]},
    "POST papers": lambda w, e: {"speaker": e.speaker},
    "POST papers/request": lambda w, e: {"conference": e.conference},
    "POST speeches": lambda w, e: {"conference": e.conference, "kind": "remark", "speaker": VI},
    "POST venues": lambda w, e: {"name": VI, "organisation": e.organisation},
    "PATCH venues/{w.venue.pk}": lambda w, e: {"organisation": e.organisation},
    "POST rooms": lambda w, e: {"venue": e.venue, "name": VI},
    "PATCH rooms/{w.room.pk}": lambda w, e: {"venue": e.venue},
    "POST agenda-rooms": lambda w, e: {
        "conference": e.conference, "agenda_item": e.agenda_item, "site": e.site, "room": e.room,
    },
    "POST rooms/swap": lambda w, e: {"between": [{"site": str(w.halls[0].pk)}, {"site": e.site}]},
    "POST conferences/{w.announced.pk}/clone": lambda w, e: {"parts": [], "lead": e.organisation},
    "POST conferences/{w.elsewhere.pk}/clone": lambda w, e: {"parts": []},
    "POST conference-templates": lambda w, e: {"title": VI, "organisation": e.organisation},
    "POST conference-templates of": lambda w, e: {"conference": e.conference},
    "PATCH conference-templates/{w.template.pk}": lambda w, e: {"organisation": e.organisation},
    "POST conference-templates/{w.template.pk}/draft": lambda w, e: {"lead": e.organisation},
    "POST series": lambda w, e: {"title": VI, "organisation": e.organisation, "rule": "FREQ=WEEKLY"},
    "PATCH series/{w.series.pk}": lambda w, e: {"organisation": e.organisation},
    "POST invitation-lists": lambda w, e: {"conference": e.conference, "title": VI, "category": "guest"},
    "POST invitations/order": lambda w, e: {"conference": e.conference, "invitations": []},
    "POST invitations/remind": lambda w, e: {"conference": e.conference},
    "POST invitations/resend": lambda w, e: {"conference": e.conference},
    "POST invitations/withdraw": lambda w, e: {"conference": e.conference, "site": e.site},
    "POST registrations": lambda w, e: {"conference": e.conference, "person": str(w.person.pk)},
    "POST admissions": lambda w, e: {"conference": e.conference, "mode": "open"},
    "POST check-ins": lambda w, e: {"conference": e.conference, "name": "ai do"},
    "POST check-outs": lambda w, e: {"conference": e.conference, "name": "ai do"},
    "POST check-ins/many": lambda w, e: {"conference": e.conference, "registrations": [str(w.registration.pk)]},
    "POST check-outs/many": lambda w, e: {"conference": e.conference, "registrations": [str(w.registration.pk)]},
    "POST check-outs/everyone": lambda w, e: {"conference": e.conference},
    "POST badges": lambda w, e: {"conference": e.conference},
    "POST walk-ins": lambda w, e: {"conference": e.conference, "full_name": "Lê Thị Mới"},
    "POST scans": lambda w, e: {
        "conference": e.conference, "device": str(w.person.pk), "clock": "2021-01-14T01:00:00Z", "scans": [{}],
    },
    "POST resolutions": lambda w, e: {"conference": e.conference, "title": VI, "clauses": [{"text": VI}]},
    "POST amendments": lambda w, e: {"resolution": e.resolution, "kind": "delete", "target": "bao-cao"},
    "POST comments": lambda w, e: {"resolution": e.resolution, "text": "x"},
    "POST procedures": lambda w, e: {"conference": e.conference},
    "POST authorisations": lambda w, e: {"conference": e.conference, "proxy": e.person},
    "POST polls": lambda w, e: {
        "resolution": e.resolution, "question": VI, "rule": "staff_conference", "voting_categories": ["staff"],
    },
    "POST findings": lambda w, e: {"conference": e.conference, "kind": "limitation", "text": VI},
    "POST proposals": lambda w, e: {"conference": e.conference, "kind": "proposal", "text": VI},
    "POST conclusions": lambda w, e: {"conference": e.conference, "kind": "task", "text": VI},
    "POST minutes": lambda w, e: {"conference": e.conference},
    "POST people": lambda w, e: {"full_name": "Lê Thị Mới", "organisation": e.organisation},
    "PATCH people/{w.person.pk}": lambda w, e: {"organisation": e.organisation},
    "POST positions": lambda w, e: {"person": e.person, "title": VI},
    "POST organisations": lambda w, e: {"slug": "x", "name": VI, "parent": e.organisation},
    "PATCH organisations/{w.host.pk}": lambda w, e: {"parent": e.organisation},
    "POST articles": lambda w, e: {"organisation": e.organisation, "kind": "feature", "title": VI},
}  # fmt: skip
#: Rows of another conference in one's own: 400 naming the field.
MIXED: dict[str, Body] = {
    "POST invitations/withdraw site": lambda w, e: {"conference": str(w.announced.pk), "site": e.site},
    "PATCH sites/{w.site.pk}": lambda w, e: {"conference": e.conference},
    **{
        f"{verb} {name}": lambda w, e, name=name: {
            "conference": str(w.announced.pk), "phase": "vote", "title": VI, name: e.agenda_item,
        }
        for name in ("parent", "after")
        for verb in ("POST agenda-items", "PATCH agenda-items/{w.agenda_item.pk}")
    },
    "POST duties site": lambda w, e: {
        "conference": str(w.announced.pk), "kind": "chair", "office": VI, "site": e.site,
    },
    "POST duties agenda_item": lambda w, e: {
        "conference": str(w.announced.pk), "kind": "panel", "office": VI, "agenda_item": e.agenda_item,
    },
    "PATCH duties/{w.duty.pk} site": lambda w, e: {"site": e.site},
    "POST speakers agenda_item": lambda w, e: {
        "conference": str(w.announced.pk), "office": VI, "agenda_item": e.agenda_item,
    },
    "PATCH speakers/{w.speaker.pk} agenda_item": lambda w, e: {"agenda_item": e.agenda_item},
    "POST speakers/reorder mixed": lambda w, e: {
        "agenda_item": str(w.agenda_item.pk), "speakers": [str(w.speaker.pk), e.speaker],
    },
    "POST speeches agenda_item": lambda w, e: {
        "conference": str(w.running.pk), "kind": "remark", "speaker": VI, "agenda_item": e.agenda_item,
    },
    "PATCH speeches/{w.speech.pk} agenda_item": lambda w, e: {"agenda_item": e.agenda_item},
    "POST sites room": lambda w, e: {
        "conference": str(w.announced.pk), "venue": str(w.venue.pk), "room": e.room,
    },
    "POST series/{w.planned.pk}/split": lambda w, e: {
        "since": str(w.planned.starts_on + dt.timedelta(weeks=1)), "organisation": e.organisation,
    },
    **{
        f"POST agenda-rooms {name}": lambda w, e, name=name: {
            "conference": str(w.announced.pk), "agenda_item": str(w.agenda_item.pk), "site": str(w.halls[0].pk),
            "room": str(w.room.pk), name: getattr(e, name),
        }
        for name in ("agenda_item", "site", "room")
    },
    "PATCH agenda-rooms/{w.agenda_room.pk}": lambda w, e: {"room": e.room},
    "POST invitation-lists site": lambda w, e: {
        "conference": str(w.announced.pk), "title": VI, "category": "guest", "site": e.site,
    },
    "POST registrations site": lambda w, e: {
        "conference": str(w.announced.pk), "person": str(w.person.pk), "site": e.site,
    },
    "POST seats/{w.announced.pk}/limit site": lambda w, e: {"capacity": 5, "site": e.site},
    "POST check-ins site": lambda w, e: {"registration": str(w.registration.pk), "site": e.site},
    "POST check-ins/many site": lambda w, e: {
        "conference": str(w.announced.pk), "registrations": [str(w.registration.pk)], "site": e.site,
    },
    "POST check-outs/everyone site": lambda w, e: {"conference": str(w.announced.pk), "site": e.site},
    "POST walk-ins site": lambda w, e: {
        "conference": str(w.announced.pk), "full_name": "Lê Thị Mới", "site": e.site,
    },
    "POST resolutions agenda_item": lambda w, e: {
        "conference": str(w.running.pk), "title": VI, "clauses": [{"text": VI}], "agenda_item": e.agenda_item,
    },
    "PATCH resolutions/{w.resolution.pk} agenda_item": lambda w, e: {"agenda_item": e.agenda_item},
    "POST findings speech": lambda w, e: {
        "conference": str(w.running.pk), "kind": "limitation", "text": VI, "speech": e.speech,
    },
    "PATCH findings/{w.finding.pk} speech": lambda w, e: {"speech": e.speech},
    "POST proposals speech": lambda w, e: {
        "conference": str(w.running.pk), "kind": "proposal", "text": VI, "speech": e.speech,
    },
}  # fmt: skip


def sent(world: World, elsewhere: Elsewhere, said: str, body: Body) -> Any:
    method, path = said.split(" ")[:2]
    caller = "editor" if path == "articles" else "organiser"
    headers = {"If-Match": "*", **world.authorization(world.tokens[caller])}
    ask = {"POST": world.http.post, "PATCH": world.http.patch}[method]
    return ask(API + path.format(w=world), body(world, elsewhere), headers=headers)


@pytest.mark.parametrize("said", AT_OTHERS)
def test_a_role_at_home_opens_nothing_at_others(world: World, elsewhere: Elsewhere, said: str) -> None:
    answer = sent(world, elsewhere, said, AT_OTHERS[said])
    assert answer.status_code == 403, answer.content


@pytest.mark.parametrize("said", MIXED)
def test_rows_of_two_conferences_are_not_mixed(world: World, elsewhere: Elsewhere, said: str) -> None:
    answer = sent(world, elsewhere, said, MIXED[said])
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"], "names the field"


def test_a_new_round_replaces_no_poll_of_another_resolution(world: World, elsewhere: Elsewhere) -> None:
    body = {
        "resolution": str(world.tabled.pk),
        "question": VI,
        "rule": "staff_conference",
        "voting_categories": ["staff"],
        "replaces": elsewhere.poll,
    }
    assert sent(world, elsewhere, "POST polls", lambda w, e: body).status_code == 409
