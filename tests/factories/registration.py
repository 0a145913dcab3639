"""Registrations for tests, by the service itself: the seats counter stays true."""

from typing import Any

import factory

from backend.registration import services
from backend.registration.models import Registration
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
