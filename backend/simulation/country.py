"""The agency, the provinces it works with, their people with dated offices, and their houses with rooms."""

import datetime as dt
import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from backend.simulation import words
from backend.simulation.dice import Dice
from backend.simulation.shapes import FormerName, House, Office, Organisation, Person, Room, Words

AGENCY = "cuc"
#: When provinces and communes became the only levels, and when the agency got its present name.
REFORM, RENAMED = dt.date(2025, 7, 1), dt.date(2025, 3, 1)
COMMUNES_EACH = 3
#: The share of organisations that get a new head during the year.
NEW_HEADS = 0.12
#: seats → how many rooms of that size there are among others
SIZES = {12: 5, 20: 6, 30: 5, 45: 4, 60: 3, 80: 2, 120: 2, 200: 1, 300: 1}
_CLERKS = {"agency": 4, "centre": 3, "institute": 3, "department": 2, "office": 3, "provincial-department": 2}
_DEPUTIES = {"agency": 4, "division": 1, "sub-department": 1, "commune": 1, "party": 1}


@dataclass(frozen=True, kw_only=True)
class Country:
    organisations: tuple[Organisation, ...]
    people: tuple[Person, ...]
    houses: tuple[House, ...]
    rooms: tuple[Room, ...]


def settle(*, year: int, conferences: int, rooms: int, seed: int) -> Country:
    """A country big enough for so many conferences: the agency is always whole, provinces come with the number."""
    organisations = list(_organisations(year, conferences, seed))
    people = [person for each in organisations for person in _people(each, year, seed)]
    houses = list(_houses(organisations, seed))
    built = tuple(_rooms([house for house in houses if _has_rooms(house, organisations)], rooms, seed))
    return Country(organisations=tuple(organisations), people=tuple(people), houses=tuple(houses), rooms=built)


# Organisations


