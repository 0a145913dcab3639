"""SEQUENCE in every feed, whatever is moved, released, called off, revived and reworded, in whatever order: it rises by
one with another time, place or state, keeps still otherwise, and never falls. Under one number no feed and no letter
says anything else than another."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from email import message_from_bytes
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from backend.calendars import composing
from backend.calendars.states import FeedKind
from backend.conferences import queries
from backend.conferences import services as conferences
from backend.conferences.models import AgendaItem, Conference
from backend.core.errors import DomainError
from backend.invitations.ical import item_uid
from backend.mail.models import OutgoingMail
from tests import lift
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    RoomFactory,
    SeriesFactory,
    SiteFactory,
    SpeakerFactory,
    VenueFactory,
)
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import AccountFactory, PersonFactory, account_with

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2021, 1, 14, 5, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
QUARTER = dt.timedelta(minutes=15)
STORM = {"vi": "Bão"}
#: Before the feeds of those who work on the conference.
PREPARES = "organiser's "


class Seen(NamedTuple):
    """What a program knows of an entry; `state` is what it is off for, or "draft", "" when it takes place."""

    start: dt.datetime
    end: dt.datetime | None
    location: str
    state: str


class World:
    """A meeting of a series in one of two halls: a point in no room of its own, pinned, and one in a side room, after
    it. One person is invited and speaks to both, another is invited only."""

    def __init__(self) -> None:
        venue = VenueFactory()
        self.halls = [RoomFactory(venue=venue) for _ in range(2)]
        self.rooms = [RoomFactory(venue=venue) for _ in range(2)]
        series = SeriesFactory(
            rule="FREQ=WEEKLY", starts_on=dt.date(2021, 1, 7), start_time=dt.time(12), minutes=180, announces=True
        )
        slot = "2021-01-14T12:00"
        drafted = ConferenceFactory(
            starts_at=NOON, ends_at=NOON + 3 * HOUR, day_part="", series=series, slot=slot, recurrence_id=slot
        )
        self.pk, self.series, self.lead = drafted.pk, series, drafted.organisers.get().organisation
        self.site = SiteFactory(conference=drafted, venue=venue, room=self.halls[0])
        self.items = [
            AgendaItemFactory(
                conference=drafted,
                order=number,
                minutes_planned=15,
                starts_at=NOON + number * QUARTER,
                ends_at=NOON + (number + 1) * QUARTER,
                pinned=number == 0,
            )
            for number in range(2)
        ]
        self.points = {item_uid(item.pk) for item in self.items}
        self.aside = AgendaRoomFactory(
            conference=drafted, agenda_item=self.items[1], site=self.site, room=self.rooms[0]
        )
        self.account = AccountFactory(person=PersonFactory())
        for item in self.items:
            SpeakerFactory(conference=drafted, agenda_item=item, person=self.account.person)
        conferences.announce(conference_id=self.pk)
        invited = InvitationListFactory(conference=drafted, site=self.site)
        self.guest = AccountFactory(person=PersonFactory())
        for account in (self.account, self.guest):
            InvitationFactory(list=invited, person=account.person, site=self.site, sent=True)
        self.organiser = account_with("organiser", organisation=self.lead)

    @property
    def conference(self) -> Conference:
        return Conference.objects.get(pk=self.pk)

    # Steps

    def move(self, hours: int) -> None:
        starts = NOON + hours * HOUR
        conferences.edit(conference_id=self.pk, fields={"starts_at": starts, "ends_at": starts + 3 * HOUR})

    def lengthen(self, hours: int) -> None:
        conferences.edit(conference_id=self.pk, fields={"ends_at": self.conference.starts_at + (2 + hours) * HOUR})

    def another_hall(self, number: int) -> None:
        conferences.edit_site(site_id=self.site.pk, fields={"room": self.halls[number]})

    def another_room(self, number: int) -> None:
        conferences.edit_agenda_room(agenda_room_id=self.aside.pk, fields={"room": self.rooms[number]})

    def move_point(self, quarters: int) -> None:
        item = AgendaItem.objects.get(pk=self.items[0].pk)
        start = self.conference.starts_at
        assert start
        conferences.edit_agenda_item(agenda_item_id=item.pk, fields={"starts_at": start + quarters * QUARTER})

    def turn_point(self, number: int) -> None:
        item = AgendaItem.objects.get(pk=self.items[number].pk)
        if item.state == "planned":
            conferences.cancel_agenda_item(agenda_item_id=item.pk, reason=STORM)
        else:
            conferences.reopen_agenda_item(agenda_item_id=item.pk)

    def reword(self, number: int) -> None:
        title = {"vi": f"Tên thứ {number}"}
        conferences.edit(conference_id=self.pk, fields={"title": title})
        conferences.edit_agenda_item(agenda_item_id=self.items[1].pk, fields={"title": title})

    def release(self) -> None:
        conferences.release(conference_id=self.pk)

    def told(self) -> None:
        Conference.objects.filter(pk=self.pk, news_due_at__isnull=False).update(news_due_at=NOON)
        conferences.tell_due_news()
        lift.run()

    def postpone(self) -> None:
        conferences.postpone(conference_id=self.pk, reason=STORM)

    def cancel(self) -> None:
        conferences.cancel(conference_id=self.pk, reason=STORM)

    def reopen(self) -> None:
        conferences.reopen(conference_id=self.pk)

    def revive(self) -> None:
        if self.conference.state == "cancelled":
            self.reopen()
        conferences.announce(conference_id=self.pk)

    # What programs see

    def feeds(self) -> dict[tuple[str, str], tuple[int, Seen]]:
        subjects = [
            (FeedKind.SERIES, self.series),
            (FeedKind.ORGANISATION, self.lead),
            *((FeedKind.ROOM, room) for room in (*self.halls, *self.rooms)),
        ]
        both = {"speaker's": self.account, "guest's": self.guest}
        feeds = {name: composing.own_feed(account, account.person, "vi") for name, account in both.items()}
        few = [subjects[1], subjects[-2]]
        for whose, reader, some in (("", AnonymousUser(), subjects), (PREPARES, self.organiser, few)):
            for kind, subject in some:
                feeds[f"{whose}{kind} {subject.pk}"] = composing.feed_of(kind, subject, reader, "vi")
        alone = {item_uid(pk) for pk, state in self.states().items() if state != "planned"}
        return {
            (name, entry.uid): (entry.sequence, self._seen(entry, alone))
            for name, feed in feeds.items()
            for entry in feed.entries
            if entry.recurrence is None and not entry.uid.startswith("busy")
        }

    def _seen(self, entry: Any, alone: set[str]) -> Seen:
        now = self.conference.state
        state = {"CONFIRMED": "", "TENTATIVE": "draft" if now == "draft" else ""}.get(entry.status)
        if state is None:
            state = "alone" if entry.uid in alone else "cancelled" if now == "draft" else now
        return Seen(entry.start, entry.end, entry.location, state)

    def letters(self) -> Iterator[tuple[str, int, Any, bool]]:
        """UID, SEQUENCE and start in the letters written, and whether they take it out of the calendar."""
        for raw in OutgoingMail.objects.values_list("raw", flat=True):
            for part in message_from_bytes(bytes(raw)).walk():
                if part.get_content_type() == "text/calendar":
                    calendar: Any = Calendar.from_ical(part.get_payload(decode=True))
                    [event] = calendar.events
                    off = calendar["method"] == "CANCEL"
                    yield str(event["uid"]), int(event["sequence"]), event["dtstart"].dt, off

    def states(self) -> dict[UUID, str]:
        """What became of each point as people read of it: as released, before that as it is."""
        if (latest := queries.latest_release(self.pk)) is not None:
            return {entry.id: entry.state for entry in queries.released(latest).entries}
        return dict(AgendaItem.objects.filter(conference=self.pk).values_list("pk", "state"))


Step = Callable[[World], None]


def step(name: str, *numbers: int) -> tuple[str, Step]:
    return f"{name}{numbers}", lambda world: getattr(world, name)(*numbers)


STEPS = st.one_of(
    st.sampled_from(["release", "told", "postpone", "cancel", "reopen", "revive"]).map(step),
    st.tuples(
        st.sampled_from(["move", "lengthen", "another_hall", "another_room", "turn_point", "move_point", "reword"]),
        st.integers(0, 1),
    ).map(lambda said: step(*said)),
)
MOVED_AND_TOLD = [step("move", 1), step("told")]
FIRST = [*MOVED_AND_TOLD, step("release"), step("told"), step("move", 0), step("told")]


@settings(
    max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
@example(steps=[*FIRST, step("another_hall", 1), step("told"), step("turn_point", 0), step("release"), step("told")])
@example(
    steps=[*FIRST, step("postpone"), step("move", 1), step("revive"), step("told"), step("cancel"), step("revive")]
)
@example(
    steps=[step("release"), step("told"), step("turn_point", 1), step("release"), step("told"), step("postpone")]
    + [step("lengthen", 0), step("revive"), step("told"), step("turn_point", 1), step("release"), step("lengthen", 1)]
)
@example(
    steps=[step("move_point", 1), step("another_room", 1), step("told"), step("turn_point", 1), step("postpone")]
    + [step("move", 1), step("revive"), step("turn_point", 1), step("cancel"), step("revive"), step("release")]
)
@example(steps=[step("postpone"), step("move", 1), step("move_point", 1), step("cancel"), step("revive")])
@example(
    steps=[step("release"), step("told"), step("another_room", 1), step("release"), step("told"), step("reword", 1)]
)
@example(steps=[step("release"), step("move_point", 1), step("release"), step("postpone"), step("revive")])
@example(steps=[step("move", 1), step("lengthen", 1), step("another_hall", 1), step("postpone"), step("told")])
@example(steps=[step("move", 1), step("cancel"), step("told"), step("reopen"), step("move", 0), step("move", 1)])
@example(steps=[step("cancel"), step("told"), step("revive"), *MOVED_AND_TOLD, step("move", 0), step("told")])
def test_one_change_is_one_step_in_every_feed(steps: list[tuple[str, Step]], settings: Any) -> None:
    settings.NEWS_WINDOW = 600
    with transaction.atomic():
        world = World()
        highest: dict[tuple[str, str], int] = {}
        said: dict[tuple[str, int], Seen] = {}
        before, done = world.feeds(), []
        for name, act in steps:
            with suppress(DomainError):
                act(world)
                done.append(name)
            after = world.feeds()
            for key, (sequence, seen) in after.items():
                assert sequence >= highest.get(key, 0), (done, key, "fell")
                highest[key] = sequence
                was, saw = before.get(key, (sequence, seen))
                if key[0].startswith(PREPARES) and key[1] in world.points:
                    # Who prepares a programme reads its points as they are worked on, under a count of their own.
                    assert sequence > was or seen._replace(state="") == saw._replace(state=""), (
                        done,
                        key,
                        "did not rise",
                    )
                    continue
                first = said.setdefault((key[1], sequence), seen)
                assert (first[:2], first.state) == (seen[:2], seen.state), (done, key, sequence, "two things")
                # What was prepared unseen was counted, and comes back with it.
                risen = sequence - was == 1 or (name.startswith("revive") and sequence > was)
                assert sequence == was if seen == saw else risen, (done, key, was, saw, sequence, seen)
            for uid, sequence, start, off in world.letters():
                known = said[uid, sequence]
                assert (start, off) == (known.start, bool(known.state)), (done, uid, sequence, "letter and feed differ")
            shown = {
                uid: {
                    told[0] for (name, other), told in after.items() if other == uid and not name.startswith(PREPARES)
                }
                for _, uid in after
            }
            assert all(len(found) <= 1 for uid, found in shown.items() if "series" not in uid), (done, shown)
            before = after
        transaction.set_rollback(True)
