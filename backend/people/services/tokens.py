"""Programs' keys: shown once, kept as a hash, never able to do more than their account, nor than who made them."""

import datetime as dt
import secrets
from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from backend.core.clock import now
from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit
from backend.people.events import TokenIssued, TokenRevoked
from backend.people.models import ApiToken
from backend.people.queries import token_digest
from backend.people.scopes import LONGEST_DAYS, SCOPES


@transaction.atomic
def issue_token(
    *, account_id: UUID, name: str, scopes: Collection[str], expires_in_days: int, by: ApiToken | None = None
) -> tuple[ApiToken, str]:
    """A token and its secret, which cannot be read again. A token made by another (`by`) neither does more than that
    one nor outlives it. Raises Invalid."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Invalid(
            {
                "scopes": say(
                    vi="Phạm vi không có: {what}.", en="Unknown scopes: {what}.", what=", ".join(unknown) or "-"
                )
            }
        )
    if not 1 <= expires_in_days <= LONGEST_DAYS:
        raise Invalid({"expires_in_days": say(vi="Từ 1 đến 365 ngày.", en="From 1 to 365 days.")})
    expires_at = now() + dt.timedelta(days=expires_in_days)
    if by is not None:
        if "*" not in by.scopes and not set(scopes) <= set(by.scopes):
            raise Invalid({"scopes": say(vi="Rộng hơn phạm vi của chính khóa này.", en="Wider than this token's own.")})
        expires_at = min(expires_at, by.expires_at)
    secret = f"plenum_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        account_id=account_id, name=name, digest=token_digest(secret), scopes=sorted(set(scopes)), expires_at=expires_at
    )
    emit(TokenIssued(token_id=token.pk, account_id=account_id, scopes=token.scopes))
    return token, secret


@transaction.atomic
def revoke_token(*, token_id: UUID) -> ApiToken:
    """Ends a token at once; revoking it again changes nothing."""
    token = locked(ApiToken, token_id)
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at"])
        emit(TokenRevoked(token_id=token.pk, account_id=token.account_id))
    return token
