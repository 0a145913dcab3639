"""Whatever is moved, told, put off and closed in whatever order: in the end everybody holds the last state."""

import datetime as dt
from collections.abc import Callable
from email import message_from_bytes
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from backend.conferences import services as conferences
from backend.conferences.models import Conference, Site
from backend.invitations import services
from backend.invitations.models import Invitation
from backend.mail.models import OutgoingMail
from tests import lift
from tests.factories.conferences import ConferenceFactory, SiteFactory, VenueFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2021, 1, 14, 5, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
HOUSES = ("Nhà A", "Nhà B", "Nhà C")


class Held(NamedTuple):
    """One calendar message somebody has received."""

    method: str
    sequence: int
    start: dt.datetime
    where: str


class World:
    """A conference at two sites, its invitees, and what was done to it."""

    def __init__(self) -> None:
        self.venues = [VenueFactory(name={"vi": name}, address={}) for name in HOUSES]
        drafted = ConferenceFactory(starts_at=NOON, ends_at=NOON + HOUR, day_part="")
        self.sites: list[Site] = [
            SiteFactory(conference=drafted, venue=self.venues[number], order=number) for number in (0, 1)
        ]
        self.pk = conferences.announce(conference_id=drafted.pk).pk
        for site in (None, *self.sites):
            self.invite(site)

    @property
    def conference(self) -> Conference:
        return Conference.objects.get(pk=self.pk)

    def invite(self, site: Site | None) -> None:
        invitations = InvitationListFactory(conference=self.conference, site=site)
        InvitationFactory(list=invitations)
        if self.conference.state == "announced":
            services.send_list(list_id=invitations.pk)

    def move(self, hours: int) -> None:
        starts = NOON + hours * HOUR
        conferences.edit(conference_id=self.pk, fields={"starts_at": starts, "ends_at": starts + HOUR})

    def relocate(self, number: int, house: int) -> None:
        conferences.edit_site(site_id=self.sites[number].pk, fields={"venue": self.venues[house]})

    def letters(self) -> None:
        lift.run()

    def facts_alone(self) -> None:
        """The window closes, and nobody has heard of it yet."""
        Conference.objects.filter(pk=self.pk, news_due_at__isnull=False).update(news_due_at=NOON)
        conferences.tell_due_news()

    def close(self) -> None:
        self.facts_alone()
        self.letters()

    def turn(self) -> None:
        """Postponed, or announced again."""
        if self.conference.state == "announced":
            conferences.postpone(conference_id=self.pk, reason={"vi": "Bão"})
        else:
            conferences.announce(conference_id=self.pk)

    def received(self, row: Invitation) -> list[Held]:
        mails = OutgoingMail.objects.filter(recipient=row.email).order_by("id")
        return [held for mail in mails if (held := _held(bytes(mail.raw)))]


def _held(raw: bytes) -> Held | None:
    for part in message_from_bytes(raw).walk():
        if part.get_content_type() == "text/calendar":
            calendar: Any = Calendar.from_ical(part.get_payload(decode=True))
            [event] = calendar.events
            start = event["dtstart"].dt.astimezone(dt.UTC)
            return Held(str(calendar["method"]), int(event["sequence"]), start, str(event["location"]))
    return None


Step = Callable[[World], None]
STEPS: st.SearchStrategy[tuple[str, Step]] = st.one_of(
    st.integers(0, 2).map(lambda hours: (f"move to {hours}", lambda world: world.move(hours))),
    st.tuples(st.integers(0, 1), st.integers(0, 2)).map(
        lambda to: (f"site {to[0]} to house {to[1]}", lambda world: world.relocate(*to))
    ),
    st.sampled_from([None, 0, 1]).map(
        lambda site: (f"invite to {site}", lambda world: world.invite(None if site is None else world.sites[site]))
    ),
    st.sampled_from(["letters", "close", "facts_alone", "turn"]).map(
        lambda name: (name, lambda world: getattr(world, name)())
    ),
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=12))
def test_in_the_end_everybody_holds_the_last_state_under_rising_sequences(
    steps: list[tuple[str, Step]], settings: Any
) -> None:
    settings.NEWS_WINDOW = 600
    with transaction.atomic():
        world = World()
        for _, step in steps:
            step(world)
        world.close()
        conference = world.conference
        off = conference.state == "postponed"
        venues = [str(site.venue.name["vi"]) for site in conference.sites.select_related("venue").order_by("order")]
        for row in Invitation.objects.filter(conference=conference, sent_at__isnull=False):
            received = world.received(row)
            for before, after in pairwise(received):
                assert before.sequence < after.sequence, received
                assert before[::2] + before[3:] != after[::2] + after[3:], f"nothing new: {received}"
            if not received:
                assert off, "who was invited and never written to was invited to what was put off"
                continue
            last = received[-1]
            assert last.method == ("CANCEL" if off else "REQUEST"), received
            if not off:
                here = venues if row.site_id is None else [venues[[s.pk for s in world.sites].index(row.site_id)]]
                assert (last.start, last.where) == (conference.starts_at, "; ".join(here)), received
        transaction.set_rollback(True)
