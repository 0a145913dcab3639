"""The days offices are closed, or work instead."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.rights.models import PublicHoliday


@transaction.atomic
def enter_holiday(*, day: dt.date, name: Text, worked: bool = False) -> PublicHoliday:
    """From now on the day counts as closed, or as worked; deadlines given before stay. Raises Invalid for a day that is
    entered already."""
    row, made = PublicHoliday.objects.get_or_create(day=day, defaults={"name": name, "worked": worked})
    if not made:
        raise Invalid({"day": say(vi="Ngày này đã có.", en="This day is entered already.")})
    return row


@transaction.atomic
def remove_holiday(*, holiday_id: UUID) -> None:
    locked(PublicHoliday, holiday_id).delete()
