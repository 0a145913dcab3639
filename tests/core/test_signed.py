"""Words that open one thing."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.signed import SignedWord

WORDS = SignedWord("tests")
ROW = UUID("01a1fd95-e0a2-7296-b5e1-3ba534758fba")


@given(st.uuids(), st.integers(0, 2**16 - 1))
def test_what_was_signed_is_read(row: UUID, number: int) -> None:
    word = WORDS.sign(row, number)
    assert (len(word), WORDS.read(f" {word}\n")) == (68, (row, number))


def test_a_word_for_another_purpose_or_changed_anywhere_is_not_read() -> None:
    word = WORDS.sign(ROW, 1)
    assert SignedWord("elsewhere").read(word) is None
    for at, letter in enumerate(word):
        assert WORDS.read(f"{word[:at]}{'A' if letter != 'A' else 'B'}{word[at + 1 :]}") is None, at


@given(st.text(max_size=120))
def test_nothing_else_is_read_and_nothing_breaks(text: str) -> None:
    assert WORDS.read(text) is None


@pytest.mark.parametrize("number", [-1, 2**16])
def test_a_round_out_of_bounds_is_never_signed(number: int) -> None:
    with pytest.raises(OverflowError):
        WORDS.sign(ROW, number)
