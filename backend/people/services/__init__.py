"""What can be done about people, split by noun."""

from backend.people.services.accounts import (
    activate_account,
    create_account,
    deactivate_account,
    grant_role,
    withdraw_role,
)
from backend.people.services.organisations import add_organisation, change_organisation, rename_organisation
from backend.people.services.persons import add_person, add_position, change_person, change_position
from backend.people.services.signing_in import WrongCredentials, sign_in
from backend.people.services.tokens import issue_token, revoke_token

__all__ = [
    "WrongCredentials",
    "activate_account",
    "add_organisation",
    "add_person",
    "add_position",
    "change_organisation",
    "change_person",
    "change_position",
    "create_account",
    "deactivate_account",
    "grant_role",
    "issue_token",
    "rename_organisation",
    "revoke_token",
    "sign_in",
    "withdraw_role",
]
