"""Organisations, people and accounts, for tests."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import factory
from django.contrib.auth.hashers import make_password

from backend.core.clock import now
from backend.people.models import Account, ApiToken, Organisation, OrganisationName, Person, Position, RoleGrant
from backend.people.queries import token_digest

PASSWORD = "một mật khẩu đủ dài"  # noqa: S105 -- tests sign in with it
_HASHED = make_password(PASSWORD)


class OrganisationFactory(factory.django.DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    slug = factory.Sequence(lambda n: f"don-vi-{n}")
    symbol = factory.Sequence(lambda n: f"DV{n}")
    name = factory.Sequence(lambda n: {"vi": f"Đơn vị {n}", "en": f"Unit {n}"})


class OrganisationNameFactory(factory.django.DjangoModelFactory[OrganisationName]):
    class Meta:
        model = OrganisationName

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: {"vi": f"Tên cũ {n}"})


class PersonFactory(factory.django.DjangoModelFactory[Person]):
    class Meta:
        model = Person

    full_name = factory.Sequence(lambda n: f"Nguyễn Thị Mẫu {n}")
    email = factory.Sequence(lambda n: f"nguoi{n}@plenum.example")
    organisation = factory.SubFactory(OrganisationFactory)


class PositionFactory(factory.django.DjangoModelFactory[Position]):
    class Meta:
        model = Position

    person = factory.SubFactory(PersonFactory)
    organisation = factory.SelfAttribute("person.organisation")
    title = factory.LazyFunction(lambda: {"vi": "Trưởng phòng", "en": "Head of office"})


class AccountFactory(factory.django.DjangoModelFactory[Account]):
    """An account without a role; its password is PASSWORD."""

    class Meta:
        model = Account

    email = factory.Sequence(lambda n: f"taikhoan{n}@plenum.example")
    password = _HASHED
    person = factory.SubFactory(PersonFactory)


class RoleGrantFactory(factory.django.DjangoModelFactory[RoleGrant]):
    class Meta:
        model = RoleGrant

    account = factory.SubFactory(AccountFactory)
    role = "organiser"


class ApiTokenFactory(factory.django.DjangoModelFactory[ApiToken]):
    """A live token whose secret is `secret`."""

    class Meta:
        model = ApiToken

    class Params:
        secret = factory.Sequence(lambda n: f"plenum_{n:043d}")

    account = factory.SubFactory(AccountFactory)
    name = "chương trình"
    digest = factory.LazyAttribute(lambda token: token_digest(token.secret))
    scopes = factory.LazyFunction(lambda: ["*"])
    expires_at = factory.LazyFunction(lambda: now() + timedelta(days=30))


def account_with(*roles: str, organisation: Organisation | UUID | None = None, **fields: Any) -> Account:
    """An account holding `roles` in one organisation (default: everywhere)."""
    account: Account = AccountFactory(**fields)
    where = organisation.pk if isinstance(organisation, Organisation) else organisation
    for role in roles:
        RoleGrantFactory(account=account, role=role, organisation_id=where)
    return account
