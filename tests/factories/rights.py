"""What people ask about their data, for tests."""

import datetime as dt

import factory

from backend.core.clock import now
from backend.core.ids import time_ordered_id
from backend.rights.models import (
    Correction,
    DataRequest,
    Erasure,
    LegalHold,
    PersonalExport,
    PublicHoliday,
    RequestEntry,
    RetentionRun,
)
from tests.factories.people import PersonFactory


class DataRequestFactory(factory.django.DjangoModelFactory[DataRequest]):
    """Received just now, by an account; its deadlines are days from now."""

    class Meta:
        model = DataRequest

    person = factory.SubFactory(PersonFactory)
    organisation = factory.SelfAttribute("person.organisation")
    kind = "access"
    via = "api"
    name = factory.SelfAttribute("person.full_name")
    email = factory.SelfAttribute("person.email")
    identity = "confirmed"
    received_at = factory.LazyFunction(now)
    answer_by = factory.LazyFunction(lambda: now().date() + dt.timedelta(days=2))
    due_on = factory.LazyFunction(lambda: now().date() + dt.timedelta(days=10))


class RequestEntryFactory(factory.django.DjangoModelFactory[RequestEntry]):
    class Meta:
        model = RequestEntry

    request = factory.SubFactory(DataRequestFactory)
    what = "receive"


class PersonalExportFactory(factory.django.DjangoModelFactory[PersonalExport]):
    """Packed, with nothing in it, and kept for a week."""

    class Meta:
        model = PersonalExport

    person = factory.SubFactory(PersonFactory)
    organisation_id = factory.SelfAttribute("person.organisation_id")
    content = b"PK\5\6".ljust(22, b"\0")
    size = 22
    packed_at = factory.LazyFunction(now)
    expires_at = factory.LazyFunction(lambda: now() + dt.timedelta(days=7))


class CorrectionFactory(factory.django.DjangoModelFactory[Correction]):
    class Meta:
        model = Correction

    person = factory.SubFactory(PersonFactory)
    field = "phone"
    before = "+84905000001"
    after = "+84905000002"


class ErasureFactory(factory.django.DjangoModelFactory[Erasure]):
    class Meta:
        model = Erasure

    person = factory.SubFactory(PersonFactory)
    organisation_id = factory.SelfAttribute("person.organisation_id")
    report = factory.LazyFunction(lambda: {"erased": {}, "remains": [], "traces": []})


class PublicHolidayFactory(factory.django.DjangoModelFactory[PublicHoliday]):
    class Meta:
        model = PublicHoliday

    day = factory.Sequence(lambda n: dt.date(2032, 1, 1) + dt.timedelta(days=n))
    name = {"vi": "Nghỉ bù", "en": "Day off in lieu"}


class RetentionRunFactory(factory.django.DjangoModelFactory[RetentionRun]):
    class Meta:
        model = RetentionRun

    name = "copies"
    day = factory.Sequence(lambda n: dt.date(2032, 1, 1) + dt.timedelta(days=n))
    before = factory.LazyFunction(now)


class LegalHoldFactory(factory.django.DjangoModelFactory[LegalHold]):
    class Meta:
        model = LegalHold

    conference_id = factory.LazyFunction(time_ordered_id)
    reason = "Thanh tra"
