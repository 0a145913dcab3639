"""The lives of a conference, an agenda item and a paper, and the vocabularies of the record."""

from django.db import models

from backend.core.machine import Machine
from backend.core.text import say


class ConferenceState(models.TextChoices):
    DRAFT = "draft", say(vi="dự thảo", en="draft")
    ANNOUNCED = "announced", say(vi="đã công bố", en="announced")
    RUNNING = "running", say(vi="đang họp", en="running")
    CLOSED = "closed", say(vi="đã bế mạc", en="closed")
    ARCHIVED = "archived", say(vi="đã lưu hồ sơ", en="archived")
    POSTPONED = "postponed", say(vi="hoãn", en="postponed")
    CANCELLED = "cancelled", say(vi="huỷ", en="cancelled")


#: States in which people expect a conference, and hear of what changes.
EXPECTED = frozenset({ConferenceState.ANNOUNCED, ConferenceState.RUNNING})
#: States in which it is still to come, or going on.
AHEAD = frozenset({ConferenceState.DRAFT, *EXPECTED})
#: States in which it was held, and what it was is a matter of record.
OVER = frozenset({ConferenceState.CLOSED, ConferenceState.ARCHIVED})
#: States in which nobody need come: rooms and equipment are given back, and nobody's time is taken.
CALLED_OFF = frozenset({ConferenceState.POSTPONED, ConferenceState.CANCELLED})

MOVES = Machine(
    announce=({"draft", "postponed"}, "announced"),
    start=("announced", "running"),
    close=("running", "closed"),
    archive=("closed", "archived"),
    postpone=({"announced"}, "postponed"),
    cancel=({"draft", "announced", "postponed"}, "cancelled"),
    reopen=("cancelled", "draft"),
)


class CallingOff(models.TextChoices):
    """As what people were told that a conference does not take place."""

    NOT = "", ""
    POSTPONED = "postponed", say(vi="hoãn", en="postponed")
    CANCELLED = "cancelled", say(vi="huỷ", en="cancelled")


class Kind(models.TextChoices):
    CONFERENCE = "conference", say(vi="hội nghị", en="conference")
    REVIEW = "review", say(vi="hội nghị tổng kết", en="review conference")
    REPORT = "report", say(vi="hội nghị báo cáo, đánh giá", en="report and evaluation conference")
    WORKSHOP = "workshop", say(vi="hội thảo", en="workshop")
    MEETING = "meeting", say(vi="cuộc họp", en="meeting")
    PARTY_MEETING = "party_meeting", say(vi="họp Đảng ủy", en="Party Committee meeting")
    STUDY = "study", say(vi="học tập, tập huấn", en="study session")


class DayPart(models.TextChoices):
    WHOLE = "", say(vi="", en="")
    MORNING = "morning", say(vi="sáng", en="morning")
    AFTERNOON = "afternoon", say(vi="chiều", en="afternoon")
    EVENING = "evening", say(vi="tối", en="evening")


class Category(models.TextChoices):
    """As what somebody comes."""

    STAFF = "staff", say(vi="viên chức, người lao động của đơn vị chủ trì", en="staff of the host")
    DELEGATE = "delegate", say(vi="đại biểu", en="delegate")
    GUEST = "guest", say(vi="khách mời", en="guest")


class Confidentiality(models.TextChoices):
    PUBLIC = "public", say(vi="công khai", en="public")
    INTERNAL = "internal", say(vi="nội bộ", en="internal")
    RESTRICTED = "restricted", say(vi="hạn chế", en="restricted")


class Phase(models.TextChoices):
    OPENING = "opening", say(vi="Khai mạc", en="Opening")
    REPORT = "report", say(vi="Báo cáo", en="Report")
    PAPER = "paper", say(vi="Tham luận", en="Papers")
    DISCUSSION = "discussion", say(vi="Thảo luận, hỏi đáp", en="Discussion")
    DIRECTION = "direction", say(vi="Phát biểu chỉ đạo", en="Directive speech")
    REPLY = "reply", say(vi="Đáp từ", en="Reply")
    VOTE = "vote", say(vi="Biểu quyết", en="Vote")
    CLOSING = "closing", say(vi="Kết luận, bế mạc", en="Conclusion and closing")


