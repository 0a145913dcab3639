"""The conference is planned and announced, its programme released, and guests and staff are invited."""

import datetime as dt
import re
from typing import Any

from backend.demo.journey.stage import Stage
from backend.demo.plan import planned

CAPACITY = 180
SLUG = "tong-ket-2020-trung-tam-ky-thuat-2-trinh-dien"


def schedule(stage: Stage) -> None:
    organiser, facts = stage.by["organiser"], stage.facts
    starts, ends = planned(dt.datetime.now(dt.UTC))
    title, number = facts["conference"]["title"]["vi"], _number(stage)
    conference = organiser.post(
        "conferences",
        {
            "kind": "review",
            "slug": f"{SLUG}-{number}",
            "title": {
                "vi": f"{title} (trình diễn lần {number})",
                "en": f"Review of 2020 and plan for 2021 of Technical Centre 2 (demonstration {number})",
            },
            "lead": stage.organisations["kt2"],
            "starts_at": starts.isoformat(),
            "ends_at": ends.isoformat(),
            "period_reviewed": facts["conference"]["period_reviewed"],
            "period_planned": facts["conference"]["period_planned"],
            "legal_basis": [
                {
                    "vi": "Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15",
                    "en": "Law 10/2022/QH15 on grassroots democracy",
                }
            ],
            "capacity": CAPACITY,
            "sites": [
                {
                    "order": 1,
                    "new_venue": facts["sites"][0]["venue"],
                    "new_room": {"name": {"vi": "Hội trường lớn", "en": "Main hall"}, "capacity": 200},
                }
            ],
            "agenda": [_item(stage, item) for item in facts["agenda"]],
            "duties": _duties(stage),
        },
    )
    ids = {item["order"]: item["id"] for item in conference["agenda"]}
    stage.told.items = {item["key"]: ids[order] for order, item in enumerate(facts["agenda"], start=1)}
    stage.told.conference = organiser.post(f"conferences/{conference['id']}/announce")
    organiser.post(f"conferences/{conference['id']}/release", {"note": {"vi": "Chương trình gửi kèm giấy mời"}})
    stage.progress("schedule", 1, 1)


def _number(stage: Stage) -> int:
    """Which demonstration on this record this one is."""
    slugs = [row["slug"] for row in stage.by["administrator"].every("conferences")]
    return 1 + max((int(slug.rpartition("-")[2]) for slug in slugs if re.fullmatch(rf"{SLUG}-\d+", slug)), default=0)


def _item(stage: Stage, item: dict[str, Any]) -> dict[str, Any]:
    """A point of five minutes with who is to speak to it, as the record tells who spoke."""
    speakers: list[dict[str, Any]] = []
    for speech in stage.facts["speeches"]:
        if speech["agenda_item"] != item["key"]:
            continue
        voice = {"person": stage.person(speech["person"])} if "person" in speech else {"bloc": speech["speaker"]}
        if voice not in speakers:
            speakers.append(voice)
    return {"phase": item["phase"], "title": item["title"], "minutes_planned": 5, "speakers": speakers}


def _duties(stage: Stage) -> list[dict[str, Any]]:
    duties: list[dict[str, Any]] = [
        {"kind": "chair", "order": 1, "person": stage.person("quoc")},
        {
            "kind": "secretary",
            "order": 2,
            "person": stage.person("secretary"),
            "office": {"vi": "Chuyên viên", "en": "Specialist"},
        },
    ]
    for order, duty in enumerate(stage.facts["duties"], start=3):
        entry = {"kind": duty["kind"], "order": order, "organisation": stage.organisations[duty["organisation"]]}
        # The house itself looks up which office somebody holds on the day; S2's own is that of 2021.
        entry |= {"person": stage.person(duty["person"])} if "person" in duty else {"office": duty["office"]}
        duties.append(entry)
    return duties


def invite(stage: Stage) -> None:
    organiser, conference = stage.by["organiser"], stage.told.conference
    base = {
        "conference": conference["id"],
        "site": conference["sites"][0]["id"],
        "reply_by": conference["starts_at"],
    }
    guests = {
        **base,
        "title": {"vi": "Khách mời", "en": "Guests"},
        "category": "guest",
        "people": [stage.person("hiep")],
        "offices": [
            {"office": duty["office"], "organisation": stage.organisations[duty["organisation"]]}
            for duty in stage.facts["duties"]
            if "person" not in duty
        ],
    }
    staff = {
        **base,
        "title": {"vi": "Viên chức, người lao động", "en": "Staff"},
        "category": "staff",
        "organisation": stage.organisations["kt2"],
        "people": [str(person.id) for person in stage.cast.staff],
    }
    issued = 0
    for body in (guests, staff):
        made = organiser.post("invitation-lists", body)
        issued += organiser.post(f"invitation-lists/{made['id']}/send")["issued"]
    stage.wait("invite", lambda: len(stage.mails("invitation")), issued)
