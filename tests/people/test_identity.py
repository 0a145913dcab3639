"""One rule for who is the same person: as a table, and alike for lists, pages and invitations."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.people import identity
from backend.people.identity import Likeness, Told, likeness, told
from backend.people.models import Person
from tests.factories.people import OrganisationFactory, PersonFactory

AN = "Nguyễn Văn An"
MAIL, OTHER_MAIL, PHONE, OTHER_PHONE = "an@xa.example", "an2@xa.example", "0912345678", "0987654321"


def who(name: str = AN, *emails: str, phone: str = "", unit: str = "xã A") -> Told:
    return told(full_name=name, emails=emails, phone=phone, unit=unit)


@pytest.mark.parametrize(
    "written",
    [
        "NGUYỄN VĂN AN",
        "  Nguyễn   Văn\u00a0An ",
        unicodedata.normalize("NFD", AN),
        "Nguyen Van An",
        "Ông Nguyễn Văn An",
        "ÔNG PGS.TS. NGUYỄN  VĂN AN",
        "Nguyễn Văn An, TS.",
        "đ/c Nguyễn Văn\u200b An",
    ],
)
def test_however_a_name_is_written_it_is_the_same_name(written: str) -> None:
    assert likeness(who(written, MAIL), who(AN, MAIL.upper())) == Likeness.SAME
    assert likeness(who(written), who(AN)) == Likeness.SAME, "nothing tells them apart"


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (who(AN, MAIL), who("Lê Thị Bình", MAIL), Likeness.OTHER),  # an office's mailbox
        (who(AN, phone=PHONE), who("Lê Thị Bình", phone=PHONE), Likeness.OTHER),
        (who(AN, MAIL), who(AN, MAIL, phone=PHONE, unit="xã B"), Likeness.SAME),
        (who(AN, MAIL, phone=PHONE), who(AN, MAIL, phone=OTHER_PHONE), Likeness.SAME),
        (who(AN, OTHER_MAIL), who(AN, MAIL, OTHER_MAIL), Likeness.SAME),  # the second address
        (who(AN, MAIL), who(AN, OTHER_MAIL), Likeness.OTHER),  # two people of one name in one unit
        (who(AN, MAIL, phone=PHONE), who(AN, OTHER_MAIL, phone=PHONE), Likeness.UNCLEAR),
        (who(AN, phone=PHONE), who(AN, MAIL, phone="+84 912 345 678", unit="xã B"), Likeness.SAME),
        (who(AN, phone=PHONE), who(AN, phone=OTHER_PHONE), Likeness.UNCLEAR),
        (who(AN, phone=PHONE), who(AN, phone=OTHER_PHONE, unit="xã B"), Likeness.OTHER),
        (who(AN, MAIL), who(AN), Likeness.SAME),
        (who(AN, MAIL), who(AN, phone=PHONE), Likeness.SAME),
        (who(AN), who(AN, unit="xã B"), Likeness.OTHER),
        (who(AN, unit=""), who(AN, unit=""), Likeness.OTHER),  # of no unit, a name alone says nothing
        (who("Trần Thị Hoa"), who("Trần Thị Hòa"), Likeness.UNCLEAR),
        (who("Trần Thị Hoà"), who("Trần Thị Hòa"), Likeness.SAME),  # where the tone stands says nothing
        (who("Trần Thị Hoa", MAIL), who("Trần Thị Hòa", MAIL), Likeness.SAME),
    ],
)
def test_the_rule(one: Told, other: Told, wanted: Likeness) -> None:
    assert (likeness(one, other), likeness(other, one)) == (wanted, wanted)


_SOMEBODY = st.builds(
    lambda name, emails, phone, unit: told(full_name=name, emails=emails, phone=phone, unit=unit),
    name=st.sampled_from([AN, "TS. Nguyen Van An", "Lê Thị Bình", "Nguyễn Văn Ân", ""]),
    emails=st.sets(st.sampled_from([MAIL, OTHER_MAIL, "AN@xa.example", ""]), max_size=2),
    phone=st.sampled_from(["", PHONE, "+84 912 345 678", OTHER_PHONE, "12"]),
    unit=st.sampled_from(["", "xã A", "xã B"]),
)


@given(one=_SOMEBODY, other=_SOMEBODY)
def test_it_does_not_matter_who_is_compared_with_whom(one: Told, other: Told) -> None:
    assert likeness(one, other) == likeness(other, one)
    if one.emails or one.phone or one.unit:
        assert likeness(one, one) == Likeness.SAME


@pytest.mark.django_db
def test_whoever_an_address_or_a_number_reaches_is_looked_up_however_the_record_writes_it() -> None:
    unit = OrganisationFactory()
    written: list[Person] = [
        PersonFactory(full_name=AN, email="AN@xa.example", organisation=unit),
        PersonFactory(full_name=AN, email="", alternate_email="An@Xa.Example", organisation=unit),
        PersonFactory(full_name=AN, email="", phone="(0912) 345.678", organisation=unit),
    ]
    PersonFactory(full_name=AN, email=OTHER_MAIL, phone="0913 345 678", organisation=unit)

    found = identity.reached_by(Person.objects.all(), emails=[MAIL], phones=["+84912345678"])

    assert set(found) == set(written)
    assert not identity.reached_by(Person.objects.all()).exists()
    wanted = told(full_name="ÔNG NGUYỄN VĂN AN", emails=[MAIL], phone=PHONE, unit=unit.pk)
    assert {likeness(wanted, identity.on_record(person)) for person in written} == {Likeness.SAME}
    assert all(
        likeness(identity.on_record(one), identity.on_record(other)) == Likeness.SAME
        for one, other in itertools.combinations(written[:2], 2)
    )
