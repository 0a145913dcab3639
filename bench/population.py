"""The people of the measurements. Ids and tokens follow from a number, so that pgbench can name them too."""

import datetime as dt
import itertools
from functools import cache
from uuid import UUID

from django.db import connection, transaction

from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.core.clock import now
from backend.people.models import Account, ApiToken, Organisation, Person, RoleGrant
from backend.people.queries import token_digest

#: Ids end in BASE + n: twelve digits that occur nowhere else.
BASE = 100_000_000_000
#: The one whose request is written down: no other number contains this one's digits.
SAMPLE = 900_001
_names = itertools.count(1)


def numbered(kind: int, n: int) -> UUID:
    return UUID(f"{kind:08x}-0000-7000-8000-{BASE + n}")


def secret(n: int) -> str:
    return f"plenum_bench_{BASE + n}"


PERSON, ACCOUNT, REGISTRATION = 0xA1, 0xA2, 0xA3


@cache
def host() -> Organisation:
    return Organisation.objects.create(slug="bench", symbol="BN", name={"vi": "Đơn vị đo", "en": "Bench"})


@cache
def organiser_token() -> str:
    account = Account.objects.create(email="organiser@bench.example")
    RoleGrant.objects.create(account=account, role="organiser", organisation=host())
    return token_of(account, "plenum_bench_organiser")


@cache
def people(count: int) -> list[int]:
    """The numbers 1 … count, each now a person with an account and a token; SAMPLE is one too."""
    everybody = [*range(1, count + 1), SAMPLE]
    with transaction.atomic():
        Person.objects.bulk_create(
            Person(
                id=numbered(PERSON, n),
                full_name=f"Nguyễn Văn {n}",
                email=f"n{n}@bench.example",
                organisation=host(),
                sort_key=f"{n:09}",
                folded=f"nguyen van {n}",
            )
            for n in everybody
        )
        Account.objects.bulk_create(
            Account(id=numbered(ACCOUNT, n), email=f"n{n}@bench.example", person_id=numbered(PERSON, n))
            for n in everybody
        )
        ApiToken.objects.bulk_create(
            ApiToken(
                account_id=numbered(ACCOUNT, n),
                name="bench",
                digest=token_digest(secret(n)),
                scopes=["*"],
                expires_at=now() + dt.timedelta(days=1),
            )
            for n in everybody
        )
    return everybody[:-1]


def announced_conference() -> Conference:
    """A new one in half a year, with exact times: its invitations carry calendar entries."""
    number = next(_names)
    start = now().replace(second=0, microsecond=0) + dt.timedelta(days=180)
    conference = conferences.draft(
        fields={
            "kind": "review",
            "title": {"vi": f"Hội nghị đo lường lần {number}", "en": f"Conference {number}"},
            "starts_at": start,
            "ends_at": start + dt.timedelta(hours=3),
        },
        lead=host(),
    )
    return conferences.announce(conference_id=conference.id)


def settle_tables() -> None:
    """Statistics and a checkpoint, so that neither falls into one side's turn."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def token_of(account: Account, plain: str) -> str:
    """Lets who knows `plain` in as the account, for a day. Returns it."""
    ApiToken.objects.create(
        account=account,
        name="bench",
        digest=token_digest(plain),
        scopes=["*"],
        expires_at=now() + dt.timedelta(days=1),
    )
    return plain
