"""What is wrong with a file, a row or a cell. No sentence repeats a value: errors are read by more people than rows."""

from dataclasses import dataclass
from typing import Any

from backend.core.text import say


class Unreadable(Exception):
    """The file as a whole cannot be read; the sentence says why and what to do."""

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """What is wrong, or worth knowing, about one column of one row."""

    column: str
    reason: Any


NAME_MISSING = say(vi="Thiếu họ tên.", en="The name is missing.")
NAME_TOO_LONG = say(vi="Họ tên dài quá 120 ký tự.", en="The name has more than 120 characters.")
NAME_NOT_LETTERS = say(
    vi="Họ tên chỉ gồm chữ cái, dấu chấm, gạch nối và nháy đơn.",
    en="A name consists of letters, full stops, hyphens and apostrophes.",
)
OLD_FONT = say(
    vi="Chữ theo bảng mã cũ (TCVN3, VNI): hãy chuyển tệp sang Unicode.",
    en="The letters are of an old Vietnamese encoding (TCVN3, VNI): convert the file to Unicode.",
)
SPLIT_OFF = say(
    vi="Phần sau tên được ghi vào chức vụ.", en="What stands behind the name is taken as the office that is held."
)
FORMULA = say(
    vi="Ô là công thức chưa có giá trị: mở tệp bằng Excel rồi lưu lại, hoặc dán giá trị.",
    en="The cell is a formula without its value: open the file in Excel and save it, or paste values.",
)
FORMULA_FAILED = say(vi="Công thức trong ô bị lỗi.", en="The formula in the cell has failed.")
EMAIL_WRONG = say(vi="Không phải địa chỉ e-mail gửi thư được.", en="Not an e-mail address letters can be sent to.")
MORE_EMAILS = say(
    vi="Chỉ nhận hai địa chỉ đầu; địa chỉ thứ hai là dự phòng.",
    en="Only the first two addresses are taken; the second one is the alternate.",
)
PHONE_WRONG = say(vi="Không phải số điện thoại.", en="Not a telephone number.")
PHONE_OLD = say(vi="Số di động 11 chữ số không còn dùng từ năm 2018.", en="Mobile numbers of 11 digits ended in 2018.")
MORE_PHONES = say(vi="Chỉ nhận số đầu tiên.", en="Only the first number is taken.")
DATE_WRONG = say(vi="Không phải ngày, ví dụ 14/01/2021.", en="Not a date, as in 14/01/2021.")
LANGUAGE_WRONG = say(vi="Ngôn ngữ phải là vi hoặc en.", en="The language must be vi or en.")
HONORIFIC_WRONG = say(vi="Phải là ông hoặc bà (nam hoặc nữ).", en="Must be Mr or Ms (male or female).")
TOO_LONG = say(vi="Dài quá mức cho phép.", en="Longer than can be kept.")
OTHER_NAME_SAME_EMAIL = say(
    vi="Cùng địa chỉ e-mail với một dòng trên nhưng khác họ tên.",
    en="The same e-mail address as a row above, under another name.",
)


def damaged() -> Unreadable:
    return Unreadable(say(vi="Tệp bị hỏng, không đọc được.", en="The file is damaged and cannot be read."))


def unprintable(lost: str) -> Any:
    """About letters that badges and invitation letters have no shape for."""
    return say(
        vi="Thẻ và giấy mời không in được các chữ {lost}; từ có chữ ấy để trống.",
        en="Badges and letters cannot print {lost}; words with these letters are left blank.",
        lost=lost,
    )
