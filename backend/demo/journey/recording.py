"""What was said and found is recorded, the minutes are drafted and approved, and the recap is published."""

import datetime as dt
from typing import Any

from backend.demo.journey.stage import Stage

#: What the secretary adds to the minutes that were drawn from the record, just before their closing.
CLOSING_REMARK = {
    "vi": "Chủ trì cảm ơn các đại biểu và tuyên bố bế mạc hội nghị.",
    "en": "The chair thanked the delegates and declared the conference closed.",
}


def minute(stage: Stage) -> None:
    secretary, chair, conference = stage.by["secretary"], stage.by["chair"], stage.told.conference["id"]
    _enter_outcomes(stage, _enter_speeches(stage))
    chair.post(f"conferences/{conference}/close")
    stage.wait("draft minutes", lambda: len(secretary.every("minutes", conference=conference)), 1)
    minutes = secretary.every("minutes", conference=conference)[0]
    stage.told.minutes_id = minutes["id"]
    edited = secretary.patch(f"minutes/{minutes['id']}", {"added": [{"text": CLOSING_REMARK}]}, minutes["version"])
    submitted = secretary.post(f"minutes/{minutes['id']}/submit", version=edited["version"])
    chair.post(f"minutes/{minutes['id']}/approve", version=submitted["version"])


def _enter_speeches(stage: Stage) -> list[str]:
    """Their ids, in the order of the record."""
    speeches = []
    for order, speech in enumerate(stage.facts["speeches"], start=1):
        body = {key: value for key, value in speech.items() if key not in {"agenda_item", "person", "organisation"}}
        body |= {
            "conference": stage.told.conference["id"],
            "order": order,
            "agenda_item": stage.told.items[speech["agenda_item"]],
        }
        if "person" in speech:
            body["person"] = stage.person(speech["person"])
            del body["office"]
        if "organisation" in speech:
            body["organisation"] = stage.organisations[speech["organisation"]]
        speeches.append(stage.by["secretary"].post("speeches", body)["id"])
    return speeches


def _enter_outcomes(stage: Stage, speeches: list[str]) -> None:
    """Findings, proposals and conclusions; the record names a speech by its place among `speeches`."""
    for name in ("findings", "proposals", "conclusions"):
        for order, entry in enumerate(stage.facts.get(name, []), start=1):
            body: dict[str, Any] = {**entry, "conference": stage.told.conference["id"], "order": order}
            if "speech" in body:
                body["speech"] = speeches[body["speech"]]
            if "subject" in body:
                body["subject"] = stage.organisations[body["subject"]]
            stage.by["secretary"].post(
                name,
                {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in body.items()},
            )


def publish(stage: Stage) -> None:
    editor, approver, conference = stage.by["editor"], stage.by["approver"], stage.told.conference["id"]
    stage.wait("draft article", lambda: len(editor.every("articles", conference=conference)), 1)
    article = editor.get(f"articles/{editor.every('articles', conference=conference)[0]['id']}")
    stage.told.article_id = article["id"]
    byline = stage.facts["article"]
    editor.patch(
        f"articles/{article['id']}",
        {name: byline[name] for name in ("byline", "byline_position", "byline_unit")},
        article["version"],
    )
    editor.post(f"articles/{article['id']}/submit")
    approver.post(f"articles/{article['id']}/approve")
    approver.post(f"articles/{article['id']}/publish")
    stage.progress("publish", 1, 1)
