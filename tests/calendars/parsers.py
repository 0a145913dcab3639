"""What five independent programs read in the same bytes: icalendar, vobject and ics.py, and where Node is there ical.js
and node-ical."""

import datetime as dt
import json
import shutil
import subprocess
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ics
import pytest
import vobject
from icalendar import Calendar

NODE = shutil.which("node")
#: Kept out of the repository; the tests that need it say so and are skipped where it is not.
FOLDER = Path(__file__).parents[2] / "var" / "node"
INSTALL = "npm install --prefix var/node ical.js@2.2.1 node-ical@0.26.1"
HAS_NODE = NODE is not None and all((FOLDER / "node_modules" / name).is_dir() for name in ("ical.js", "node-ical"))
needs_node = pytest.mark.skipif(not HAS_NODE, reason=f"Node with ical.js and node-ical is not there: {INSTALL}")


@dataclass(frozen=True, kw_only=True)
class Read:
    """One entry as a program reads it, moments in UTC."""

    uid: str
    summary: str
    description: str
    location: str
    start: dt.datetime
    status: str


def by_icalendar(data: bytes) -> list[Read]:
    return [
        Read(
            uid=str(event["uid"]),
            summary=str(event["summary"]),
            description=str(event.get("description", "")),
            location=str(event.get("location", "")),
            start=event["dtstart"].dt.astimezone(dt.UTC),
            status=str(event["status"]),
        )
        for event in Calendar.from_ical(data).events
    ]


def by_vobject(data: bytes) -> list[Read]:
    calendar = vobject.readOne(data.decode())
    return [
        Read(
            uid=event.uid.value,
            summary=event.summary.value,
            description=event.description.value if hasattr(event, "description") else "",
            location=event.location.value if hasattr(event, "location") else "",
            start=event.dtstart.value.astimezone(dt.UTC),
            status=event.status.value,
        )
        for event in getattr(calendar, "vevent_list", [])
    ]


def by_ics(data: bytes) -> list[Read]:
    """Keeps one event per UID."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calendar = ics.Calendar(data.decode())
        return [
            Read(
                uid=event.uid,
                summary=event.name,
                description=event.description or "",
                location=event.location or "",
                start=event.begin.datetime.astimezone(dt.UTC),
                status=event.status,
            )
            for event in calendar.events
        ]


def in_node(data: bytes, until: dt.datetime | None = None) -> dict[str, Any]:
    assert NODE is not None
    command = [NODE, str(Path(__file__).with_name("read.mjs")), str(FOLDER), *([until.isoformat()] if until else [])]
    done = subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def by_node(data: bytes) -> dict[str, list[Read]]:
    """What ical.js and node-ical read."""
    return {
        name: [
            Read(
                uid=event["uid"],
                summary=event["summary"],
                description=event["description"],
                location=event["location"],
                start=dt.datetime.fromisoformat(event["start"]),
                status=event["status"],
            )
            for event in said["events"]
        ]
        for name, said in in_node(data).items()
    }


PYTHON: dict[str, Callable[[bytes], list[Read]]] = {"icalendar": by_icalendar, "vobject": by_vobject, "ics": by_ics}


def in_order(read: list[Read]) -> list[Read]:
    return sorted(read, key=lambda entry: (entry.uid, entry.start))
