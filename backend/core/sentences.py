"""Vietnamese for what the framework says in English only: Django REST framework's own refusals have no Vietnamese."""

import re

from backend.core.text import current_language

#: As the framework says it → as we say it; {places} carry over.
SAID = {
    "This field is required.": "Bắt buộc phải có.",
    "This field may not be null.": "Không được để null.",
    "This field may not be blank.": "Không được để trống.",
    "Must be a valid boolean.": "Phải là true hoặc false.",
    "Not a valid string.": "Phải là một chuỗi ký tự.",
    "Ensure this field has no more than {n} characters.": "Nhiều nhất {n} ký tự.",
    "Ensure this field has at least {n} characters.": "Ít nhất {n} ký tự.",
    "This value does not match the required pattern.": "Không đúng mẫu quy định.",
    'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.': (
        "Chỉ gồm chữ cái không dấu, chữ số, gạch dưới và gạch nối."
    ),
    "Must be a valid UUID.": "Phải là một UUID.",
    "A valid integer is required.": "Phải là số nguyên.",
    "A valid number is required.": "Phải là một số.",
    "Ensure this value is less than or equal to {n}.": "Không được lớn hơn {n}.",
    "Ensure this value is greater than or equal to {n}.": "Không được nhỏ hơn {n}.",
    "String value too large.": "Số quá dài.",
    "Integer value too large to convert to float": "Số quá lớn.",
    "Date has wrong format. Use one of these formats instead: {form}.": "Ngày phải viết theo dạng {form}.",
    "Datetime has wrong format. Use one of these formats instead: {form}.": "Ngày giờ phải viết theo dạng {form}.",
    "Time has wrong format. Use one of these formats instead: {form}.": "Giờ phải viết theo dạng {form}.",
    "Duration has wrong format. Use one of these formats instead: {form}.": "Khoảng thời gian phải viết theo dạng {form}.",
    "The number of days must be between {low} and {high}.": "Số ngày phải từ {low} đến {high}.",
    "Expected a datetime but got a date.": "Cần cả ngày và giờ.",
    "Expected a date but got a datetime.": "Chỉ cần ngày, không kèm giờ.",
    'Invalid datetime for the timezone "{zone}".': "Thời điểm này không có trong múi giờ {zone}.",
    "Datetime value out of range.": "Thời điểm ngoài phạm vi cho phép.",
    '"{given}" is not a valid choice.': "“{given}” không nằm trong các giá trị được chọn.",
    'Expected a list of items but got type "{kind}".': "Phải là một danh sách, không phải {kind}.",
    'Expected a dictionary of items but got type "{kind}".': "Phải là một đối tượng JSON, không phải {kind}.",
    "This selection may not be empty.": "Phải chọn ít nhất một.",
    "This list may not be empty.": "Danh sách không được rỗng.",
    "This dictionary may not be empty.": "Đối tượng không được rỗng.",
    "Ensure this field has at least {n} elements.": "Ít nhất {n} mục.",
    "Ensure this field has no more than {n} elements.": "Nhiều nhất {n} mục.",
    'Invalid pk "{given}" - object does not exist.': "Không có bản ghi nào mang mã {given}.",
    "Incorrect type. Expected pk value, received {kind}.": "Phải là mã của một bản ghi, không phải {kind}.",
    "Invalid data. Expected a dictionary, but got {kind}.": "Phải là một đối tượng JSON, không phải {kind}.",
    "No data provided": "Không có dữ liệu.",
    "Enter a valid domain name.": "Phải là một tên miền.",
    "Null characters are not allowed.": "Không được có ký tự NUL.",
    "Malformed request.": "Yêu cầu không đọc được.",
    'Unsupported media type "{kind}" in request.': "Không nhận dữ liệu dạng “{kind}”.",
}
_PATTERNS = [
    (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(english)), re.DOTALL), vietnamese)
    for english, vietnamese in SAID.items()
]


def in_the_callers_language(sentence: str) -> str:
    """The framework's sentence in Vietnamese where the caller speaks it; whatever else is said stays as it is."""
    if current_language() == "vi":
        for pattern, vietnamese in _PATTERNS:
            if found := pattern.fullmatch(sentence):
                return vietnamese.format(**found.groupdict())
    return sentence
