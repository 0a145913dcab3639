"""The ledger of mail."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from backend.mail.models import InboundMail, MailBatch, MailState, OutgoingMail, SuppressedAddress

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


def addresses_written_to(conference_id: UUID, addresses: Iterable[str]) -> set[str]:
    """Those of the addresses, in lower case, to which anything about the conference went or still goes, but letters that
    took something back."""
    rows = OutgoingMail.objects.filter(conference_id=conference_id).annotate(address=Lower("recipient"))
    rows = rows.filter(address__in={address.lower() for address in addresses})
    rows = rows.exclude(state=MailState.WITHDRAWN).exclude(purpose="cancellation")
    return set(rows.values_list("address", flat=True))


def visible_batches(account: Any) -> QuerySet[MailBatch]:
    """The batches of the organisations the account works for, with how many letters of each are where."""
    where = account.works_in(*READERS) if account.is_authenticated else []
    rows = MailBatch.objects.all() if where is None else MailBatch.objects.filter(organisation_id__in=where)
    return rows.annotate(**{f"letters_{state}": Count("mails", filter=Q(mails__state=state)) for state in MailState})


def visible_inbound(account: Any) -> QuerySet[InboundMail]:
    """The mails that came in about what the account works for, without their bytes; those about nothing known are for
    accounts that work everywhere."""
    mails = InboundMail.objects.defer("raw")
    if not account.is_authenticated:
        return mails.none()
    where = account.works_in(*READERS)
    return mails if where is None else mails.filter(organisation_id__in=where)


def visible_suppressions(account: Any) -> QuerySet[SuppressedAddress]:
    """Suppressed addresses, lifted or not, that mail of the organisations the account works for came back from, or is
    held for."""
    rows = SuppressedAddress.objects.all()
    if not account.is_authenticated:
        return rows.none()
    where = account.works_in(*READERS)
    if where is None:
        return rows
    held = OutgoingMail.objects.annotate(to=Lower("recipient")).filter(
        to=OuterRef("address"), state=MailState.HELD, organisation_id__in=where
    )
    return rows.filter(Q(organisation_id__in=where) | Exists(held))
