"""Telephone numbers as they may be stored and compared."""

import phonenumbers


class InvalidTelephone(ValueError):
    """Nobody could be called under it."""


def telephone(written: str, *, region: str = "VN") -> str:
    """The number in one form however it was written: 0912.345.678, +84 912 345 678 and, with the 0 lost,
    912345678 are all +84912345678. Raises InvalidTelephone."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        raise InvalidTelephone(written) from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise InvalidTelephone(written)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def same_telephone(one: str, other: str) -> bool:
    """Whether both are one number; what is no number is nobody's."""
    try:
        return telephone(one) == telephone(other)
    except InvalidTelephone:
        return False
