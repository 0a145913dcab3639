"""How an office is said together with the body it belongs to."""

from backend.core.text import Text
from backend.core.vietnamese import fold


def office_said(office: Text, body: Text) -> Text:
    """Vụ trưởng + Vụ Đo lường; what both share is said once: Chánh Văn phòng + Văn phòng Tổng cục is Chánh Văn phòng
    Tổng cục, and Giám đốc Sở Y tế + Sở Y tế stays as it is. In English only when both are known in it."""
    if not office or not body or contains(office, body):
        return office or body
    said, named = office.get("vi", "").split(), body.get("vi", "").split()
    shared = next(
        (n for n in range(min(len(said), len(named)), 0, -1) if fold(" ".join(said[-n:])) == fold(" ".join(named[:n]))),
        0,
    )
    joined = {"vi": " ".join(said[: len(said) - shared] + named)}
    if office.get("en") and body.get("en"):
        joined["en"] = f"{office['en']}, {body['en']}"
    return joined


def contains(text: Text, part: Text) -> bool:
    """Whether the Vietnamese of `part` is said in that of `text`, however accented."""
    return bool(part.get("vi")) and fold(part["vi"]) in fold(text.get("vi", ""))
