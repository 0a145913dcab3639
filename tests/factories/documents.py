"""Documents for tests."""

import factory

from backend.documents.models import Document
from tests.factories.people import OrganisationFactory


class DocumentFactory(factory.django.DjangoModelFactory[Document]):
    class Meta:
        model = Document

    organisation = factory.SubFactory(OrganisationFactory)
    kind = "BB"
    title = factory.LazyFunction(lambda: {"vi": "Biên bản họp", "en": "Minutes"})
