"""A review conference from announcement to published recap, over the HTTP API, every step by the role that does it.

The facts are S2's; date, hours, chair and secretary are set for the demonstration, and its staff are made up.
What takes an afternoon happens here within a minute or two, at the times the record really bears.
"""

from backend.demo.journey.deciding import decide
from backend.demo.journey.gathering import attend, reply
from backend.demo.journey.inviting import invite, schedule
from backend.demo.journey.recording import minute, publish
from backend.demo.journey.stage import Stage


def play(stage: Stage) -> None:
    """The whole story in its order; raises StepFailed at the first step that is refused or does not happen in time."""
    schedule(stage)
    invite(stage)
    reply(stage)
    attend(stage)
    decide(stage)
    minute(stage)
    publish(stage)


__all__ = ["Stage", "play"]
