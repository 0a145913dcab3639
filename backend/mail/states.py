"""What becomes of a mail that came in, and why; how letters to many go out."""

from enum import StrEnum
from typing import Self

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say


class InboundState(models.TextChoices):
    NEW = "new", say(vi="mới đến", en="new")
    TAKEN = "taken", say(vi="đã xử lý", en="taken")
    WAITING = "waiting", say(vi="chờ người xem", en="waiting for a human")
    IGNORED = "ignored", say(vi="bỏ qua", en="ignored")


#: By hand; a mail that was just received is settled by the reaction to it.
INBOUND_MOVES = Machine(assign=("waiting", "taken"), dismiss=("waiting", "ignored"))


class InboundVia(models.TextChoices):
    MAILBOX = "mailbox", say(vi="hộp thư", en="the mailbox")
    GATEWAY = "gateway", say(vi="cổng thư (HTTP)", en="a mail gateway over HTTP")


class InboundReason(models.TextChoices):
    """Its value, the state it leads to, and one sentence for whoever looks at the mail."""

    leads_to: InboundState

    def __new__(cls, value: str, leads_to: InboundState) -> Self:
        reason = str.__new__(cls, value)
        reason._value_, reason.leads_to = value, leads_to
        return reason

    NOT_LOOKED_AT = "not_looked_at", InboundState.NEW, say(vi="Chưa được xem.", en="Not looked at yet.")

    ANSWERED = "answered", InboundState.TAKEN, say(vi="Câu trả lời đã được ghi nhận.", en="The answer was recorded.")
    ASKED_AGAIN = (
        "asked_again",
        InboundState.TAKEN,
        say(
            vi="Trả lời cho thời gian hoặc địa điểm cũ; đã hỏi lại một lần.",
            en="Answers a former time or place; the invitee was asked again, once.",
        ),
    )
    PROPOSED_TIME = (
        "proposed_time",
        InboundState.TAKEN,
        say(vi="Đề nghị thời gian khác; chờ ban tổ chức.", en="Proposes another time; the organiser decides."),
    )
    PROPOSED_SUBSTITUTE = (
        "proposed_substitute",
        InboundState.TAKEN,
        say(vi="Đề nghị người dự thay; chờ ban tổ chức.", en="Proposes a substitute; the organiser decides."),
    )
    UNDELIVERABLE = (
        "undeliverable",
        InboundState.TAKEN,
        say(
            vi="Thư không đến được; địa chỉ tạm ngừng nhận thư.",
            en="A mail could not be delivered; nothing more is sent to its address.",
        ),
    )
    DELAYED = (
        "delayed",
        InboundState.TAKEN,
        say(
            vi="Thư đến chậm hoặc tạm thời chưa đến được; địa chỉ vẫn dùng.",
            en="A mail is late or could not be delivered for now; its address stays in use.",
        ),
    )
    ASSIGNED = "assigned", InboundState.TAKEN, say(vi="Được người xem ghi nhận.", en="A human recorded the answer.")

    AUTOMATIC = (
        "automatic",
        InboundState.IGNORED,
        say(vi="Thư trả lời tự động; không hồi đáp.", en="An automatic reply; never answered."),
    )
    RECEIPT = (
        "receipt",
        InboundState.IGNORED,
        say(vi="Giấy báo đã nhận hoặc đã đọc.", en="Tells that a mail arrived or was read."),
    )
    OWN = "own", InboundState.IGNORED, say(vi="Chính thư của hệ thống quay lại.", en="One of our own mails came back.")
    OVERTAKEN = (
        "overtaken",
        InboundState.IGNORED,
        say(vi="Đã có câu trả lời mới hơn.", en="A newer answer came before it."),
    )
    NO_ANSWER = (
        "no_answer",
        InboundState.IGNORED,
        say(vi="Người được mời chưa chọn câu trả lời.", en="The invitee chose no answer."),
    )
    CALLED_OFF = (
        "called_off",
        InboundState.IGNORED,
        say(
            vi="Hội nghị đã huỷ hoặc đang hoãn; người được mời đã được báo.",
            en="The conference is cancelled or postponed; the invitee was told.",
        ),
    )
    OVER = "over", InboundState.IGNORED, say(vi="Hội nghị đã bế mạc.", en="The conference is over.")
    DISMISSED = "dismissed", InboundState.IGNORED, say(vi="Được người xem bỏ qua.", en="A human dismissed it.")

    SENDER_DIFFERS = (
        "sender_differs",
        InboundState.WAITING,
        say(
            vi="Người gửi không phải là người được mời, và thư không có mã riêng của giấy mời.",
            en="The sender is not the invitee, and the mail carries no token of the invitation.",
        ),
    )
    SENDER_UNCLEAR = (
        "sender_unclear",
        InboundState.WAITING,
        say(vi="Không xác định được một người gửi duy nhất.", en="It does not have exactly one readable sender."),
    )
    ATTENDEE_DIFFERS = (
        "attendee_differs",
        InboundState.WAITING,
        say(
            vi="Thư có mã riêng của một giấy mời, nhưng lịch ghi câu trả lời của người khác.",
            en="The mail carries the token of one invitation, but the calendar says that somebody else answers.",
        ),
    )
    SEVERAL_INVITED = (
        "several_invited",
        InboundState.WAITING,
        say(
            vi="Nhiều người được mời chung địa chỉ này; không rõ ai trả lời.",
            en="Several people are invited at this address; it does not say who answers.",
        ),
    )
    NOT_INVITED = (
        "not_invited",
        InboundState.WAITING,
        say(vi="Địa chỉ trả lời không có trong danh sách mời.", en="Whoever answers was not invited by this address."),
    )
    UNKNOWN_MEETING = (
        "unknown_meeting",
        InboundState.WAITING,
        say(vi="Không phải cuộc họp nào đã mời người này.", en="No meeting this person was invited to."),
    )
    OTHER_OCCURRENCE = (
        "other_occurrence",
        InboundState.WAITING,
        say(vi="Trả lời cho một lần họp không tách riêng.", en="Answers an occurrence that has no invitation."),
    )
    WITHDRAWN = "withdrawn", InboundState.WAITING, say(vi="Giấy mời đã được rút.", en="The invitation was withdrawn.")
    INSIDE = (
        "inside",
        InboundState.WAITING,
        say(
            vi="Người được mời đã điểm danh vào và chưa ra; phải điểm danh ra trước.",
            en="The invitee is checked in, and not out again; they have to be checked out first.",
        ),
    )
    NAMELESS = (
        "nameless",
        InboundState.WAITING,
        say(vi="Giấy mời chưa có tên người dự.", en="The invitation does not name a person yet."),
    )
    OLD_AND_AUTOMATIC = (
        "old_and_automatic",
        InboundState.WAITING,
        say(
            vi="Chương trình trả lời tự động cho thời gian hoặc địa điểm cũ; không hồi đáp.",
            en="A program answered a former time or place by itself; it is not written to.",
        ),
    )
    INCOMPLETE_PROPOSAL = (
        "incomplete_proposal",
        InboundState.WAITING,
        say(vi="Đề nghị thiếu thời gian hoặc người dự thay.", en="A proposal without a time, or without a substitute."),
    )
    NO_CALENDAR = (
        "no_calendar",
        InboundState.WAITING,
        say(vi="Thư thường, không kèm trả lời lịch.", en="A letter without a calendar answer."),
    )
    BROKEN_CALENDAR = (
        "broken_calendar",
        InboundState.WAITING,
        say(vi="Không đọc được trả lời lịch.", en="The calendar answer cannot be read."),
    )
    UNKNOWN_BOUNCE = (
        "unknown_bounce",
        InboundState.WAITING,
        say(
            vi="Báo không đến được, nhưng không rõ thư nào của hệ thống.",
            en="Reports an undeliverable mail, but none that we sent.",
        ),
    )
    OTHER_ADDRESS = (
        "other_address",
        InboundState.WAITING,
        say(
            vi="Báo không đến được một địa chỉ khác với địa chỉ thư đã gửi tới.",
            en="Reports another address as undeliverable than the one our mail was sent to.",
        ),
    )
    TOO_LARGE = (
        "too_large",
        InboundState.WAITING,
        say(vi="Thư quá lớn; chỉ giữ phần đầu.", en="Too large; only its beginning is kept."),
    )
    UNREADABLE = "unreadable", InboundState.WAITING, say(vi="Không đọc được thư.", en="The mail cannot be read.")


#: The reasons of each state.
REASONS = {
    state: tuple(reason for reason in InboundReason if reason.leads_to == state)
    for state in (InboundState.NEW, InboundState.TAKEN, InboundState.IGNORED, InboundState.WAITING)
}


class BatchState(models.TextChoices):
    RUNNING = "running", say(vi="đang gửi", en="going out")
    PAUSED = "paused", say(vi="tạm dừng", en="paused")
    ABORTED = "aborted", say(vi="đã dừng hẳn", en="aborted")


BATCH_MOVES = Machine(
    pause=("running", "paused"), resume=("paused", "running"), abort=(("running", "paused"), "aborted")
)


class Lane(StrEnum):
    """Which mails wait behind which: letters of a batch behind each other, what concerns one person behind no batch."""

    URGENT = "urgent"
    BULK = "bulk"
