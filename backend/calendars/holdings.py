"""What calendars hold about a person: the private links to their feeds."""

from collections.abc import Iterator

from backend.calendars.models import CalendarLink
from backend.core.text import say
from backend.privacy.holdings import Basis, DataClass, Forgotten, Holding, Kept, Row, Subject, holding


@holding("calendar_links", CalendarLink)
class CalendarLinks(Holding):
    title = say(vi="Liên kết lịch riêng", en="Private calendar links")
    data_class = DataClass.ACCOUNT
    purpose = say(vi="Đưa lịch họp vào chương trình lịch của mình.", en="To show conferences in one's own calendar.")
    basis = Basis.TASK
    kept = Kept(since=say(vi="khi đóng tài khoản", en="the closing of the account"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for link in (
            CalendarLink.objects.filter(account=subject.account_id)
            .order_by("id")
            .values("kind", "issued_at", "used_at", "revoked_at")
        ):
            yield {"type": "calendar_link", **link}

    def forget(self, subject: Subject) -> Forgotten:
        gone, _ = CalendarLink.objects.filter(account=subject.account_id).delete()
        return Forgotten(rows=gone)
