"""The lives of resolutions and polls."""

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say


class ResolutionState(models.TextChoices):
    DRAFT = "draft", say(vi="dự thảo", en="draft")
    TABLED = "tabled", say(vi="đã trình", en="tabled")
    ADOPTED = "adopted", say(vi="đã thông qua", en="adopted")
    REJECTED = "rejected", say(vi="không được thông qua", en="rejected")
    WITHDRAWN = "withdrawn", say(vi="đã rút", en="withdrawn")


RESOLUTION_MOVES = Machine(
    table=("draft", "tabled"),
    adopt=("tabled", "adopted"),
    reject=("tabled", "rejected"),
    withdraw=({"draft", "tabled"}, "withdrawn"),
)


class PollState(models.TextChoices):
    DRAFT = "draft", say(vi="chưa mở", en="not open")
    OPEN = "open", say(vi="đang biểu quyết", en="open")
    SEALED = "sealed", say(vi="đã khoá", en="sealed")
    COUNTED = "counted", say(vi="đã kiểm", en="counted")
    DECLARED = "declared", say(vi="đã công bố", en="declared")
    ANNULLED = "annulled", say(vi="đã huỷ kết quả", en="annulled")


POLL_MOVES = Machine(
    open=("draft", "open"),
    seal=("open", "sealed"),
    count=("sealed", "counted"),
    declare=("counted", "declared"),
    annul=({"open", "sealed", "counted", "declared"}, "annulled"),
)


class Secrecy(models.TextChoices):
    NAMED = "named", say(vi="công khai, ghi tên", en="named")
    SECRET = "secret", say(vi="bỏ phiếu kín", en="secret")


class ReceiptKind(models.TextChoices):
    """What a voter may keep, from the least to the most; a tracker lets its owner prove the choice to others."""

    NONE = "none", say(vi="không có biên nhận", en="no receipt")
    INCLUSION = "inclusion", say(vi="chứng minh phiếu đã vào hòm", en="proves that the ballot is in the urn")
    TRACKER = "tracker", say(vi="có mã dò phiếu", en="with a tracker that finds the opened ballot")


class Choice(models.TextChoices):
    YES = "yes", say(vi="tán thành", en="yes")
    NO = "no", say(vi="không tán thành", en="no")
    ABSTAIN = "abstain", say(vi="ý kiến khác", en="abstain")
