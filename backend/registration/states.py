"""A registration's life."""

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say


class RegistrationState(models.TextChoices):
    PENDING = "pending", say(vi="chờ duyệt", en="waiting for approval")
    REFUSED = "refused", say(vi="không được duyệt", en="refused")
    WAITING = "waiting", say(vi="chờ chỗ", en="on the waiting list")
    OFFERED = "offered", say(vi="được mời nhận chỗ", en="offered a seat")
    CONFIRMED = "confirmed", say(vi="có chỗ", en="confirmed")
    EXPIRED = "expired", say(vi="quá hạn nhận chỗ", en="let the offer expire")
    WITHDRAWN = "withdrawn", say(vi="đã rút", en="withdrawn before there was a seat")
    CANCELLED = "cancelled", say(vi="đã huỷ", en="cancelled")
    CALLED_OFF = "called_off", say(vi="dừng vì hội nghị huỷ", en="ended: the conference was cancelled")


#: PostgreSQL knows the same moves: migration 0014.
MOVES = Machine(
    approve=("pending", "confirmed"),
    queue=("pending", "waiting"),
    seat=("waiting", "confirmed"),
    refuse=("pending", "refused"),
    offer=("waiting", "offered"),
    accept=("offered", "confirmed"),
    expire=("offered", "expired"),
    withdraw=({"pending", "waiting", "offered", "called_off"}, "withdrawn"),
    cancel=("confirmed", "cancelled"),
    put_off=("offered", "waiting"),
    call_off=({"pending", "waiting", "offered"}, "called_off"),
    wait_again=("called_off", "waiting"),
    ask_again=("called_off", "pending"),
)

#: Hoping for a seat: ends with a conference that is cancelled, and goes on should it be announced again.
HOPING = frozenset({RegistrationState.PENDING, RegistrationState.WAITING, RegistrationState.OFFERED})
#: Nothing leads on from these; whoever wants to come registers anew, at the end of the list.
OVER = frozenset(
    {
        RegistrationState.REFUSED,
        RegistrationState.EXPIRED,
        RegistrationState.WITHDRAWN,
        RegistrationState.CANCELLED,
    }
)
#: Seats that nobody else can have: those taken, and those kept for who is asked.
HOLDS = frozenset({RegistrationState.CONFIRMED, RegistrationState.OFFERED})


class AdmissionMode(models.TextChoices):
    INVITATION = "invitation", say(vi="theo giấy mời", en="by invitation")
    OPEN = "open", say(vi="tự do đăng ký", en="open")
    APPROVAL = "approval", say(vi="đăng ký có duyệt", en="by approval")


class Direction(models.TextChoices):
    IN = "in", say(vi="vào", en="in")
    OUT = "out", say(vi="ra", en="out")


class PresenceSource(models.TextChoices):
    CODE = "code", say(vi="quét mã", en="code")
    NAME = "name", say(vi="tìm tên", en="name")
    STAFF = "staff", say(vi="ban tổ chức", en="staff")
    DEVICE = "device", say(vi="thiết bị tại cửa", en="a device at the door")


class ScanOutcome(models.TextChoices):
    """What became of a scan that a device noted without a connection."""

    RECORDED = "recorded", say(vi="đã ghi nhận", en="recorded")
    GIVEN_UP = (
        "given_up",
        say(
            vi="đã ghi nhận; chỗ của người này đã được trả lại sau đó, có thể vượt sức chứa",
            en="recorded; this person's seat was given up since, the room may be over capacity",
        ),
    )
    UNKNOWN = "unknown", say(vi="mã hoặc đăng ký không có ở hội nghị này", en="no such code or registration here")
    REPLACED = "replaced", say(vi="mã đã được thay bằng mã khác", en="the code has been replaced by another")
    NO_SEAT = "no_seat", say(vi="người này không có chỗ vào lúc đó", en="this person had no seat then")
    FOREIGN_SITE = "foreign_site", say(vi="không phải địa điểm của hội nghị này", en="not a site of this conference")
    FUTURE = "future", say(vi="giờ quét ở sau giờ gửi", en="the time of the scan is after the upload")
    TOO_EARLY = "too_early", say(vi="giờ quét ở trước giờ mở cửa", en="the time of the scan is before the door opened")
    TOO_OLD = "too_old", say(vi="giờ quét quá xa trong quá khứ", en="the time of the scan is too long ago")


#: What is in the log.
LOGGED = (ScanOutcome.RECORDED, ScanOutcome.GIVEN_UP)


class Sheet(models.TextChoices):
    A6 = "a6", say(vi="mỗi thẻ một trang A6", en="a badge on an A6 page")
    A4 = "a4", say(vi="bốn thẻ một trang A4", en="four badges on an A4 page")
