"""A registration's life."""

from django.db import models

from backend.core.text import say


class RegistrationState(models.TextChoices):
    CONFIRMED = "confirmed", say(vi="có chỗ", en="confirmed")
    WAITING = "waiting", say(vi="chờ chỗ", en="on the waiting list")
    CANCELLED = "cancelled", say(vi="đã huỷ", en="cancelled")


class Direction(models.TextChoices):
    IN = "in", say(vi="vào", en="in")
    OUT = "out", say(vi="ra", en="out")


class PresenceSource(models.TextChoices):
    CODE = "code", say(vi="quét mã", en="code")
    NAME = "name", say(vi="tìm tên", en="name")
    STAFF = "staff", say(vi="ban tổ chức", en="staff")
