"""Signing in by e-mail and password, a few tries at a time.

A try is counted as failed before the password is looked at, and uncounted when it was right: many at once cannot get
more guesses than one after the other. Nothing here tells whether an address has an account, not even by its duration.
"""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from backend.core.errors import DomainError
from backend.core.text import say
from backend.outbox.services import emit
from backend.people.events import AccountSignedIn
from backend.people.models import Account, LoginFailure
from backend.people.services import attempts

#: An office shares one address: it may fail this many times as often as one e-mail address.
SHARED_ADDRESS = 10


class WrongCredentials(DomainError):
    status = 403
    slug = "wrong-credentials"
    title = say(vi="Địa chỉ e-mail hoặc mật khẩu không đúng.", en="The e-mail address or the password is wrong.")


def sign_in(*, email: str, password: str, address: str) -> Account:
    """The active account that `password` opens. Raises WrongCredentials, or TooManyAttempts when too many failed
    within LOGIN_WINDOW_SECONDS for this e-mail address or from this remote address."""
    who = attempts.key("login.email", email.strip().lower())
    where = attempts.key("login.address", address)
    tries = attempts.count({who: settings.LOGIN_FAILURES, where: settings.LOGIN_FAILURES * SHARED_ADDRESS})
    account = Account.objects.filter(email=email.strip().lower()).first()
    if account is None:
        make_password(password)  # takes as long as looking at a password does
        raise WrongCredentials()
    if not account.check_password(password) or not account.is_active:
        raise WrongCredentials()
    _forgive(account.pk, who, tries)
    return account


@transaction.atomic
def _forgive(account_id: UUID, who: str, tries: list[int]) -> None:
    """The password was right: the e-mail address starts afresh, and the remote address did not fail this time."""
    LoginFailure.objects.filter(key=who).delete()
    LoginFailure.objects.filter(pk__in=tries).delete()
    emit(AccountSignedIn(account_id=account_id))
