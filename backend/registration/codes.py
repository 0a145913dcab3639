"""The check-in code: a signature over a registration and its round, as text and as a QR picture."""

import base64
import binascii
import io
from uuid import UUID

import segno
from django.core.signing import BadSignature, Signer

_signer = Signer(sep="~", salt="plenum.registration.check-in")
LONGEST = 100


def sign(registration_id: UUID, code_round: int) -> str:
    packed = registration_id.bytes + code_round.to_bytes(2, "big")
    return _signer.sign(base64.urlsafe_b64encode(packed).decode())


def read(code: str) -> tuple[UUID, int] | None:
    """The registration and the round, or None for a code this house did not sign."""
    code = code.strip()
    if len(code) > LONGEST:
        return None
    try:
        packed = base64.urlsafe_b64decode(_signer.unsign(code))
    except (BadSignature, binascii.Error, ValueError):
        return None
    return (UUID(bytes=packed[:16]), int.from_bytes(packed[16:], "big")) if len(packed) == 18 else None


def picture(code: str) -> bytes:
    """The code as a PNG that a phone reads from another phone's screen."""
    out = io.BytesIO()
    segno.make(code, error="m", micro=False).save(out, kind="png", scale=6, border=4)
    return out.getvalue()
