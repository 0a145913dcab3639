"""`plenum simulate year`: plans a year, says what it will write, and writes it."""

import datetime as dt
from zoneinfo import ZoneInfo

from backend.embedded.errors import CannotStart, spoken
from backend.simulation.plan import CannotPlan, plan_year
from backend.simulation.progress import shown
from backend.simulation.shapes import ZONE, Plan

STEPS = {
    "organisations": ("Đơn vị", "Organisations"),
    "people": ("Người và chức vụ", "People and offices"),
    "rooms": ("Phòng", "Rooms"),
    "series": ("Lịch họp định kỳ", "Meetings of series"),
    "conferences": ("Hội nghị riêng", "Single conferences"),
}
#: Lines a step where there is no terminal.
_PARTS = 4


def label(step: str) -> str:
    vi, en = STEPS[step]
    return spoken(vi=vi, en=en)


def today() -> dt.date:
    return dt.datetime.now(ZoneInfo(ZONE)).date()


def planned(*, year: int | None, conferences: int, rooms: int, seed: int, seen_from: dt.date | None) -> Plan:
    """The plan; what is not given follows from today. Raises CannotStart with the reason when there can be none."""
    day = today()
    year = year if year is not None else day.year + 1
    if seen_from is None and year <= day.year:
        seen_from = day if year == day.year else dt.date(max(year, 1) + 1, 1, 1)
    if seen_from is not None and seen_from > day:
        raise CannotStart(
            vi="--seen-from phải là hôm nay hoặc trước đó: hội nghị chưa đến thì chưa họp.",
            en="--seen-from must be today or before: nothing to come has been held.",
        )
    try:
        return plan_year(year, conferences, rooms, seed, seen_from=seen_from)
    except CannotPlan as reason:
        raise CannotStart(vi=reason.vi, en=reason.en) from None


def write(plan: Plan, *, beside: bool) -> int:
    """Loads the plan into the database at hand and says what is there then. Raises CannotStart for a database that
    holds something real, unless the year may stand `beside` it."""
    from backend.simulation.load import load
    from backend.simulation.stored import count_stored, promised_digest, stored_digest

    _require_no_real_record(plan, beside)
    total, there = len(plan.conferences), count_stored(plan)
    if there == total:
        print(
            spoken(
                vi="Năm mô phỏng này đã có trong cơ sở dữ liệu; không ghi gì thêm.",
                en="This simulated year is in the database already; nothing is written.",
            )
        )
    else:
        if there:
            print(
                spoken(vi=f"Đã có {there}/{total} hội nghị; ghi tiếp.", en=f"{there} of {total} are there; going on.")
            )
        try:
            with shown(label, parts=_PARTS) as tell:
                load(plan, tell)
        except KeyboardInterrupt:
            print(
                spoken(
                    vi="Dừng giữa chừng, không có gì ghi dở. Chạy lại đúng lệnh này để ghi tiếp.",
                    en="Interrupted; nothing is half-written. The same command again goes on.",
                )
            )
            raise
    stored = stored_digest(plan)
    as_planned = stored == promised_digest(plan)
    print(
        spoken(
            vi=f"Mã dữ liệu đã ghi: {stored} ({'đúng như kế hoạch' if as_planned else 'đã được sửa sau khi ghi'})",
            en=f"Digest of what is stored: {stored} ({'as planned' if as_planned else 'edited since'})",
        )
    )
    return 0


def _require_no_real_record(plan: Plan, beside: bool) -> None:
    from backend.people.models import Organisation

    real = Organisation.objects.exclude(slug__startswith="sim-").count()
    if real and not beside:
        raise CannotStart(
            vi=f"Cơ sở dữ liệu có {real} đơn vị thật; hãy dùng một cơ sở dữ liệu trống, hoặc --beside.",
            en=f"The database holds {real} organisations that are not simulated; use an empty one, or --beside.",
        )


def described(plan: Plan) -> str:
    """What is about to be written, the plan's digest, and the words that plan the very same again."""
    recurring = sum(1 for each in plan.conferences if each.series is not None)
    total, series, people = len(plan.conferences), len(plan.series), len(plan.people)
    again = (
        f"plenum simulate year --conferences {total} --rooms {len(plan.rooms)} --seed {plan.seed}"
        f" --year {plan.year} --seen-from {plan.seen_from}"
    )
    return spoken(
        vi=f"{plan.year}: {total} hội nghị ({recurring} thuộc {series} loạt định kỳ), {len(plan.rooms)} phòng,"
        f" {len(plan.organisations)} đơn vị, {people} người.\nMã kế hoạch: {plan.digest}\nLặp lại: {again}",
        en=f"{plan.year}: {total} conferences ({recurring} of them in {series} series), {len(plan.rooms)} rooms,"
        f" {len(plan.organisations)} organisations, {people} people.\nDigest of the plan: {plan.digest}\nAgain: {again}",
    )
