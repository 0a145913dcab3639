"""What `people` and the floors below it hold about a person: they stand under this floor and cannot say so themselves."""

from collections.abc import Iterator

from backend.core.text import say
from backend.people.models import Person
from backend.privacy.holdings import Basis, DataClass, Holding, Kept, Row, Subject, holding


@holding("people", Person)
class People(Holding):
    title = say(vi="Danh bạ", en="The directory")
    data_class = DataClass.CONTACT
    purpose = say(vi="Mời họp, liên hệ và phục vụ đại biểu.", en="To invite, reach and serve those who take part.")
    basis = Basis.TASK
    kept = Kept(since=say(vi="lần dự họp cuối cùng", en="the last conference attended"), days=5 * 365)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for person in Person.objects.filter(pk=subject.person_id).values(
            "full_name", "honorific", "degree", "email", "alternate_email", "phone", "language"
        ):
            yield {"type": "person", **person}
