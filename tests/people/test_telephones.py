"""Telephone numbers however they were written."""

import pytest

from backend.people.telephones import InvalidTelephone, same_telephone, telephone


@pytest.mark.parametrize("written", ["0912345678", "0912.345.678", " +84 912 345 678", "(84) 912-345-678", "912345678"])
def test_one_number_has_one_form(written: str) -> None:
    assert telephone(written) == "+84912345678"
    assert same_telephone(written, "0912 345 678")


@pytest.mark.parametrize("written", ["", "x", "12", "0912345678 ext. 9", "+84 912 345 678 999 999 999", "\x00", "٠٠"])
def test_what_nobody_can_call_is_refused(written: str) -> None:
    with pytest.raises(InvalidTelephone):
        telephone(written)
    assert not same_telephone(written, written)
