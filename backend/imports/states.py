"""An import's life, and what would become of its rows."""

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say


class ImportState(models.TextChoices):
    READING = "reading", say(vi="đang đọc", en="being read")
    UNREADABLE = "unreadable", say(vi="không đọc được", en="unreadable")
    READY = "ready", say(vi="đã đọc xong, chờ ghi", en="read, not committed")
    COMMITTING = "committing", say(vi="đang ghi", en="being committed")
    COMMITTED = "committed", say(vi="đã ghi", en="committed")


MOVES = Machine(
    read=({"reading", "unreadable", "ready"}, "reading"),
    refuse=("reading", "unreadable"),
    finish_reading=("reading", "ready"),
    commit=({"ready", "committing"}, "committing"),
    finish=("committing", "committed"),
)


class Outcome(models.TextChoices):
    """What a row would do. Only new and known people are committed."""

    PENDING = "pending", say(vi="chưa đối chiếu", en="not looked up yet")
    NEW = "new", say(vi="người mới", en="a new person")
    KNOWN = "known", say(vi="đã có trong danh bạ", en="known already")
    DUPLICATE = "duplicate", say(vi="trùng dòng trên", en="the same as a row above")
    AMBIGUOUS = "ambiguous", say(vi="cần quyết định là ai", en="somebody has to say who it is")
    ERROR = "error", say(vi="có lỗi", en="wrong")
