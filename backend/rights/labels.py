"""What the members of a person's copy are called, for those who read it rather than a program."""

from typing import Any

from backend.core.text import say

#: What a row is, by its `type`.
TYPES: dict[str, Any] = {
    "person": say(vi="Thông tin cá nhân", en="Personal details"),
    "position": say(vi="Chức vụ", en="Office held"),
    "account": say(vi="Tài khoản", en="Account"),
    "role": say(vi="Vai trò", en="Role"),
    "token": say(vi="Khoá cho chương trình", en="Program's key"),
    "letter_sent": say(vi="Thư gửi đi", en="Letter sent"),
    "letter_received": say(vi="Thư nhận được", en="Letter received"),
    "undeliverable_address": say(vi="Địa chỉ không nhận được thư", en="Address that letters do not reach"),
    "kept_answer": say(vi="Câu trả lời giữ tạm", en="Answer kept for repeats"),
    "invitation": say(vi="Giấy mời", en="Invitation"),
    "reply": say(vi="Trả lời giấy mời", en="Answer to an invitation"),
    "reminder": say(vi="Thư nhắc", en="Reminder"),
    "proposal": say(vi="Đề nghị khi trả lời", en="Proposal made with an answer"),
    "registration": say(vi="Đăng ký dự", en="Registration"),
    "presence": say(vi="Vào, ra", en="Coming and going"),
    "duty": say(vi="Việc được giao", en="Part in a conference"),
    "standing_duty": say(vi="Việc thường kỳ", en="Standing part"),
    "planned_speech": say(vi="Phát biểu dự kiến", en="Planned speech"),
    "paper": say(vi="Tham luận", en="Paper"),
    "speech": say(vi="Phát biểu", en="Speech"),
    "document": say(vi="Văn bản có nêu tên", en="Document with the name"),
    "focal_point": say(vi="Đầu mối của đơn vị", en="Focal point of a unit"),
    "named_by_unit": say(vi="Được đơn vị cử", en="Named by a unit"),
    "row_of_a_list": say(vi="Dòng trong danh sách đơn vị gửi", en="Row of a list sent by a unit"),
    "calendar_link": say(vi="Liên kết lịch", en="Calendar link"),
    "vote": say(vi="Biểu quyết", en="Vote"),
    "named_in_minutes": say(vi="Có tên trong biên bản", en="Named in minutes"),
    "named_in_article": say(vi="Có tên trong tin bài", en="Named in an article"),
    "data_request": say(vi="Yêu cầu về dữ liệu", en="Request about data"),
    "data_request_entry": say(vi="Diễn biến yêu cầu", en="What happened to a request"),
    "correction": say(vi="Chỉnh sửa", en="Correction"),
    "consent": say(vi="Sự đồng ý", en="Consent"),
    "access": say(vi="Lượt xem dữ liệu", en="Access to the data"),
}

#: What a member is, by its name.
MEMBERS: dict[str, Any] = {
    "full_name": say(vi="Họ và tên", en="Full name"),
    "honorific": say(vi="Danh xưng", en="Honorific"),
    "degree": say(vi="Học hàm, học vị", en="Degree"),
    "email": say(vi="Thư điện tử", en="E-mail"),
    "alternate_email": say(vi="Thư điện tử khác", en="Other e-mail"),
    "phone": say(vi="Điện thoại", en="Telephone"),
    "language": say(vi="Ngôn ngữ", en="Language"),
    "organisation_name": say(vi="Đơn vị", en="Organisation"),
    "delegation_organisation_name": say(vi="Đơn vị", en="Organisation"),
    "title": say(vi="Tên", en="Title"),
    "conference_title": say(vi="Hội nghị", en="Conference"),
    "invitation_conference_title": say(vi="Hội nghị", en="Conference"),
    "delegation_conference_title": say(vi="Hội nghị", en="Conference"),
    "agenda_item_title": say(vi="Nội dung", en="Agenda item"),
    "conference_day": say(vi="Ngày họp", en="Day"),
    "office": say(vi="Chức vụ", en="Office"),
    "category": say(vi="Thành phần", en="Category"),
    "kind": say(vi="Loại", en="Kind"),
    "state": say(vi="Trạng thái", en="State"),
    "answer": say(vi="Trả lời", en="Answer"),
    "note": say(vi="Ghi chú", en="Note"),
    "via": say(vi="Qua", en="Through"),
    "reason": say(vi="Lý do", en="Reason"),
    "direction": say(vi="Chiều", en="Direction"),
    "at": say(vi="Lúc", en="At"),
    "created_at": say(vi="Ghi lúc", en="Recorded at"),
    "sent_at": say(vi="Gửi lúc", en="Sent at"),
    "received_at": say(vi="Nhận lúc", en="Received at"),
    "answered_at": say(vi="Trả lời lúc", en="Answered at"),
    "decided_at": say(vi="Quyết định lúc", en="Decided at"),
    "done_at": say(vi="Thực hiện lúc", en="Done at"),
    "confirmed_at": say(vi="Xác nhận lúc", en="Confirmed at"),
    "cancelled_at": say(vi="Kết thúc lúc", en="Ended at"),
    "valid_from": say(vi="Từ ngày", en="From"),
    "valid_to": say(vi="Đến ngày", en="Until"),
    "recipient": say(vi="Người nhận", en="Recipient"),
    "sender": say(vi="Người gửi", en="Sender"),
    "subject": say(vi="Về việc", en="Subject"),
    "purpose": say(vi="Mục đích", en="Purpose"),
    "gist": say(vi="Nội dung chính", en="Gist"),
    "points": say(vi="Các ý", en="Points"),
    "quotes": say(vi="Trích lời", en="Quotations"),
    "text": say(vi="Lời ghi", en="Words"),
    "choice": say(vi="Biểu quyết", en="Choice"),
    "question": say(vi="Vấn đề", en="Question"),
    "field": say(vi="Mục", en="Field"),
    "before": say(vi="Trước", en="Before"),
    "after": say(vi="Sau", en="After"),
    "role": say(vi="Vai trò", en="Role"),
    "name": say(vi="Tên", en="Name"),
}


def type_label(name: str) -> str:
    return str(TYPES.get(name) or name.replace("_", " "))


def member_label(name: str) -> str:
    return str(MEMBERS.get(name) or name.replace("_", " "))
