"""Registrations for tests, by the service itself: the seats counter stays true."""

import datetime as dt
from typing import Any

import factory

from backend.core.clock import now
from backend.registration import services
from backend.registration.models import Registration, Signup
from tests.factories.conferences import ConferenceFactory
from tests.factories.people import PersonFactory


class RegistrationFactory(factory.django.DjangoModelFactory[Registration]):
    """Confirmed while there are seats, else waiting."""

    class Meta:
        model = Registration

    conference = factory.SubFactory(ConferenceFactory, announced=True, exact=True)
    person = factory.SubFactory(PersonFactory)
    category = "delegate"

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Registration:
        site = kwargs.pop("site", None)
        return services.register(
            conference_id=kwargs.pop("conference").id,
            person_id=kwargs.pop("person").id,
            site_id=site and site.id,
            **kwargs,
        )


class SignupFactory(factory.django.DjangoModelFactory[Signup]):
    """Written on the public page of an open conference, not confirmed yet."""

    class Meta:
        model = Signup

    conference = factory.SubFactory(ConferenceFactory, announced=True, exact=True)
    who = factory.Sequence(lambda n: f"{n:064}")
    language = "vi"
    said = factory.Sequence(
        lambda n: {"full_name": f"Lê Văn {n}", "honorific": "", "email": f"dangky{n}@plenum.example", "phone": ""}
    )
    expires_at = factory.LazyFunction(lambda: now() + dt.timedelta(days=1))
