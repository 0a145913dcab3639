"""The live conference is called for a round time that its own preparation does not overtake."""

import datetime as dt

import pytest

from backend.demo.plan import planned


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        ("2026-11-21T11:29:00+00:00", "2026-11-21T18:30:00+07:00"),
        ("2026-11-21T11:29:01+00:00", "2026-11-21T18:35:00+07:00"),
        ("2026-11-21T11:33:59.5+00:00", "2026-11-21T18:35:00+07:00"),
        # Across midnight, where the demo is shown.
        ("2026-11-21T16:59:30+00:00", "2026-11-22T00:05:00+07:00"),
    ],
)
def test_it_starts_at_the_next_round_time_that_leaves_time_to_prepare(moment: str, start: str) -> None:
    starts_at, ends_at = planned(dt.datetime.fromisoformat(moment))
    assert starts_at.isoformat() == start
    assert ends_at - starts_at == dt.timedelta(minutes=30)
