"""What the demo leaves behind: every figure read back from the API or from the catchers."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.demo.catchers import WebhookCatcher
from backend.demo.journey import Stage


def collect(
    stage: Stage,
    hooks: WebhookCatcher,
    folder: Path,
    *,
    summary: dict[str, Any],
    events_before: int,
) -> dict[str, Any]:
    """Writes the demo's files into `folder` and returns the report.

    `summary` is that of the deliveries when all were settled; the receiver of the webhooks hears the events after
    the first `events_before`.
    """
    hooks_verified = len(hooks.received())
    _keep_documents(stage, folder)
    report = {
        "conferences": [_conference(stage, row["id"]) for row in stage.by["administrator"].every("conferences")],
        "journey": _journey(stage),
        "events": summary["events"],
        "events_before": events_before,
        "events_this_run": summary["events"] - events_before,
        "deliveries": {"settled": summary["settled"], "dead": summary["dead"], "due": summary["due"]},
        "relay_ms": summary["relay_ms"],
        "webhooks_verified": hooks_verified,
    }
    (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return report


def _conference(stage: Stage, conference: str) -> dict[str, Any]:
    """Delegates are the count as said, or as logged at the door; null where the record holds neither."""
    administrator = stage.by["administrator"]
    row = administrator.get(f"conferences/{conference}")
    logged = len({entry["registration"] for entry in administrator.every("presences", conference=conference)})
    said = row["attended"] or row["expected"] or ({"n": logged, "op": "="} if logged else None)
    return {
        "slug": row["slug"],
        "kind": row["kind"],
        "title": row["title"],
        "state": row["state"],
        "sites": [site["venue"]["name"]["vi"] for site in row["sites"]],
        "delegates": said,
    }


def _journey(stage: Stage) -> dict[str, Any]:
    organiser, told = stage.by["organiser"], stage.told
    conference = told.conference["id"]
    held = organiser.get(f"conferences/{conference}")
    invitations = organiser.every("invitations", conference=conference)
    registrations = organiser.every("registrations", conference=conference)
    poll = organiser.get(f"polls/{told.poll_id}")
    minutes = organiser.get(f"minutes/{told.minutes_id}")
    article = stage.by["editor"].get(f"articles/{told.article_id}")
    received = stage.mail.messages()
    waitlisted = {
        event["subject"]
        for event in stage.by["auditor"].every("events", conference_id=conference, name="registration.waitlisted")
    }
    return {
        "conference": told.conference["slug"],
        "conference_id": conference,
        "times": {name: held[name] for name in ("starts_at", "ends_at", "opened_at", "closed_at")},
        "invited": sum(row["state"] != "draft" for row in invitations),
        "held_for_a_name": sum(row["state"] == "draft" for row in invitations),
        "mails_received": len(received),
        "distinct_message_ids": len({message["Message-ID"] for message in received}),
        "replies": {
            state: sum(row["state"] == state for row in invitations) for state in ("accepted", "declined", "tentative")
        },
        "registered": sum(row["state"] == "confirmed" for row in registrations),
        "waitlisted": len(waitlisted),
        "checked_in": len({row["registration"] for row in organiser.every("presences", conference=conference)}),
        "eligible": poll["tally"]["entitled"],
        "votes_cast": poll["tally"]["returned"],
        "guest_vote_refused_with": told.guest_vote_status,
        "verdict": poll["verdict"],
        "minutes": {"state": minutes["state"], "number": minutes["official_number"], "document": minutes["document"]},
        "article": {"state": article["state"], "slug": article["slug"], "languages": article["languages"]},
    }


def _keep_documents(stage: Stage, folder: Path) -> None:
    told = stage.told
    minutes = stage.by["secretary"].get(f"minutes/{told.minutes_id}")
    for suffix in ("docx", "pdf"):
        answer = stage.by["secretary"].http.get(
            f"/api/v1/documents/{minutes['document']}/content", params={"format": suffix}
        )
        (folder / f"minutes.{suffix}").write_bytes(answer.raise_for_status().content)
    article = stage.by["editor"].get(f"articles/{told.article_id}")
    for language, place in (("vi", "bai-viet"), ("en", "articles")):
        answer = stage.nobody.http.get(f"/{language}/{place}/{article['slug']}")
        # A recap without an English text answers with a page that says so; it is kept as it is read.
        page = with_styles(answer.text, lambda address: stage.nobody.http.get(address).raise_for_status().text)
        (folder / f"article.{language}.html").write_text(page, encoding="utf-8")
    (folder / "feed.atom").write_bytes(stage.nobody.http.get("/vi/feed.atom").raise_for_status().content)


def with_styles(page: str, fetched: Callable[[str], str]) -> str:
    """The page with its stylesheets inside, so that it looks the same opened from a disk."""
    return re.sub(r'<link rel="stylesheet" href="([^"]+)">', lambda link: f"<style>\n{fetched(link[1])}</style>", page)