def _organisations(year: int, conferences: int, seed: int) -> Iterator[Organisation]:
    yield Organisation(
        key=AGENCY,
        parent=None,
        kind="agency",
        symbol="CDC",
        name=Words("Cục Đo lường và Chất lượng (mô phỏng)", "Agency for Metrology and Quality (simulated)"),
        short_name=Words("Cục ĐLCL", "AMQ"),
        place=_place("Hà Nội"),
        former=_former("Tổng cục Đo lường và Chất lượng (mô phỏng)", RENAMED, year),
    )
    for key, kind, name, symbol in words.UNITS:
        yield Organisation(key=key, parent=AGENCY, kind=kind, symbol=symbol, name=name, place=_place("Hà Nội"))
    for key, kind, name, symbol, place in words.CENTRES:
        yield Organisation(key=key, parent=AGENCY, kind=kind, symbol=symbol, name=name, place=_place(place))
        for division, called in words.DIVISIONS:
            yield Organisation(key=f"{key}-{division}", parent=key, kind="division", name=called, place=_place(place))
    for key, name, place in words.HOTELS:
        yield Organisation(key=key, parent=None, kind="company", name=name, place=_place(place))
    dice = Dice(seed, "provinces")
    wanted = min(len(words.CITIES) + len(words.PROVINCES), max(2, conferences // 30))
    for number, province in enumerate(dice.several([*words.CITIES, *words.PROVINCES], wanted), start=1):
        yield from _province(f"t{number:02}", province, year, dice)


def _province(key: str, name: str, year: int, dice: Dice) -> Iterator[Organisation]:
    level, city = ("thành phố", "City") if name in words.CITIES else ("tỉnh", "Province")
    place, plain = _place(name), _place(name).en
    yield Organisation(
        key=key,
        parent=None,
        kind="people-committee",
        name=Words(f"Ủy ban nhân dân {level} {name}", f"People's Committee of {plain} {city}"),
        short_name=Words(f"UBND {level} {name}"),
        place=place,
    )
    yield Organisation(
        key=f"{key}-so",
        parent=key,
        kind="provincial-department",
        symbol="SKHCN",
        name=Words(f"Sở Khoa học và Công nghệ {name}", f"{plain} Department of Science and Technology"),
        short_name=Words(f"Sở KH&CN {name}"),
        place=place,
    )
    yield Organisation(
        key=f"{key}-cc",
        parent=f"{key}-so",
        kind="sub-department",
        name=Words(f"Chi cục Đo lường và Chất lượng {name}", f"{plain} Sub-department of Metrology and Quality"),
        short_name=Words(f"Chi cục ĐLCL {name}"),
        place=place,
    )
    for number, commune in enumerate(dice.several(words.COMMUNES, COMMUNES_EACH), start=1):
        grade = dice.pick(["xã", "phường"])
        yield Organisation(
            key=f"{key}-x{number}",
            parent=key,
            kind="commune",
            name=Words(f"Ủy ban nhân dân {grade} {commune}, {level} {name}"),
            short_name=Words(f"UBND {grade} {commune}"),
            place=place,
            former=_former(f"Ủy ban nhân dân {grade} {commune} (trước sáp nhập), {level} {name}", REFORM, year),
        )


def _former(name: str, changed: dt.date, year: int) -> tuple[FormerName, ...]:
    """The name borne before, for a year that comes after the change."""
    return (FormerName(name=Words(name), valid_to=changed - dt.timedelta(days=1)),) if changed.year <= year else ()


def _place(name: str) -> Words:
    return Words(name, _without_marks(name))


def _without_marks(name: str) -> str:
    apart = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


# People


def _people(organisation: Organisation, year: int, seed: int) -> Iterator[Person]:
    """A head and deputies, and clerks; in some, a deputy follows the head on the first of a month."""
    if organisation.kind not in words.OFFICES:
        return
    dice = Dice(seed, f"people/{organisation.key}")
    (head, head_rank), (deputy, deputy_rank) = words.OFFICES[organisation.kind]
    new_from = dt.date(year, dice.between(3, 11), 1) if dice.happens(NEW_HEADS) else None
    names: set[str] = set()

    def office(title: Words, rank: int, since: dt.date, until: dt.date | None = None) -> Office:
        return Office(organisation=organisation.key, title=title, rank=rank, valid_from=since, valid_to=until)

    def person(number: int, *offices: Office) -> Person:
        honorific = dice.pick(["ong", "ba"])
        while True:
            name = (
                f"{dice.pick(words.SURNAMES)} {dice.pick(words.MIDDLES[honorific])} {dice.pick(words.GIVEN[honorific])}"
            )
            if name not in names:
                break
        names.add(name)
        return Person(
            key=f"{organisation.key}/{number}",
            full_name=name,
            honorific=honorific,
            degree=dice.weighed(words.DEGREES),
            language="en" if dice.happens(0.02) else "vi",
            organisation=organisation.key,
            offices=offices,
        )

    def since() -> dt.date:
        return dt.date(year - dice.between(1, 6), dice.between(1, 12), 1)

    until = new_from - dt.timedelta(days=1) if new_from else None
    hats = [office(head, head_rank, begun := since(), until)]
    if organisation.kind == "commune":
        hats.append(office(words.SECOND_HAT, head_rank + 1, begun, until))
    yield person(1, *hats)
    for number in range(2, 2 + _DEPUTIES.get(organisation.kind, 2)):
        if number == 2 and new_from:
            yield person(number, office(deputy, deputy_rank, since(), until), office(head, head_rank, new_from))
        else:
            yield person(number, office(deputy, deputy_rank, since()))
    for number in range(_CLERKS.get(organisation.kind, 1)):
        yield person(10 + number, office(*words.CLERK, since()))


# Houses


def _houses(organisations: list[Organisation], seed: int) -> Iterator[House]:
    dice = Dice(seed, "houses")
    for each in organisations:
        if each.kind == "agency":
            name = Words("Trụ sở Cục", "Agency headquarters")
        elif each.kind in ("institute", "centre"):
            name = Words(f"Trụ sở {each.name.vi}", f"Seat of the {each.name.en}")
        elif each.kind == "company":
            name = each.name
        elif each.kind == "provincial-department":
            name = Words(f"Trụ sở {each.short_name.vi}", f"Seat of the {each.name.en}")
        elif each.kind == "commune":
            name = Words(f"Hội trường {each.short_name.vi}")
        else:
            continue
        address = f"Số {dice.between(2, 290)}, đường {dice.pick(words.STREETS)}, {each.place.vi}"
        small = each.kind == "commune"
        yield House(
            key=f"nha/{each.key}",
            name=name,
            address=Words(address),
            hired=each.kind == "company",
            organisation=each.key,
            portable=() if small else (("microphone", dice.between(4, 12)), ("projector", dice.between(1, 4))),
        )


def _has_rooms(house: House, organisations: list[Organisation]) -> bool:
    """The halls of communes are known by their house alone."""
    return next(each.kind for each in organisations if each.key == house.organisation) != "commune"


def _rooms(houses: list[House], count: int, seed: int) -> Iterator[Room]:
    """A hall for each house as far as they go, then the others: most in the agency's own houses."""
    dice = Dice(seed, "rooms")
    used = houses[: max(1, min(len(houses), math.ceil(count / 4)))]
    weights = {house: 12 if index == 0 else 4 if index < 9 else 2 for index, house in enumerate(used)}
    numbers: defaultdict[str, int] = defaultdict(int)
    for n in range(count):
        house = used[n] if n < len(used) else dice.weighed(weights)
        seats = dice.pick([120, 200]) if n < len(used) else dice.weighed(SIZES)
        numbers[house.key] += 1
        yield _room(house, numbers[house.key], seats, dice)


def _room(house: House, number: int, seats: int, dice: Dice) -> Room:
    hall = seats >= 60
    built_in = ["screen", "projector"] if dice.happens(0.8) else ["whiteboard"]
    if hall:
        built_in += ["microphone", "loudspeakers", "lectern", *(["stage"] if seats >= 200 else [])]
    if hall and dice.happens(0.3):
        built_in.append("voting")
    if dice.happens(0.35):
        built_in.append("video_link")
    if dice.happens(0.5):
        built_in.append("step_free")
    around = 30 if seats >= 120 else 15 if hall else dice.pick([5, 10, 15])
    return Room(
        key=f"{house.key}/{number}",
        house=house.key,
        name=Words(f"Hội trường {number}", f"Hall {number}")
        if hall
        else Words(f"Phòng họp {number}", f"Room {number}"),
        capacity=seats,
        equipment=tuple(sorted(built_in)),
        setup_minutes=around,
        clearing_minutes=around,
    )
