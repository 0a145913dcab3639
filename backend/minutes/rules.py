"""Who keeps the record, who writes minutes, and who approves them."""

from typing import Any

from backend.conferences.models import Conference
from backend.core.permissions import Rules, predicate, signed_in
from backend.minutes import queries


def _conference(row: Any) -> Conference:
    return row if isinstance(row, Conference) else row.conference


@predicate
def keeps_record(account: Any, row: Any) -> bool:
    """`row` is a conference, or an entry or minutes of one."""
    return account.is_authenticated and (row is None or queries.keeps_record_of(account, _conference(row)))


@predicate
def chairs(account: Any, row: Any) -> bool:
    return account.is_authenticated and (row is None or queries.chairs(account, _conference(row)))


ENTRIES: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": keeps_record,
    "partial_update": keeps_record,
    "destroy": keeps_record,
}
MINUTES: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "preview": signed_in,
    "provenance": signed_in,
    "create": keeps_record,
    "partial_update": keeps_record,
    "regenerate": keeps_record,
    "submit": keeps_record,
    "send_back": chairs | keeps_record,
    "approve": chairs,
    "supplement": keeps_record,
}
