"""How what became of a resolution is said, in the minutes and wherever else it is told."""

from backend.core.text import Text
from backend.resolutions.models import Resolution


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
