"""The address an invitee's calendar program answers to: `traloi+<token>@…`, one for each invitation.

The token proves whose answer it is, whoever the mail says it is from: it stands in the invitee's letters and nowhere
else. It is a signature over the invitation and the address written to, and stays the same as long as that does: calendar
programs refuse the update of a meeting whose organiser has changed. It is written in base32, since mail servers may
change the case of an address, and fits with a prefix of 17 letters into the 64 that one may have before the @.
"""

import base64
import binascii
import re
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from backend.invitations.models import Invitation

_SALT = "plenum.invitations.reply_address"
#: 16 octets of an id and 10 of a signature.
_TOKEN = r"([a-z2-7]{42})"  # noqa: S105 -- a pattern
_SIGNATURE = 10
_MOST = 5


def address(row: Invitation) -> str:
    """Where the invitee's answer goes; the house's own address while no other is set."""
    local, at, domain = settings.REPLY_ADDRESS.partition("@")
    if not at:
        return str(settings.MAIL_FROM)
    token = base64.b32encode(row.pk.bytes + _signature(row.pk, row.email, settings.SECRET_KEY)).decode()
    return f"{local}+{token.rstrip('=').lower()}@{domain}"


def invitations_named(delivered_to: str) -> list[Invitation]:
    """The invitations whose reply addresses stand in the text, each with an intact signature over its present address:
    who was written to at a former one answers in vain."""
    local, at, domain = settings.REPLY_ADDRESS.partition("@")
    if not at:
        return []
    pattern = rf"(?<![^\s<,;:\"]){re.escape(local)}\+{_TOKEN}@{re.escape(domain)}(?![a-z0-9.-])"
    tokens = list(dict.fromkeys(re.findall(pattern, delivered_to, re.IGNORECASE)))[:_MOST]
    signed = dict(filter(None, map(_taken_apart, tokens)))
    rows = Invitation.objects.filter(pk__in=signed).order_by("pk")
    return [row for row in rows if _intact(row, signed[row.pk])]


def _taken_apart(token: str) -> tuple[UUID, bytes] | None:
    try:
        packed = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except binascii.Error:
        return None
    return UUID(bytes=packed[:16]), packed[16:]


def _intact(row: Invitation, signature: bytes) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(signature, _signature(row.pk, row.email, key)) for key in keys)


def _signature(row_id: UUID, email: str, key: str) -> bytes:
    said = f"{row_id}/{email.strip().lower()}"
    return salted_hmac(_SALT, said, secret=key, algorithm="sha256").digest()[:_SIGNATURE]
