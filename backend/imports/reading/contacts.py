"""E-mail addresses and telephone numbers, as a letter and a call need them."""

import re
from typing import Any

import phonenumbers

from backend.core.vietnamese import one_line
from backend.imports.reading.sentences import EMAIL_WRONG, MORE_EMAILS, MORE_PHONES, PHONE_OLD, PHONE_WRONG
from backend.mail.mailbox import InvalidAddress, deliverable_email

_BETWEEN = re.compile(r"[;,|/\n]+")
_IN_BRACKETS = re.compile(r"<([^<>]+)>")
_LONGEST = 254
_REGION = "VN"


def emails_of(text: str) -> tuple[list[str], Any, Any]:
    """Up to two addresses in lower case, what is wrong, and what is worth knowing.

    Spaces, "mailto:" and a name around <address> are taken off: nobody means them.
    """
    found = [part for part in _BETWEEN.split(text) if part.strip()]
    addresses = []
    for part in found:
        inside = _IN_BRACKETS.search(part)
        plain = "".join((inside[1] if inside else part).split()).lower().removeprefix("mailto:")
        try:
            checked = deliverable_email(plain)
        except InvalidAddress:
            return [], EMAIL_WRONG, None
        if len(checked) > _LONGEST:
            return [], EMAIL_WRONG, None
        addresses.append(checked)
    kept = list(dict.fromkeys(addresses))
    return kept[:2], None, MORE_EMAILS if len(kept) > 1 else None


def phone_of(text: str) -> tuple[str, Any, Any]:
    """The first number in E.164, read as one in Viet Nam unless it says its country, with the 0 that Excel took."""
    written = one_line(text).lstrip("'")
    if not written:
        return "", None, None
    parts = [part for part in re.split(r"[;,|\n]+|\s/\s|\s-\s", written) if part.strip()]
    number = _e164(written) or (_e164(parts[0]) if parts else "")
    if number:
        return number, None, MORE_PHONES if len(parts) > 1 and not _e164(written) else None
    digits = re.sub(r"\D", "", parts[0] if parts else "")
    old = re.fullmatch(r"(?:84|0)?1[2689]\d{8}", digits)
    return "", PHONE_OLD if old else PHONE_WRONG, None


def _e164(text: str) -> str:
    """ "" for what is no number that can be called."""
    if re.search(r"[^\W\d_]", text):  # letters would be dialled
        return ""
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number) or number.extension:
        return ""
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written
