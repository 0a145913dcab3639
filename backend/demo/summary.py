"""What the demo prints at its end: what happened, where to look, and how to sign in. It reads the report alone."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from backend.demo.plan import ZONE
from backend.embedded.errors import spoken

PARTS = {
    "administrator": ("quản trị", "administrator"),
    "organiser": ("ban tổ chức", "organiser"),
    "secretary": ("thư ký", "secretary"),
    "editor": ("biên tập", "editor"),
    "approver": ("duyệt tin", "approver"),
    "auditor": ("kiểm tra", "auditor"),
    "chair": ("chủ trì", "chair"),
    "guest": ("khách mời", "guest"),
}


def print_summary(
    console: Console, report: Mapping[str, Any], emails: Mapping[str, str], password: str, base_url: str, folder: Path
) -> None:
    this_run = spoken(vi="Lần chạy này", en="This run")
    whole = spoken(vi="Cả hồ sơ, gồm các lần chạy trước", en="The whole record, earlier runs included")
    for title, rows in ((this_run, _happened(report)), (whole, _on_record(report))):
        table = Table(title=title, show_header=False, title_justify="left")
        table.add_column(no_wrap=True)
        for name, value in rows:
            table.add_row(name, escape(value))
        console.print(table)
    # Addresses stand on lines of their own, unbroken at any width: they are there to be copied.
    console.print(spoken(vi="\n[bold]Xem tại[/bold]", en="\n[bold]Look at[/bold]"))
    for name, address in links(report, base_url):
        console.print(f"  {name}\n    {escape(address)}", soft_wrap=True)
    console.print(
        f"  {spoken(vi='Mọi tệp của buổi trình diễn', en='All files of the demo')}\n    {escape(str(folder))}",
        soft_wrap=True,
    )
    people = Table(
        spoken(vi="Vai", en="Role"),
        "Email",
    )
    for role, email in emails.items():
        people.add_row(_said(*PARTS[role]), email)
    console.print(
        spoken(
            vi=f"\n[bold]Đăng nhập[/bold], mật khẩu chung: {escape(password)}",
            en=f"\n[bold]Log-ins[/bold], all with the password {escape(password)}",
        ),
        soft_wrap=True,
    )
    console.print(people)
    console.print(
        spoken(
            vi="Trong trình duyệt: mở tài liệu API, thử POST /api/v1/sessions, rồi mở các địa chỉ trên. Trong cửa sổ lệnh:",
            en="In a browser: try POST /api/v1/sessions on the API docs, then open the addresses above. In a shell:",
        ),
        soft_wrap=True,
    )
    for line in sign_in(base_url, emails["auditor"], password):
        console.print(f"  {escape(line)}", soft_wrap=True, highlight=False)


def links(report: Mapping[str, Any], base_url: str) -> Iterator[tuple[str, str]]:
    """Where to look: the first group is open to everybody, the last four to the auditor."""
    journey = report["journey"]
    slug, languages = journey["article"]["slug"], journey["article"]["languages"]
    yield _said("Tài liệu API, thử được ngay", "API docs, interactive"), f"{base_url}/api/docs"
    yield _said("Trang hội nghị", "Conference page"), f"{base_url}/vi/hoi-nghi/{journey['conference']}"
    feed = f"{base_url}/calendars/conferences/{journey['conference']}.ics"
    yield _said("Lịch hội nghị (iCalendar)", "Conference calendar"), feed
    yield _said("Bài viết", "Article"), f"{base_url}/vi/bai-viet/{slug}"
    if "en" in languages:
        yield _said("Bài viết, tiếng Anh", "Article in English"), f"{base_url}/en/articles/{slug}"
    yield _said("Năm hồ sơ đầu tiên và các hội nghị khác", "All public conferences"), f"{base_url}/vi/hoi-nghi"
    yield _said("Nguồn tin Atom", "Atom feed"), f"{base_url}/vi/feed.atom"
    document = f"{base_url}/api/v1/documents/{journey['minutes']['document']}/content?format=pdf"
    yield _said("Biên bản PDF (kiểm tra)", "Minutes as PDF (auditor)"), document
    programme = f"{base_url}/api/v1/conferences/{journey['conference_id']}/programme/print?format=pdf&language=both"
    yield _said("Chương trình song ngữ PDF (kiểm tra)", "Programme in both languages (auditor)"), programme
    events = f"{base_url}/api/v1/events?conference_id={journey['conference_id']}"
    yield _said("Mọi sự kiện (kiểm tra)", "All events (auditor)"), events
    yield _said("Sổ chuyển việc (kiểm tra)", "Delivery ledger (auditor)"), f"{base_url}/api/v1/deliveries"


def sign_in(base_url: str, email: str, password: str) -> list[str]:
    """The shell lines that sign in and look at the events."""
    body = json.dumps({"email": email, "password": password})
    return [
        f"curl -c plenum.cookies -H 'Content-Type: application/json' -d '{body}' {base_url}/api/v1/sessions",
        f"curl -b plenum.cookies {base_url}/api/v1/events",
    ]


def _said(vi: str, en: str) -> str:
    return spoken(vi=vi, en=en)


def _happened(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    journey = report["journey"]
    replies, minutes, article = journey["replies"], journey["minutes"], journey["article"]
    times = {name: _hour(moment) for name, moment in journey["times"].items()}
    yield (
        _said("Giờ họp", "Hours"),
        _said(
            f"báo mời {times['starts_at']}–{times['ends_at']}; tua nhanh: khai mạc {times['opened_at']},"
            f" bế mạc {times['closed_at']}",
            f"called for {times['starts_at']}–{times['ends_at']}; played fast: opened {times['opened_at']},"
            f" closed {times['closed_at']}",
        ),
    )
    yield (
        _said("Giấy mời đã gửi", "Invited"),
        _said(
            f"{journey['invited']} (thêm {journey['held_for_a_name']} chức danh chờ tên người)",
            f"{journey['invited']} (and {journey['held_for_a_name']} offices waiting for a name)",
        ),
    )
    yield (
        _said("Thư nhận được", "Mails received"),
        _said(
            f"{journey['mails_received']}, {journey['distinct_message_ids']} Message-ID khác nhau",
            f"{journey['mails_received']}, {journey['distinct_message_ids']} distinct Message-IDs",
        ),
    )
    yield (
        _said("Trả lời", "Replies"),
        _said(
            f"{replies['accepted']} nhận, {replies['declined']} từ chối, {replies['tentative']} chưa chắc",
            f"{replies['accepted']} accepted, {replies['declined']} declined, {replies['tentative']} tentative",
        ),
    )
    yield (
        _said("Có chỗ", "Seated"),
        _said(
            f"{journey['registered']}, trong đó {journey['waitlisted']} từng ở danh sách chờ",
            f"{journey['registered']}; {journey['waitlisted']} came by the waiting list",
        ),
    )
    yield _said("Đã điểm danh", "Checked in"), str(journey["checked_in"])
    yield (
        _said("Biểu quyết", "Vote"),
        _said(
            f"{journey['votes_cast']}/{journey['eligible']} phiếu; khách mời thử bỏ phiếu: bị từ chối"
            f" ({journey['guest_vote_refused_with']})",
            f"{journey['votes_cast']} of {journey['eligible']} ballots; a guest who tried was refused"
            f" ({journey['guest_vote_refused_with']})",
        ),
    )
    proof = journey["verdict"]["proof"]
    yield _said("Kết quả", "Verdict"), "\n".join(_said(sentence["vi"], sentence["en"]) for sentence in proof)
    yield (
        _said("Biên bản", "Minutes"),
        _said(f"số {minutes['number']}, đã duyệt", f"No. {minutes['number']}, approved")
        if minutes["state"] == "approved"
        else minutes["state"],
    )
    yield (
        _said("Bài viết", "Article"),
        f"{_said('đã đăng', 'published') if article['state'] == 'published' else article['state']}"
        f" ({', '.join(article['languages'])})",
    )
    heard, told = report["webhooks_verified"], report["events_this_run"]
    yield (
        _said("Webhook đã kiểm chữ ký", "Webhooks verified"),
        _said(
            f"{heard}, cho {told} sự kiện kể từ số {report['events_before'] + 1}",
            f"{heard}, of {told} events from No. {report['events_before'] + 1} on",
        ),
    )


def _on_record(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    deliveries, relay = report["deliveries"], report["relay_ms"]
    yield _said("Hội nghị", "Conferences"), str(len(report["conferences"]))
    yield _said("Sự kiện", "Events"), str(report["events"])
    yield (
        _said("Việc nền", "Deliveries"),
        _said(
            f"{deliveries['settled']} xong, {deliveries['due']} còn chờ, {deliveries['dead']} hỏng",
            f"{deliveries['settled']} settled, {deliveries['due']} due, {deliveries['dead']} dead",
        ),
    )
    yield (
        _said("Từ lúc ghi tới lúc làm", "Commit to reaction"),
        f"p50 {relay['p50']} ms, p99 {relay['p99']} ms",
    )


def _hour(moment: str) -> str:
    return dt.datetime.fromisoformat(moment).astimezone(ZONE).strftime("%H:%M")
