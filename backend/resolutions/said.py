"""How what became of a resolution is said, in the minutes and wherever else it is told."""

from backend.core.text import Text
from backend.resolutions.models import Amendment, Resolution
from backend.resolutions.states import AmendmentKind, AmendmentState
from backend.resolutions.wording import Wording, label


def consensus(resolution: Resolution) -> Text:
    """Who asked for objections, and that there was none; {} where it was not adopted by consensus."""
    if not resolution.by_consensus or resolution.chaired_by is None:
        return {}
    name = resolution.chaired_by.full_name
    return {
        "vi": f"Chủ trì {name} đã hỏi, không có ý kiến phản đối; hội nghị thống nhất thông qua, không kiểm đếm.",
        "en": f"{name}, in the chair, asked for objections and none was raised; it was adopted by consensus, without a"
        " count.",
    }


def referral(resolution: Resolution) -> Text:
    """To whom it went and why; {} where it was not referred. English only where both are on record in it."""
    to, why = resolution.referred_to, resolution.referred_why
    if not to:
        return {}
    told = {"vi": f"Chuyển {to['vi']} xem xét. Lý do: {why['vi']}"}
    if to.get("en") and why.get("en"):
        told["en"] = f"Referred to {to['en']}. Reason: {why['en']}"
    return told


_DOES = {
    AmendmentKind.REPLACE: {"vi": "thay thế {where}", "en": "replaces {where}"},
    AmendmentKind.INSERT_BEFORE: {"vi": "bổ sung vào trước {where}", "en": "inserts before {where}"},
    AmendmentKind.INSERT_AFTER: {"vi": "bổ sung vào sau {where}", "en": "inserts after {where}"},
    AmendmentKind.DELETE: {"vi": "bãi bỏ {where}", "en": "deletes {where}"},
}


def what_it_does(amendment: Amendment, wording: Wording) -> Text:
    """thay thế khoản 2 Điều 1, by the numbers of that text; without the place where the text has no such clause."""
    place = wording.place(amendment.target)
    where = label(place) if place else {"vi": "một đoạn", "en": "a clause"}
    return {code: said.format(where=where[code]) for code, said in _DOES[AmendmentKind(amendment.kind)].items()}


_BECAME = {
    AmendmentState.SUBMITTED: {"vi": "chưa quyết định", "en": "not decided"},
    AmendmentState.ACCEPTED: {"vi": "được bên trình tiếp thu", "en": "accepted by the movers of the text"},
    AmendmentState.ADOPTED: {"vi": "được thông qua", "en": "adopted"},
    AmendmentState.REJECTED: {"vi": "không được thông qua", "en": "not adopted"},
    AmendmentState.WITHDRAWN: {"vi": "được rút", "en": "withdrawn"},
    AmendmentState.FALLEN: {"vi": "không còn đối tượng", "en": "fell, having lost its object"},
}


def amendment_said(amendment: Amendment, wording: Wording) -> Text:
    """Sửa đổi số 3 (thay thế khoản 2 Điều 1): được thông qua. `wording` is the text it was moved to."""
    does, became = what_it_does(amendment, wording), _BECAME[AmendmentState(amendment.state)]
    return {
        "vi": f"Sửa đổi số {amendment.number} ({does['vi']}): {became['vi']}.",
        "en": f"Amendment {amendment.number} ({does['en']}): {became['en']}.",
    }
