"""64 voters cast while the poll is sealed, 50 times over."""

import pytest

from tests.resolutions.test_late_ballots import sealed_while_many_cast


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(900)
def test_what_is_sealed_is_what_was_cast() -> None:
    sealed_while_many_cast(voters=64, rounds=50)
