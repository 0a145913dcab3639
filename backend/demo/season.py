"""A small simulated season around the live story, so that calendars, lists and rooms are not empty."""

import datetime as dt

from rich.console import Console

from backend.demo.plan import ZONE
from backend.embedded.errors import spoken
from backend.people.models import Organisation
from backend.simulation.days import LAST_YEAR
from backend.simulation.load import load
from backend.simulation.plan import plan_year

CONFERENCES, ROOMS, SEED = 40, 12, 7


def surround(console: Console) -> None:
    """Adds this year's season once to a record; later runs leave it as it is."""
    today = dt.datetime.now(ZONE).date()
    if today.year > LAST_YEAR or Organisation.objects.filter(slug__startswith="sim-").exists():
        return
    plan = plan_year(today.year, CONFERENCES, ROOMS, SEED, seen_from=today)
    with console.status(spoken(vi="Thêm hội nghị mô phỏng …", en="Adding simulated conferences …")):
        added = load(plan)
    sentence = spoken(
        vi=f"Thêm {added} hội nghị mô phỏng trong {ROOMS} phòng quanh hội nghị này, để lịch không trống.",
        en=f"{added} simulated conferences in {ROOMS} rooms were added around this one, so that calendars are not empty.",
    )
    console.print(f"[dim]{sentence}[/dim]", soft_wrap=True)
