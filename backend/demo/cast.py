"""The people of the live journey. The staff's names are made up for the demonstration; the offices are S2's."""

import datetime as dt
import random
import secrets
from dataclasses import dataclass, field

from django.db import transaction

from backend.core.clock import now
from backend.people.models import Account, ApiToken, Organisation, Person, RoleGrant
from backend.people.queries import token_digest
from backend.simulation.words import GIVEN, MIDDLES, SURNAMES

STAFF = 190
#: role → the name its account signs in with
ROLES = {
    "administrator": "quan-tri",
    "organiser": "to-chuc",
    "secretary": "thu-ky",
    "editor": "bien-tap",
    "approver": "duyet-tin",
    "auditor": "kiem-tra",
}


#: Roles that look over all organisations.
EVERYWHERE = {"administrator", "auditor"}


@dataclass
class Cast:
    """Who plays: API tokens by part, and the staff with a token each."""

    tokens: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    person_ids: dict[str, str] = field(default_factory=dict)
    staff: list[Person] = field(default_factory=list)
    staff_tokens: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def gather(organisations: dict[str, Organisation], people: dict[str, Person], password: str) -> Cast:
    """Makes the accounts that are not there yet, each with a fresh token for a day."""
    cast = Cast()
    host = organisations["kt2"]
    chair, guest = people["quoc"], people["hiep"]
    secretary = _person(host, "Trần Thị Thu Hà", "ba", "thu.ky@kt2.example")
    Person.objects.filter(pk=guest.pk, email="").update(email="hiep@stameq.example")
    Person.objects.filter(pk=chair.pk, email="").update(email="quoc@kt2.example")
    guest.refresh_from_db()
    for role, name in ROLES.items():
        account = _account(f"{name}@kt2.example", password, secretary if role == "secretary" else None)
        RoleGrant.objects.get_or_create(account=account, role=role, organisation=None if role in EVERYWHERE else host)
        cast.tokens[role], cast.emails[role] = _token(account), account.email
    chair_account = _account("chu-tri@kt2.example", password, chair)
    cast.tokens["chair"], cast.emails["chair"] = _token(chair_account), chair_account.email
    guest_account = _account("khach@stameq.example", password, guest)
    cast.tokens["guest"], cast.emails["guest"] = _token(guest_account), guest_account.email
    cast.person_ids = {"quoc": str(chair.id), "hiep": str(guest.id), "secretary": str(secretary.id)}
    cast.staff = _staff(host)
    cast.staff_tokens = _staff_tokens(cast.staff)
    return cast


def _person(host: Organisation, name: str, honorific: str, email: str) -> Person:
    row, _ = Person.objects.get_or_create(
        email=email, defaults={"full_name": name, "honorific": honorific, "organisation": host}
    )
    return row


def _account(email: str, password: str, person: Person | None) -> Account:
    account = Account.objects.filter(email=email).first() or Account(email=email)
    account.person = person
    account.set_password(password)
    account.save()
    return account


def _token(account: Account) -> str:
    secret = f"plenum_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(
        account=account, name="demo", digest=token_digest(secret), scopes=["*"], expires_at=now() + dt.timedelta(days=1)
    )
    return secret


def _staff(host: Organisation) -> list[Person]:
    found = list(Person.objects.filter(email__endswith="@nhanvien.kt2.example").order_by("email"))
    if found:
        return found
    dice = random.Random(2021)
    units = [host, *Organisation.objects.filter(parent=host).order_by("slug")]
    for number in range(1, STAFF + 1):
        honorific = dice.choice(["ong", "ba"])
        name = f"{dice.choice(SURNAMES)} {dice.choice(MIDDLES[honorific])} {dice.choice(GIVEN[honorific])}"
        found.append(
            Person.objects.create(
                full_name=name,
                honorific=honorific,
                email=f"nv{number:03}@nhanvien.kt2.example",
                organisation=units[number % len(units)],
                language="en" if number % 40 == 0 else "vi",
            )
        )
    return found


def _staff_tokens(staff: list[Person]) -> dict[str, str]:
    """A token per member of staff, by person id; their accounts have no password."""
    tokens = {}
    for person in staff:
        account = Account.objects.filter(person=person).first()
        if account is None:
            account = Account(email=person.email, person=person)
            account.set_unusable_password()
            account.save()
        tokens[str(person.id)] = _token(account)
    return tokens