class ItemKind(models.TextChoices):
    ITEM = "item", say(vi="nội dung", en="item")
    SESSION = "session", say(vi="phiên", en="session")
    BREAK = "break", say(vi="giải lao", en="break")


class ItemState(models.TextChoices):
    PLANNED = "planned", say(vi="theo kế hoạch", en="planned")
    POSTPONED = "postponed", say(vi="hoãn", en="postponed")
    CANCELLED = "cancelled", say(vi="huỷ", en="cancelled")


ITEM_MOVES = Machine(
    postpone=("planned", "postponed"),
    cancel=({"planned", "postponed"}, "cancelled"),
    reopen=({"postponed", "cancelled"}, "planned"),
)


class ChangeKind(models.TextChoices):
    """What became of an agenda item between two programmes, in the order a changelog tells it."""

    CANCELLED = "cancelled", say(vi="Huỷ", en="Cancelled")
    POSTPONED = "postponed", say(vi="Hoãn", en="Postponed")
    REOPENED = "reopened", say(vi="Trở lại theo kế hoạch", en="Planned again")
    MOVED = "moved", say(vi="Thời gian", en="Time")
    RELOCATED = "relocated", say(vi="Địa điểm", en="Rooms")
    ADDED = "added", say(vi="Thêm", en="Added")
    REMOVED = "removed", say(vi="Bỏ", en="Removed")
    DRAWN = "drawn", say(vi="Đưa vào chương trình từ phần dự phòng", en="Drawn from reserve")
    RESERVED = "reserved", say(vi="Để dự phòng", en="Kept in reserve")
    SPEAKERS = "speakers", say(vi="Người phát biểu", en="Speakers")
    CHAIRS = "chairs", say(vi="Chủ trì phiên", en="Session chairs")
    RETITLED = "retitled", say(vi="Tên gọi", en="Titles")
    REWORDED = "reworded", say(vi="Nội dung ghi", en="Wording")
    PLACED = "placed", say(vi="Thứ tự", en="Order")
    CONFIDENTIALITY = "confidentiality", say(vi="Phạm vi phổ biến", en="Confidentiality")


class PaperState(models.TextChoices):
    REQUESTED = "requested", say(vi="đã đề nghị", en="requested")
    HANDED_IN = "handed_in", say(vi="đã nộp", en="handed in")
    RETURNED = "returned", say(vi="trả lại để sửa", en="returned for changes")
    ACCEPTED = "accepted", say(vi="đã nhận", en="accepted")
    WITHDRAWN = "withdrawn", say(vi="đã rút", en="withdrawn")


PAPER_MOVES = Machine(
    hand_in=({"requested", "handed_in", "returned"}, "handed_in"),
    send_back=("handed_in", "returned"),
    accept=("handed_in", "accepted"),
    withdraw=({"requested", "handed_in", "returned"}, "withdrawn"),
    request=("withdrawn", "requested"),
)


class OrganiserRole(models.TextChoices):
    LEAD = "lead", say(vi="chủ trì", en="lead organiser")
    CO = "co", say(vi="phối hợp", en="co-organiser")


class DutyKind(models.TextChoices):
    CHAIR = "chair", say(vi="chủ trì", en="chair")
    PANEL = "panel", say(vi="chủ trì phiên", en="session panel")
    SECRETARY = "secretary", say(vi="thư ký", en="secretary")
    TELLER = "teller", say(vi="kiểm phiếu", en="teller")
    GUEST = "guest", say(vi="khách mời", en="guest")
    CONSULTANT = "consultant", say(vi="đơn vị tư vấn", en="consultant")


