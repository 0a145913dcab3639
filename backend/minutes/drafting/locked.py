"""Locked blocks: what follows from the counted record, in its own words. Nobody rewords them; the record is corrected
where it is kept, and the minutes are drawn from it again."""

from typing import Any

from backend.core.text import say
from backend.minutes.drafting.blocks import Block

#: Where the record behind a locked block is corrected, by the kind of its first source.
_CORRECTED: dict[str, tuple[str, str]] = {
    "poll": (
        "Kết quả biểu quyết ghi tại /api/v1/polls/{id}; chủ trì chỉ huỷ được (POST /api/v1/polls/{id}/annul) khi chưa công"
        " bố; đã công bố thì chỉ thay được bằng một quyết định khác.",
        "The result is on record at /api/v1/polls/{id}; a chair can only annul it (POST /api/v1/polls/{id}/annul), as long"
        " as it is not declared; then only another decision changes it.",
    ),
    "resolution": (
        "Nghị quyết và trạng thái của nó ghi tại /api/v1/resolutions/{id}; chỉ sửa được ở đó khi chưa biểu quyết.",
        "The resolution and its state are on record at /api/v1/resolutions/{id}, and corrected there before it is voted on.",
    ),
    "election": (
        "Cuộc bầu cử và kết quả của nó ghi tại /api/v1/elections/{id}; chỉ sửa được ở đó khi chưa bỏ phiếu.",
        "The election and whom it elected are on record at /api/v1/elections/{id}, and corrected there before it is open.",
    ),
    "presence-log": (
        "Số người có mặt đếm từ nhật ký ra vào (/api/v1/presences), chỉ ghi thêm bằng điểm danh khi hội nghị chưa bế mạc.",
        "Attendance is counted from the in/out log (/api/v1/presences), which only check-ins add to until the conference is"
        " closed.",
    ),
    "conference": (
        "Số người dự sửa ở hội nghị: PATCH /api/v1/conferences/{id} (attended).",
        "Attendance is corrected at the conference: PATCH /api/v1/conferences/{id} (attended).",
    ),
    "agenda_item": (
        "Nội dung hạn chế được đánh dấu ở chương trình: /api/v1/agenda-items/{id} (confidentiality).",
        "That the item is restricted is said in the agenda: /api/v1/agenda-items/{id} (confidentiality).",
    ),
    "site": (
        "Địa điểm và số người dự tại đó sửa ở /api/v1/sites/{id}.",
        "The site and its attendance are corrected at /api/v1/sites/{id}.",
    ),
}


def is_locked(block: Block) -> bool:
    return block.get("locked", False)


def where_corrected(block: Block) -> Any:
    """Why the block cannot be reworded, and where the record behind it is corrected."""
    kind, _, row = block["sources"][0].partition(":")
    vi, en = _CORRECTED[kind]
    return say(
        vi="Đoạn này theo đúng hồ sơ, không sửa lời, không bỏ được. "
        + vi
        + " Sửa xong hãy lập lại biên bản (regenerate); điều cần nói thêm thì ghi thành đoạn riêng (added).",
        en="This block says what the record says; it cannot be reworded or removed. "
        + en
        + " Then draw the minutes again (regenerate); what is to be said besides goes into a passage of its own (added).",
        id=row.split("/")[0],
    )


def overtaken(stored: list[Block], fresh: list[Block]) -> list[str]:
    """The ids of locked blocks that are not what the record says now, or stand in another order; [] when all do."""
    was, now = ([(block["id"], block["text"]) for block in blocks if is_locked(block)] for blocks in (stored, fresh))
    if was == now:
        return []
    different = [name for name, text in [*was, *now] if (name, text) not in was or (name, text) not in now]
    return list(dict.fromkeys(different or [name for name, _ in now]))
