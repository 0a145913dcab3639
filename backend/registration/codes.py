"""The check-in code: a signature over a registration and its round, as text and as a QR picture."""

import io

import segno

from backend.core.signed import SignedWord

_words = SignedWord("registration.check-in")
sign = _words.sign
read = _words.read


def picture(code: str) -> bytes:
    """The code as a PNG that a phone reads from another phone's screen."""
    out = io.BytesIO()
    segno.make(code, error="m", micro=False).save(out, kind="png", scale=6, border=4)
    return out.getvalue()