class SpeechKind(models.TextChoices):
    OPENING = "opening", say(vi="phát biểu khai mạc", en="opening speech")
    REPORT = "report", say(vi="báo cáo", en="report")
    PAPER = "paper", say(vi="tham luận", en="paper")
    REMARK = "remark", say(vi="trao đổi", en="remark")
    DIRECTION = "direction", say(vi="phát biểu chỉ đạo", en="directive speech")
    REPLY = "reply", say(vi="đáp từ", en="reply")
    CONCLUSION = "conclusion", say(vi="kết luận", en="conclusion")


class ClashPolicy(models.TextChoices):
    """What happens when somebody, or a portable piece of equipment, would be in two places at once."""

    WARN = "warn", say(vi="cảnh báo", en="warn")
    REFUSE = "refuse", say(vi="từ chối", en="refuse")


class Equipment(models.TextChoices):
    """The house list: what a room may have built in, and what a venue may carry from room to room."""

    PROJECTOR = "projector", say(vi="máy chiếu", en="projector")
    SCREEN = "screen", say(vi="màn hình", en="screen")
    MICROPHONE = "microphone", say(vi="micrô", en="microphone")
    LOUDSPEAKERS = "loudspeakers", say(vi="loa", en="loudspeakers")
    VIDEO_LINK = "video_link", say(vi="thiết bị họp trực tuyến", en="video link")
    RECORDER = "recorder", say(vi="máy ghi âm, ghi hình", en="recorder")
    INTERPRETING = "interpreting", say(vi="thiết bị phiên dịch", en="interpreting equipment")
    VOTING = "voting", say(vi="thiết bị biểu quyết", en="voting devices")
    COMPUTER = "computer", say(vi="máy tính", en="computer")
    PRINTER = "printer", say(vi="máy in", en="printer")
    WHITEBOARD = "whiteboard", say(vi="bảng viết", en="whiteboard")
    LECTERN = "lectern", say(vi="bục phát biểu", en="lectern")
    STAGE = "stage", say(vi="sân khấu", en="stage")
    STEP_FREE = "step_free", say(vi="lối vào không bậc", en="step-free access")


class Outcome(models.TextChoices):
    """What an edit of a series, or its clock, does to one occurrence."""

    CREATED = "created", say(vi="được lập", en="created")
    MOVED = "moved", say(vi="đổi giờ, địa điểm", en="moved")
    EDITED = "edited", say(vi="được sửa", en="edited")
    KEPT = "kept", say(vi="giữ nguyên vì đã sửa riêng", en="kept as it was set by hand")
    REMOVED = "removed", say(vi="được bỏ, chưa ai biết", en="removed, nobody knew of it")
    CALLED_OFF = "called_off", say(vi="bị huỷ", en="called off")
    REVIVED = "revived", say(vi="được lập lại", en="planned again")
    FAILED = "failed", say(vi="không lập được", en="could not be created")


class ClonePart(models.TextChoices):
    """What of a conference a clone, or a template made of it, may have."""

    CO_ORGANISERS = "co_organisers", say(vi="đơn vị phối hợp", en="co-organisers")
    SITES = "sites", say(vi="địa điểm, phòng", en="sites and rooms")
    AGENDA = "agenda", say(vi="chương trình", en="agenda")
    DUTIES = "duties", say(vi="phân công", en="duties")
    SPEAKERS = "speakers", say(vi="diễn giả", en="planned speakers")
    TOPICS = "topics", say(vi="chủ đề", en="topics")
    LEGAL_BASIS = "legal_basis", say(vi="căn cứ pháp lý", en="legal basis")
    PERIODS = "periods", say(vi="kỳ tổng kết, kỳ kế hoạch", en="periods reviewed and planned")
    CAPACITY = "capacity", say(vi="số chỗ, số dự kiến", en="seats and expected number")
    NOTE = "note", say(vi="ghi chú", en="note")


class NoticePlace(models.TextChoices):
    """Where people are told about pictures and recordings."""

    LETTER = "letter", say(vi="trong giấy mời", en="in the invitation")
    PAGE = "page", say(vi="trên trang trả lời", en="on the reply page")
    DOOR = "door", say(vi="khi điểm danh", en="at check-in")
