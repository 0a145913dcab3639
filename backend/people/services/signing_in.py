"""Signing in by e-mail and password, a few tries at a time.

A try is counted as failed before the password is looked at, and uncounted when it was right: many at once cannot get
more guesses than one after the other. Nothing here tells whether an address has an account, not even by its duration.
"""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from backend.core.clock import now
from backend.core.errors import DomainError, TooManyAttempts
from backend.core.text import say
from backend.outbox.services import emit
from backend.people.events import AccountSignedIn
from backend.people.models import Account, LoginFailure

#: An office shares one address: it may fail this many times as often as one e-mail address.
SHARED_ADDRESS = 10
#: Rivals with the same key count after each other.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


class WrongCredentials(DomainError):
    status = 403
    slug = "wrong-credentials"
    title = say(vi="Địa chỉ e-mail hoặc mật khẩu không đúng.", en="The e-mail address or the password is wrong.")


def sign_in(*, email: str, password: str, address: str) -> Account:
    """The active account that `password` opens. Raises WrongCredentials, or TooManyAttempts when too many failed
    within LOGIN_WINDOW_SECONDS for this e-mail address or from this remote address."""
    who, where = _key("email", email.strip().lower()), _key("address", address)
    tries = _count_as_failed({who: settings.LOGIN_FAILURES, where: settings.LOGIN_FAILURES * SHARED_ADDRESS})
    account = Account.objects.filter(email=email.strip().lower()).first()
    if account is None:
        make_password(password)  # takes as long as looking at a password does
        raise WrongCredentials()
    if not account.check_password(password) or not account.is_active:
        raise WrongCredentials()
    _forgive(account.pk, who, tries)
    return account


def _key(kind: str, value: str) -> str:
    return salted_hmac(f"plenum.login.{kind}", value, algorithm="sha256").hexdigest()


@transaction.atomic
def _count_as_failed(limits: dict[str, int]) -> list[int]:
    """Writes one failure per key; raises TooManyAttempts, writing nothing, when a key is at its limit."""
    for key in sorted(limits):
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [key])
    since = now() - dt.timedelta(seconds=settings.LOGIN_WINDOW_SECONDS)
    for key, limit in limits.items():
        recent = list(
            LoginFailure.objects.filter(key=key, at__gt=since).order_by("-at").values_list("at", flat=True)[:limit]
        )
        if len(recent) >= limit:
            raise TooManyAttempts(retry_after=max(1, int((recent[-1] - since).total_seconds()) + 1))
    return [LoginFailure.objects.create(key=key).pk for key in limits]


@transaction.atomic
def _forgive(account_id: UUID, who: str, tries: list[int]) -> None:
    """The password was right: the e-mail address starts afresh, and the remote address did not fail this time."""
    LoginFailure.objects.filter(key=who).delete()
    LoginFailure.objects.filter(pk__in=tries).delete()
    emit(AccountSignedIn(account_id=account_id))
