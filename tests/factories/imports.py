"""Lists of people, for tests."""

import factory

from backend.imports.models import Import, ImportRow
from tests.factories.people import OrganisationFactory


class ImportFactory(factory.django.DjangoModelFactory[Import]):
    """A file that was read and is not committed; its rows are made apart."""

    class Meta:
        model = Import

    organisation = factory.SubFactory(OrganisationFactory)
    filename = "danh-sach.csv"
    format = "csv"
    content = b""
    size = 0
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    state = "ready"


class ImportRowFactory(factory.django.DjangoModelFactory[ImportRow]):
    class Meta:
        model = ImportRow

    imported = factory.SubFactory(ImportFactory)
    place = factory.Sequence(lambda n: n + 1)
    number = factory.SelfAttribute("place")
    outcome = "new"
    values = factory.LazyFunction(lambda: {"full_name": "Nguyễn Thị Mẫu"})
    entry = factory.LazyFunction(
        lambda: {
            "full_name": "Nguyễn Thị Mẫu", "honorific": "", "degree": "", "office": "", "unit": "", "email": "",
            "alternate_email": "", "phone": "", "language": "vi", "since": "",
        }
    )  # fmt: skip
