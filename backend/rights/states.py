"""What people may ask about their data, and the life of such a request."""

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say

#: The purpose of the last letter to somebody who was erased.
ERASED = "rights.erased"


class RequestKind(models.TextChoices):
    ACCESS = "access", say(vi="xem và nhận bản sao", en="access and a copy")
    CORRECT = "correct", say(vi="chỉnh sửa", en="correction")
    ERASE = "erase", say(vi="xoá", en="erasure")
    RESTRICT = "restrict", say(vi="hạn chế xử lý", en="restriction of processing")
    OBJECT = "object", say(vi="phản đối xử lý", en="objection to processing")
    WITHDRAW = "withdraw", say(vi="rút lại sự đồng ý", en="withdrawal of consent")
    TAKEDOWN = "takedown", say(vi="gỡ ảnh", en="taking down a photograph")


class RequestVia(models.TextChoices):
    API = "api", say(vi="qua API, bằng tài khoản của mình", en="through the API, with an account of their own")
    LINK = "link", say(vi="qua liên kết riêng", en="by a link of their own")
    STAFF = "staff", say(vi="cán bộ ghi", en="entered by staff")


class Identity(models.TextChoices):
    """Whether the one who asks is who they say they are."""

    UNCHECKED = "unchecked", say(vi="chưa xác minh", en="not checked")
    CONFIRMED = "confirmed", say(vi="đã xác minh", en="confirmed")
    FAILED = "failed", say(vi="không xác minh được", en="not confirmed")


class RequestState(models.TextChoices):
    RECEIVED = "received", say(vi="đã tiếp nhận", en="received")
    ANSWERED = "answered", say(vi="đã phản hồi", en="answered")
    GRANTED = "granted", say(vi="chấp nhận", en="granted")
    REFUSED = "refused", say(vi="từ chối", en="refused")
    DONE = "done", say(vi="đã thực hiện", en="done")
    WITHDRAWN = "withdrawn", say(vi="người yêu cầu đã rút", en="withdrawn")


#: Somebody still waits for something; while NEW they have heard nothing yet.
NEW = frozenset({RequestState.RECEIVED})
OPEN = NEW | {RequestState.ANSWERED, RequestState.GRANTED}
MOVES = Machine(
    answer=("received", "answered"),
    grant=({"received", "answered"}, "granted"),
    refuse=({"received", "answered"}, "refused"),
    complete=("granted", "done"),
    withdraw=({"received", "answered", "granted"}, "withdrawn"),
)
