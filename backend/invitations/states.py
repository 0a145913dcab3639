"""An invitation's life."""

from django.db import models

from backend.conferences.states import Category as Category
from backend.core.machine import Machine
from backend.core.text import say


class InvitationState(models.TextChoices):
    DRAFT = "draft", say(vi="chưa gửi", en="not sent")
    SENT = "sent", say(vi="đã gửi", en="sent")
    ACCEPTED = "accepted", say(vi="nhận lời", en="accepted")
    DECLINED = "declined", say(vi="từ chối", en="declined")
    TENTATIVE = "tentative", say(vi="chưa chắc", en="tentative")
    WITHDRAWN = "withdrawn", say(vi="đã rút", en="withdrawn")


#: `answer` leads to whatever was answered; "accepted" stands here for all three.
MOVES = Machine(
    send=("draft", "sent"),
    resend=({"draft", "sent", "accepted", "declined", "tentative"}, "sent"),
    answer=({"draft", "sent", "accepted", "declined", "tentative"}, "accepted"),
    withdraw=({"draft", "sent", "accepted", "declined", "tentative"}, "withdrawn"),
)


class FailureKind(models.TextChoices):
    """Why a letter did not reach whom it was for."""

    UNWRITABLE = (
        "unwritable",
        say(
            vi="Không viết được thư đúng như đã định, nên không gửi.",
            en="No correct letter could be made, so none was sent.",
        ),
    )
    REFUSED = "refused", say(vi="Máy chủ thư bên nhận từ chối.", en="The other mail server refused it.")
    RETURNED = "returned", say(vi="Thư bị trả lại.", en="The letter came back as undeliverable.")


class Answer(models.TextChoices):
    ACCEPTED = "accepted", say(vi="nhận lời", en="accept")
    DECLINED = "declined", say(vi="từ chối", en="decline")
    TENTATIVE = "tentative", say(vi="chưa chắc", en="tentative")


class ReplyVia(models.TextChoices):
    LINK = "link", say(vi="qua liên kết", en="by the link")
    API = "api", say(vi="qua API", en="through the API")
    STAFF = "staff", say(vi="ban tổ chức ghi", en="recorded by the organiser")
    MAIL = "mail", say(vi="qua thư trả lời", en="by mail")
    ORAL = "oral", say(vi="bằng lời", en="by word of mouth")
    PAPER = "paper", say(vi="bằng giấy", en="on paper")


#: How an answer came that the organiser records for the invitee.
BY_HAND = (ReplyVia.STAFF, ReplyVia.ORAL, ReplyVia.PAPER)


class ReminderKind(models.TextChoices):
    """What a reminder counts down to."""

    START = "start", say(vi="giờ khai mạc", en="the start")
    REPLY_BY = "reply_by", say(vi="hạn trả lời", en="the deadline for answers")


class ProposalKind(models.TextChoices):
    TIME = "time", say(vi="thời gian khác", en="another time")
    SUBSTITUTE = "substitute", say(vi="người dự thay", en="a substitute")


class Substitutes(models.TextChoices):
    """Whether those on a list may send somebody else in their place."""

    APPROVED = "approved", say(vi="ban tổ chức duyệt", en="when the organiser agrees")
    FREE = "free", say(vi="không cần duyệt", en="without asking")
    NONE = "none", say(vi="không được cử", en="never")


class LetterDelivery(models.TextChoices):
    """How the invitation letter comes with the mail."""

    ATTACHED = "attached", say(vi="kèm thư", en="attached")
    LINKED = "linked", say(vi="qua liên kết", en="by a link")
    NONE = "none", say(vi="không gửi theo thư", en="not with the mail")


class Authority(models.TextChoices):
    """Quyền hạn: whether the signer signs as who they are, or for somebody else (decree 30/2020, annex I)."""

    OWN = "", say(vi="ký theo chức vụ", en="in their own office")
    TM = "tm", say(vi="TM.", en="on behalf of")
    Q = "q", say(vi="Q.", en="acting")
    KT = "kt", say(vi="KT.", en="for")
    TL = "tl", say(vi="TL.", en="by order of")
    TUQ = "tuq", say(vi="TUQ.", en="by authority of")


#: Those who sign so say for whom.
FOR_SOMEBODY = (Authority.TM, Authority.KT, Authority.TL, Authority.TUQ)


class ProposalState(models.TextChoices):
    OPEN = "open", say(vi="chờ ban tổ chức", en="waiting for the organiser")
    DECLINED = "declined", say(vi="không nhận", en="declined")
    TAKEN_OVER = "taken_over", say(vi="đã nhận", en="taken over")


PROPOSAL_MOVES = Machine(decline=("open", "declined"), take_over=("open", "taken_over"))
