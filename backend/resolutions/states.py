"""The lives of resolutions, amendments and polls."""

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say


class ResolutionState(models.TextChoices):
    DRAFT = "draft", say(vi="dự thảo", en="draft")
    TABLED = "tabled", say(vi="đã trình", en="tabled")
    VOTING = "voting", say(vi="đang biểu quyết", en="put to the vote")
    ADOPTED = "adopted", say(vi="đã thông qua", en="adopted")
    REJECTED = "rejected", say(vi="không được thông qua", en="rejected")
    WITHDRAWN = "withdrawn", say(vi="đã rút", en="withdrawn")
    REFERRED = "referred", say(vi="đã chuyển xem xét", en="referred")
    ISSUED = "issued", say(vi="đã ban hành", en="issued")


#: The conference said yes.
ADOPTED_STATES = (ResolutionState.ADOPTED, ResolutionState.ISSUED)

RESOLUTION_MOVES = Machine(
    table=("draft", "tabled"),
    untable=("tabled", "draft"),
    put_to_vote=("tabled", "voting"),
    take_back_from_vote=("voting", "tabled"),
    adopt=({"tabled", "voting"}, "adopted"),
    reject=({"tabled", "voting"}, "rejected"),
    withdraw=({"draft", "tabled"}, "withdrawn"),
    refer=("tabled", "referred"),
    issue=("adopted", "issued"),
)


class TextSource(models.TextChoices):
    """How a version of a text came about."""

    WRITTEN = "written", say(vi="soạn thảo", en="written")
    MERGED = "merged", say(vi="hợp nhất sửa đổi", en="amendments merged")


class SupportBy(models.TextChoices):
    PEOPLE = "people", say(vi="người", en="people")
    ORGANISATIONS = "organisations", say(vi="đơn vị", en="organisations")


class BackingRole(models.TextChoices):
    SPONSOR = "sponsor", say(vi="đề xuất", en="sponsor")
    SUPPORTER = "supporter", say(vi="ủng hộ", en="supporter")


class AmendmentKind(models.TextChoices):
    """What an amendment does to a clause."""

    REPLACE = "replace", say(vi="thay thế", en="replace")
    INSERT_BEFORE = "insert_before", say(vi="bổ sung phía trước", en="insert before")
    INSERT_AFTER = "insert_after", say(vi="bổ sung phía sau", en="insert after")
    DELETE = "delete", say(vi="bãi bỏ", en="delete")


class AmendmentState(models.TextChoices):
    DRAFT = "draft", say(vi="dự thảo", en="draft")
    SUBMITTED = "submitted", say(vi="đã trình", en="submitted")
    ACCEPTED = "accepted", say(vi="được bên trình tiếp thu", en="accepted by the movers")
    ADOPTED = "adopted", say(vi="đã thông qua", en="adopted")
    REJECTED = "rejected", say(vi="không được thông qua", en="rejected")
    WITHDRAWN = "withdrawn", say(vi="đã rút", en="withdrawn")
    FALLEN = "fallen", say(vi="không còn đối tượng", en="fallen")


AMENDMENT_MOVES = Machine(
    submit=("draft", "submitted"),
    accept=("submitted", "accepted"),
    adopt=("submitted", "adopted"),
    reject=("submitted", "rejected"),
    withdraw=({"draft", "submitted"}, "withdrawn"),
    fall=("submitted", "fallen"),
)
#: What becomes part of the text.
CARRIED = (AmendmentState.ACCEPTED, AmendmentState.ADOPTED)


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
    annul=({"open", "sealed", "counted"}, "annulled"),
)


class ElectionState(models.TextChoices):
    DRAFT = "draft", say(vi="đang chuẩn bị", en="being prepared")
    OPEN = "open", say(vi="đang bầu", en="open")
    DECIDED = "decided", say(vi="đã có kết quả", en="decided")
    ABANDONED = "abandoned", say(vi="không bầu nữa", en="abandoned")


ELECTION_MOVES = Machine(
    open=("draft", "open"),
    decide=("open", "decided"),
    abandon=({"draft", "open"}, "abandoned"),
)


class Secrecy(models.TextChoices):
    NAMED = "named", say(vi="công khai, ghi tên", en="named")
    SECRET = "secret", say(vi="bỏ phiếu kín", en="secret")


class Channel(models.TextChoices):
    """How votes reach a poll. Those on paper and by hands are counted by tellers."""

    DEVICES = "devices", say(vi="bằng thiết bị", en="on devices")
    PAPER = "paper", say(vi="bằng phiếu giấy", en="on paper")
    HANDS = "hands", say(vi="giơ tay", en="by show of hands")


#: What tellers count, each of two entering what they found.
BY_TELLERS = (Channel.PAPER, Channel.HANDS)


class ReceiptKind(models.TextChoices):
    """What a voter may keep, from the least to the most; a tracker lets its owner prove the choice to others."""

    NONE = "none", say(vi="không có biên nhận", en="no receipt")
    INCLUSION = "inclusion", say(vi="chứng minh phiếu đã vào hòm", en="proves that the ballot is in the urn")
    TRACKER = "tracker", say(vi="có mã dò phiếu", en="with a tracker that finds the opened ballot")


class QuorumBase(models.TextChoices):
    MEMBERS = "members", say(vi="tổng số thành viên", en="all members")
    SUMMONED = "summoned", say(vi="số người được triệu tập", en="those summoned")


class Choice(models.TextChoices):
    YES = "yes", say(vi="tán thành", en="yes")
    NO = "no", say(vi="không tán thành", en="no")
    ABSTAIN = "abstain", say(vi="ý kiến khác", en="abstain")
