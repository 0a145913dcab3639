"""The ledger of mail."""

from typing import Any

from django.db.models import QuerySet

from backend.mail.models import OutgoingMail

#: Who may read the mail of the organisations they work for.
READERS = ("organiser", "secretary", "auditor")


def visible_to(account: Any) -> QuerySet[OutgoingMail]:
    """The mails of the organisations the account works for, without their bytes; those that name no organisation are
    for accounts that work everywhere."""
    mails = OutgoingMail.objects.defer("raw")
    if not account.is_authenticated:
        return mails.none()
    where = account.works_in(*READERS)
    return mails if where is None else mails.filter(organisation_id__in=where)
