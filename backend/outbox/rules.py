"""Who may look into the lift.

This floor knows no people. Whoever is signed in brings `holds_everywhere(*roles)`: the account model above offers it,
and administrators hold every role. Nobody signed in has no such method, so every predicate asks that first.
Facts of all organisations stand in one record: a role held in one of them opens nothing here.
"""

from typing import Any

from backend.core.permissions import Rules, predicate


@predicate
def audits(account: Any, row: object) -> bool:
    return bool(account and account.is_authenticated and account.holds_everywhere("auditor"))


@predicate
def administers(account: Any, row: object) -> bool:
    return bool(account and account.is_authenticated and account.holds_everywhere())


EVENTS: Rules = {"list": audits, "retrieve": audits}
DELIVERIES: Rules = {
    "list": audits,
    "retrieve": audits,
    "summary": audits,
    "redeliver": administers,
    "redeliver_many": administers,
}
ENDPOINTS: Rules = {
    "list": audits,
    "retrieve": audits,
    "create": administers,
    "partial_update": administers,
    "destroy": administers,
    "rotate": administers,
    "activate": administers,
    "deactivate": administers,
}
