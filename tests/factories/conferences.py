"""Conferences for tests. `ConferenceFactory(lead=…, co=[…])` names its organisers."""

import datetime as dt
from typing import Any

import factory

from backend.conferences import models
from backend.core.clock import now
from tests.factories.people import OrganisationFactory


class OutlineFactory(factory.django.DjangoModelFactory[models.Outline]):
    class Meta:
        model = models.Outline

    kind = "study"


class SeriesFactory(factory.django.DjangoModelFactory[models.Series]):
    class Meta:
        model = models.Series

    title = {"vi": "Học tập chính trị hằng tháng", "en": "Monthly political study"}
    organisation = factory.SubFactory(OrganisationFactory)
    outline = factory.SubFactory(OutlineFactory)
    rule = "FREQ=MONTHLY;BYDAY=2FR"


class TemplateFactory(factory.django.DjangoModelFactory[models.ConferenceTemplate]):
    class Meta:
        model = models.ConferenceTemplate

    title = {"vi": "Hội nghị tổng kết năm", "en": "Annual review"}
    organisation = factory.SubFactory(OrganisationFactory)
    outline = factory.SubFactory(OutlineFactory)


class VenueFactory(factory.django.DjangoModelFactory[models.Venue]):
    class Meta:
        model = models.Venue

    name = factory.Sequence(lambda n: {"vi": f"Nhà văn hoá {n}", "en": f"House of Culture {n}"})
    address = {"vi": "306 đường 2/9, Đà Nẵng"}


class RoomFactory(factory.django.DjangoModelFactory[models.Room]):
    class Meta:
        model = models.Room

    venue = factory.SubFactory(VenueFactory)
    name = factory.Sequence(lambda n: {"vi": f"Hội trường {n}", "en": f"Hall {n}"})
    capacity = 200


class ConferenceFactory(factory.django.DjangoModelFactory[models.Conference]):
    """A draft on 14 January 2021, in the afternoon; `announced=True` or any `state` of a life after that."""

    class Meta:
        model = models.Conference
        skip_postgeneration_save = True

    class Params:
        announced = factory.Trait(state="announced")
        exact = factory.Trait(
            starts_at=dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC),
            ends_at=dt.datetime(2021, 1, 14, 10, 0, tzinfo=dt.UTC),
        )

    slug = factory.Sequence(lambda n: f"tong-ket-2020-{n}")
    kind = "review"
    title = factory.Sequence(lambda n: {"vi": f"Hội nghị tổng kết công tác năm 2020 lần {n}"})
    state = "draft"
    announced_at = factory.LazyAttribute(lambda self: None if self.state == "draft" else now())
    day = dt.date(2021, 1, 14)
    day_part = "afternoon"

    @factory.post_generation
    def lead(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        """The lead organiser: the given organisation, a new one, or none for `lead=False`."""
        if extracted is not False:
            OrganiserFactory(conference=self, organisation=extracted or OrganisationFactory(**kwargs))

    @factory.post_generation
    def co(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        for order, organisation in enumerate(extracted or [], start=1):
            OrganiserFactory(conference=self, organisation=organisation, role="co", order=order)


class OrganiserFactory(factory.django.DjangoModelFactory[models.Organiser]):
    class Meta:
        model = models.Organiser

    conference = factory.SubFactory(ConferenceFactory, lead=False)
    organisation = factory.SubFactory(OrganisationFactory)
    role = "lead"
    order = 0


class SiteFactory(factory.django.DjangoModelFactory[models.Site]):
    class Meta:
        model = models.Site

    conference = factory.SubFactory(ConferenceFactory)
    venue = factory.SubFactory(VenueFactory)
    order = factory.Sequence(lambda n: n + 1)


class OwnPhaseFactory(factory.django.DjangoModelFactory[models.OwnPhase]):
    class Meta:
        model = models.OwnPhase

    conference = factory.SubFactory(ConferenceFactory)
    order = factory.Sequence(lambda n: n + 1)
    name = {"vi": "Trao thưởng", "en": "Awards"}
    stands_for = "reply"


class AgendaItemFactory(factory.django.DjangoModelFactory[models.AgendaItem]):
    class Meta:
        model = models.AgendaItem

    conference = factory.SubFactory(ConferenceFactory)
    phase = "report"
    order = factory.Sequence(lambda n: n + 1)
    title = {"vi": "Báo cáo tổng kết", "en": "Report"}
    starts_at = None
    pinned = factory.LazyAttribute(lambda self: self.starts_at is not None)


class AgendaRoomFactory(factory.django.DjangoModelFactory[models.AgendaRoom]):
    """A room for an item, in the venue of its site; pass `conference` and parts of it, or nothing."""

    class Meta:
        model = models.AgendaRoom

    conference = factory.SubFactory(ConferenceFactory)
    agenda_item = factory.SubFactory(AgendaItemFactory, conference=factory.SelfAttribute("..conference"))
    site = factory.SubFactory(SiteFactory, conference=factory.SelfAttribute("..conference"))
    room = factory.SubFactory(RoomFactory, venue=factory.SelfAttribute("..site.venue"))


class PortableEquipmentFactory(factory.django.DjangoModelFactory[models.PortableEquipment]):
    class Meta:
        model = models.PortableEquipment

    venue = factory.SubFactory(VenueFactory)
    kind = "projector"
    quantity = 2


class DutyFactory(factory.django.DjangoModelFactory[models.Duty]):
    """A chair unless `kind` says otherwise; give it a `person`, or an `office`."""

    class Meta:
        model = models.Duty

    conference = factory.SubFactory(ConferenceFactory)
    kind = "chair"
    order = factory.Sequence(lambda n: n + 1)
    office = {"vi": "Giám đốc", "en": "Director"}


class SpeechFactory(factory.django.DjangoModelFactory[models.Speech]):
    class Meta:
        model = models.Speech

    conference = factory.SubFactory(ConferenceFactory)
    kind = "paper"
    order = factory.Sequence(lambda n: n + 1)
    speaker = {"vi": "Khối Đo lường", "en": "Metrology bloc"}
    points = factory.LazyFunction(lambda: [{"vi": "Chất lượng"}])


class SpeakerFactory(factory.django.DjangoModelFactory[models.Speaker]):
    """Planned for a paper; give it a `person`, a `bloc`, or the `office` it has."""

    class Meta:
        model = models.Speaker

    conference = factory.SubFactory(ConferenceFactory)
    agenda_item = factory.SubFactory(AgendaItemFactory, conference=factory.SelfAttribute("..conference"))
    order = factory.Sequence(lambda n: n + 1)
    office = factory.LazyAttribute(
        lambda self: {} if getattr(self, "bloc", None) else {"vi": "Giám đốc", "en": "Director"}
    )
