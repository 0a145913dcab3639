"""A job's life."""

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say


class JobState(models.TextChoices):
    QUEUED = "queued", say(vi="đang chờ", en="queued")
    RUNNING = "running", say(vi="đang chạy", en="running")
    STUCK = "stuck", say(vi="mắc kẹt", en="stuck")
    DONE = "done", say(vi="đã xong", en="done")
    FAILED = "failed", say(vi="không xong được", en="failed")
    CANCELLED = "cancelled", say(vi="đã dừng", en="cancelled")


#: What may still go on. A stuck job waits for somebody: to redeliver its step, or to cancel it.
LIVE = frozenset({JobState.QUEUED, JobState.RUNNING, JobState.STUCK})
MOVES = Machine(
    run=(LIVE, "running"),
    finish=("running", "done"),
    fail=("running", "failed"),
    give_up=({"queued", "running"}, "stuck"),
    cancel=(LIVE, "cancelled"),
)
