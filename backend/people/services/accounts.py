"""Accounts and the roles they hold."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit
from backend.people.events import AccountActivated, AccountCreated, AccountDeactivated, RoleGranted, RoleWithdrawn
from backend.people.models import Account, Role, RoleGrant
from backend.people.services.persons import add_person


@transaction.atomic
def create_account(
    *, email: str, password: str, full_name: str = "", person_id: UUID | None = None, roles: Iterable[str] = ()
) -> Account:
    """An account for a person who is known (`person_id`) or new (`full_name`), holding `roles` everywhere.

    Raises Invalid when the address or the person already has one, or the password is too easy to guess.
    """
    email = email.strip().lower()
    if Account.objects.filter(email=email).exists():
        raise Invalid({"email": say(vi="Địa chỉ này đã có tài khoản.", en="This address already has an account.")})
    if person_id and Account.objects.filter(person_id=person_id).exists():
        raise Invalid({"person": say(vi="Người này đã có tài khoản.", en="This person already has an account.")})
    account = Account(email=email, person_id=person_id)
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Invalid({"password": " ".join(error.messages)}) from None
    if full_name and person_id is None:
        account.person = add_person(full_name=full_name, email=email)
    account.set_password(password)
    account.save()
    emit(AccountCreated(account_id=account.pk, person_id=account.person_id))
    for role in roles:
        grant_role(account_id=account.pk, role=role)
    return account


@transaction.atomic
def activate_account(*, account_id: UUID) -> Account:
    account = _locked(account_id)
    if not account.is_active:
        account.is_active = True
        account.save(update_fields=["is_active"])
        emit(AccountActivated(account_id=account_id))
    return account


@transaction.atomic
def deactivate_account(*, account_id: UUID) -> Account:
    """From now on neither its password, nor its sessions, nor its tokens open anything. Its record stays.

    Raises Conflict for the last active administrator.
    """
    _keep_an_administrator(without_account=account_id)
    account = _locked(account_id)
    if account.is_active:
        account.is_active = False
        account.save(update_fields=["is_active"])
        emit(AccountDeactivated(account_id=account_id))
    return account


@transaction.atomic
def grant_role(*, account_id: UUID, role: str, organisation_id: UUID | None = None) -> RoleGrant:
    """Lets an account act as `role` in an organisation and all below it (None: everywhere). Granting twice is once."""
    if role not in Role.values:
        raise Invalid({"role": say(vi="Không có vai trò này.", en="There is no such role.")})
    _locked(account_id)
    held = RoleGrant.objects.filter(account_id=account_id, role=role, organisation=organisation_id).first()
    if held is not None:
        return held
    grant = RoleGrant.objects.create(account_id=account_id, role=role, organisation_id=organisation_id)
    emit(RoleGranted(account_id=account_id, role=role, organisation_id=organisation_id))
    return grant


@transaction.atomic
def withdraw_role(*, grant_id: UUID) -> None:
    """Takes a role away, from the next request on. Raises Conflict for the last active administrator's."""
    _keep_an_administrator(without_grant=grant_id)
    grant = locked(RoleGrant, grant_id)
    grant.delete()
    emit(RoleWithdrawn(account_id=grant.account_id, role=grant.role, organisation_id=grant.organisation_id))


def _locked(account_id: UUID) -> Account:
    return locked(Account, account_id)


def _keep_an_administrator(*, without_account: UUID | None = None, without_grant: UUID | None = None) -> None:
    """Locks every administrator's grant, so that two who dismiss each other wait for each other."""
    grants = list(
        RoleGrant.objects.select_for_update(of=("self",))
        .filter(role=Role.ADMINISTRATOR, organisation=None)
        .order_by("id")
        .values_list("id", "account_id", "account__is_active")
    )
    active = {(grant, account) for grant, account, is_active in grants if is_active}
    left = {(grant, account) for grant, account in active if account != without_account and grant != without_grant}
    if active and not left:
        raise Conflict(say(vi="Phải còn ít nhất một quản trị.", en="At least one administrator must remain."))
