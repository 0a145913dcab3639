"""Making, renewing and revoking calendar links, and keeping the date of what feeds say."""

import datetime as dt
import secrets
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from backend.calendars import queries
from backend.calendars.events import CalendarLinkIssued, CalendarLinkRevoked
from backend.calendars.models import CalendarLink, FeedEdition
from backend.calendars.states import FeedKind
from backend.core.clock import now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit
from backend.people.models import Account
from backend.people.queries import token_digest

#: A link's last use is written no more often than this: programs fetch by the hour, some by the minute.
USE_NOTED_EVERY = dt.timedelta(hours=1)


@transaction.atomic
def issue_link(*, account: Account, kind: str, subject_id: UUID | None) -> tuple[CalendarLink, str]:
    """A link and the secret in its address, which cannot be read again.

    Raises Invalid when the account may not see the subject, or has no person whose calendar it could be; Conflict when
    it has a live link to the same feed.
    """
    if kind == FeedKind.PERSON and account.person_id is None:
        raise Invalid({"kind": say(vi="Tài khoản này không của ai.", en="This account belongs to no person.")})
    if (kind == FeedKind.PERSON) != (subject_id is None):
        sentence = say(vi="Lịch của mình thì bỏ trống.", en="Leave it out for one's own calendar.")
        raise Invalid({"subject": sentence if subject_id else say(vi="Bắt buộc phải có.", en="Is required.")})
    if subject_id is not None and queries.subject_of(kind, subject_id, account) is None:
        raise Invalid({"subject": say(vi="Không có.", en="There is none.")})
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            link = CalendarLink.objects.create(
                account=account, kind=kind, subject=subject_id, digest=token_digest(secret), issued_at=now()
            )
    except IntegrityError:
        live = CalendarLink.objects.filter(account=account, kind=kind, subject=subject_id, revoked_at=None).first()
        if live is None:
            raise
        raise Conflict(
            say(
                vi="Đã có liên kết cho lịch này; cấp lại địa chỉ nếu đã mất.",
                en="There is a link to this calendar; reissue it if its address is lost.",
            ),
            link=str(live.pk),
        ) from None
    emit(CalendarLinkIssued(link_id=link.pk, account_id=account.pk, feed=kind))
    return link, secret


@transaction.atomic
def reissue_link(*, link_id: UUID) -> tuple[CalendarLink, str]:
    """A new address for the link; the old one answers 404 from now on. Raises Conflict when the link was revoked."""
    link = locked(CalendarLink, link_id)
    if link.revoked_at is not None:
        raise Conflict(say(vi="Liên kết này đã thu hồi.", en="This link has been revoked."))
    secret = secrets.token_urlsafe(32)
    link.digest, link.issued_at, link.used_at = token_digest(secret), now(), None
    link.save()
    emit(CalendarLinkIssued(link_id=link.pk, account_id=link.account_id, feed=link.kind))
    return link, secret


@transaction.atomic
def revoke_link(*, link_id: UUID) -> CalendarLink:
    """Ends a link at once; revoking it again changes nothing."""
    link = locked(CalendarLink, link_id)
    if link.revoked_at is None:
        link.revoked_at = now()
        link.save(update_fields=["revoked_at"])
        emit(CalendarLinkRevoked(link_id=link.pk, account_id=link.account_id))
    return link


def note_use(*, link: CalendarLink) -> None:
    """Writes down that the link is in use, at most once an hour."""
    moment = now()
    if link.used_at is None or link.used_at <= moment - USE_NOTED_EVERY:
        stale = Q(used_at=None) | Q(used_at__lte=moment - USE_NOTED_EVERY)
        CalendarLink.objects.filter(stale, pk=link.pk).update(used_at=moment)


def edition(*, feed: str, digest: str, newest: dt.datetime | None) -> dt.datetime:
    """When the feed came to say what `digest` stands for: when the newest of what it tells was written, and at least a
    second after it said anything else. Each edition has a Last-Modified of its own, which HTTP says to the second."""
    found = FeedEdition.objects.filter(feed=feed).first()
    if found is not None and found.digest == digest:
        return found.changed_at
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO calendars_feededition AS kept (feed, digest, changed_at) VALUES (%s, %s, %s)
            ON CONFLICT (feed) DO UPDATE SET digest = excluded.digest, changed_at =
                CASE WHEN kept.digest = excluded.digest THEN kept.changed_at
                ELSE greatest(excluded.changed_at, kept.changed_at + interval '1 second') END
            RETURNING changed_at
            """,
            [feed, digest, newest or now()],
        )
        changed_at: dt.datetime = cursor.fetchone()[0]
    return changed_at
