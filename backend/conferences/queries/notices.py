"""What a conference tells about pictures and recordings."""

from uuid import UUID

from backend.conferences.models import PhotoNotice
from backend.core.text import Text

#: Told where nobody wrote anything else.
STANDARD: Text = {
    "vi": "Tại hội nghị có chụp ảnh, ghi âm, ghi hình để đưa tin và lưu hồ sơ (Điều 32 Luật Bảo vệ dữ liệu cá nhân số"
    " 91/2025/QH15). Hình ảnh, âm thanh chỉ dùng cho các việc ấy và chỉ giữ trong thời gian cần thiết. Ai không muốn"
    " xuất hiện, hoặc muốn gỡ một tấm ảnh đã đăng, xin báo cho ban tổ chức.",
    "en": "Photographs, sound and video are recorded at the conference for reporting and for its record (Article 32, Law"
    " No. 91/2025/QH15 on personal data protection). They are used for nothing else and kept no longer than needed. If"
    " you do not wish to appear, or wish a published photograph to be taken down, please tell the organisers.",
}


def photo_notice(conference_id: UUID) -> PhotoNotice:
    """What holds now: the last version, or the standard one, not stored yet, where nothing was decided or shown."""
    last = PhotoNotice.objects.filter(conference_id=conference_id).order_by("-version").first()
    return last or PhotoNotice(conference_id=conference_id, version=1, recorded=True, text=STANDARD)
