"""The life of a delegation."""

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say


class DelegationState(models.TextChoices):
    DRAFT = "draft", say(vi="chưa hỏi đơn vị", en="not asked yet")
    ASKED = "asked", say(vi="chờ đơn vị cử người", en="waiting for names")
    SUBMITTED = "submitted", say(vi="đơn vị đã gửi danh sách", en="submitted")
    CLOSED = "closed", say(vi="đã khoá", en="closed")


#: States in which a focal point who was asked is expected to do something, or did and waits for what comes of it.
OPEN = frozenset({DelegationState.ASKED, DelegationState.SUBMITTED})

MOVES = Machine(
    ask=("draft", "asked"),
    remind=("asked", "asked"),
    extend=("asked", "asked"),
    bring_forward=("asked", "asked"),
    submit=("asked", "submitted"),
    close=({"asked", "submitted"}, "closed"),
    reopen=({"submitted", "closed"}, "asked"),
)
