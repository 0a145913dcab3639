"""A review conference from announcement to published recap, over the HTTP API, every step by the role that does it.

The facts are S2's; date, hours, chair and secretary are set for the demonstration, and its staff are made up.
What takes an afternoon happens here within a minute or two, at the times the record really bears.
"""

import datetime as dt
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from backend.demo.cast import Cast
from backend.demo.catchers import MailCatcher
from backend.demo.load import read
from backend.demo.plan import planned

CAPACITY = 180
SLUG = "tong-ket-2020-trung-tam-ky-thuat-2-trinh-dien"
#: What the secretary adds to the minutes that were drawn from the record, just before their closing.
CLOSING_REMARK = {
    "vi": "Chủ trì cảm ơn các đại biểu và tuyên bố bế mạc hội nghị.",
    "en": "The chair thanked the delegates and declared the conference closed.",
}
DECLINE, UNSURE = 7, 3
STAY_AWAY = 6
NO, ABSTAIN = 4, 5
#: Patience with the workers, in seconds.
PATIENCE = 120.0
Progress = Callable[[str, int, int], None]


class StepFailed(Exception):
    """A step of the journey was refused or did not happen in time."""


class Caller:
    """One person's or program's way to the API."""

    def __init__(self, base_url: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.Client(base_url=base_url, headers=headers, timeout=30, trust_env=False)

    def get(self, path: str, **query: Any) -> Any:
        return self._read(self.http.get(f"/api/v1/{path}", params=query))

    def post(self, path: str, body: dict[str, Any] | None = None, *, version: int | None = None) -> Any:
        """With `version` only while the row is still the one that was read."""
        headers = {} if version is None else _if_match(version)
        return self._read(self.http.post(f"/api/v1/{path}", json=body or {}, headers=headers))

    def patch(self, path: str, body: dict[str, Any], version: int) -> Any:
        return self._read(self.http.patch(f"/api/v1/{path}", json=body, headers=_if_match(version)))

    def every(self, path: str, **query: Any) -> list[Any]:
        """All rows of a list, page by page."""
        page = self.get(path, page_size=200, **query)
        rows = list(page["results"])
        while page["next"]:
            page = self._read(self.http.get(page["next"]))
            rows += page["results"]
        return rows

    @staticmethod
    def _read(answer: httpx.Response) -> Any:
        if answer.is_error:
            raise StepFailed(
                f"{answer.request.method} {answer.request.url.path} → {answer.status_code} {answer.text[:500]}"
            )
        return answer.json() if answer.content else None


def _if_match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


@dataclass
class Told:
    """What the journey learnt on its way, all of it from answers."""

    conference: dict[str, Any] = field(default_factory=dict)
    poll_id: str = ""
    resolution_id: str = ""
    minutes_id: str = ""
    article_id: str = ""
    guest_vote_status: int = 0


class Journey:
    def __init__(
        self, base_url: str, cast: Cast, mail: MailCatcher, organisations: dict[str, str], progress: Progress
    ) -> None:
        self.base_url, self.cast, self.mail, self.organisations, self.progress = (
            base_url,
            cast,
            mail,
            organisations,
            progress,
        )
        self.by = {role: Caller(base_url, token) for role, token in cast.tokens.items()}
        self.nobody = Caller(base_url)
        self.facts = read("s2")
        self.told = Told()

    def run(self) -> Told:
        self.schedule()
        self.invite()
        self.reply()
        self.attend()
        self.decide()
        self.minute()
        self.publish()
        return self.told

    # 1. Schedule

    def schedule(self) -> None:
        organiser, facts = self.by["organiser"], self.facts
        self.starts, ends = planned(dt.datetime.now(dt.UTC))
        title, number = facts["conference"]["title"]["vi"], self._number()
        venue = facts["sites"][0]["venue"]
        conference = organiser.post(
            "conferences",
            {
                "kind": "review",
                "slug": f"{SLUG}-{number}",
                "title": {
                    "vi": f"{title} (trình diễn lần {number})",
                    "en": f"Review of 2020 and plan for 2021 of Technical Centre 2 (demonstration {number})",
                },
                "lead": self.organisations["kt2"],
                "starts_at": self.starts.isoformat(),
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
                        "new_venue": venue,
                        "new_room": {"name": {"vi": "Hội trường lớn", "en": "Main hall"}, "capacity": 200},
                    }
                ],
                "agenda": [self._planned(item) for item in facts["agenda"]],
                "duties": self._duties(),
            },
        )
        self.told.conference = conference
        items = {item["order"]: item["id"] for item in conference["agenda"]}
        keys = {item["key"]: items[order] for order, item in enumerate(facts["agenda"], start=1)}
        self.vote_item = keys["bieu-quyet"]
        self.speech_items = keys
        self.told.conference = organiser.post(f"conferences/{conference['id']}/announce")
        organiser.post(f"conferences/{conference['id']}/release", {"note": {"vi": "Chương trình gửi kèm giấy mời"}})
        self.progress("schedule", 1, 1)

    def _planned(self, item: dict[str, Any]) -> dict[str, Any]:
        """A point of five minutes with who is to speak to it, as the record tells who spoke."""
        speakers: list[dict[str, Any]] = []
        for speech in self.facts["speeches"]:
            if speech["agenda_item"] != item["key"]:
                continue
            voice = {"person": self._person(speech["person"])} if "person" in speech else {"bloc": speech["speaker"]}
            if voice not in speakers:
                speakers.append(voice)
        return {"phase": item["phase"], "title": item["title"], "minutes_planned": 5, "speakers": speakers}

    def _number(self) -> int:
        """Which demonstration on this record this one is."""
        slugs = [row["slug"] for row in self.by["administrator"].every("conferences")]
        return 1 + max(
            (int(slug.rpartition("-")[2]) for slug in slugs if re.fullmatch(rf"{SLUG}-\d+", slug)), default=0
        )

    def _duties(self) -> list[dict[str, Any]]:
        duties: list[dict[str, Any]] = [
            {
                "kind": "chair",
                "order": 1,
                "person": self._person("quoc"),
            },
            {
                "kind": "secretary",
                "order": 2,
                "person": self._person("secretary"),
                "office": {"vi": "Chuyên viên", "en": "Specialist"},
            },
        ]
        for order, duty in enumerate(self.facts["duties"], start=3):
            entry = {
                "kind": duty["kind"],
                "order": order,
                "organisation": self.organisations[duty["organisation"]],
            }
            # The house itself looks up which office somebody holds on the day; S2's own is that of 2021.
            entry |= {"person": self._person(duty["person"])} if "person" in duty else {"office": duty["office"]}
            duties.append(entry)
        return duties

    def _person(self, key: str) -> str:
        return self.cast.person_ids[key]

    # 2. Invite

    def invite(self) -> None:
        organiser, conference = self.by["organiser"], self.told.conference
        base = {
            "conference": conference["id"],
            "site": conference["sites"][0]["id"],
            "reply_by": self.starts.isoformat(),
        }
        guests = {
            **base,
            "title": {"vi": "Khách mời", "en": "Guests"},
            "category": "guest",
            "people": [self._person("hiep")],
            "offices": [
                {"office": duty["office"], "organisation": self.organisations[duty["organisation"]]}
                for duty in self.facts["duties"]
                if "person" not in duty
            ],
        }
        staff = {
            **base,
            "title": {"vi": "Viên chức, người lao động", "en": "Staff"},
            "category": "staff",
            "organisation": self.organisations["kt2"],
            "people": [str(person.id) for person in self.cast.staff],
        }
        issued = 0
        for body in (guests, staff):
            made = organiser.post("invitation-lists", body)
            issued += organiser.post(f"invitation-lists/{made['id']}/send")["issued"]
        self._wait("invite", lambda: len(self._mails("invitation")), issued)

    def _mails(self, kind: str) -> list[Any]:
        """The conference's mails of one purpose, as they were received."""
        wanted = {
            mail["message_id"]
            for mail in self.by["auditor"].every("mails", conference_id=self.told.conference["id"], purpose=kind)
        }
        return [message for message in self.mail.messages() if message["Message-ID"] in wanted]

    # 3. Reply and register

    def reply(self) -> None:
        """Guest and staff answer by the link in their mail: every third on the page, the others by the API."""
        links = {}
        for message in self._mails("invitation"):
            found = re.search(r"/r/([A-Za-z0-9_=~-]+)", _plain(message))
            links[message["To"].rpartition("<")[2].rstrip(">")] = found.group(1) if found else ""
        staff = [person.email for person in self.cast.staff]
        answers = dict.fromkeys(staff[:DECLINE], "declined") | dict.fromkeys(
            staff[DECLINE : DECLINE + UNSURE], "tentative"
        )
        for number, (email, token) in enumerate(
            sorted(links.items(), key=lambda pair: pair[0].endswith("kt2.example"))
        ):
            answer = answers.get(email, "accepted")
            if number % 3 == 0:
                page = self.nobody.http.post(f"/r/{token}", data={"answer": answer, "note": ""})
                if page.is_error:
                    raise StepFailed(f"the reply page answered {page.status_code}")
            else:
                self.nobody.post(f"replies/{token}", {"answer": answer})
            self.progress("reply", number + 1, len(links))
        registered = len(links) - DECLINE - UNSURE
        self._wait("register", lambda: len(self._registrations()), registered)
        # One of the confirmed can no longer come: the first on the waiting list moves up.
        confirmed = next(
            row for row in self._registrations() if row["state"] == "confirmed" and row["category"] == "staff"
        )
        leaving = next(person.email for person in self.cast.staff if str(person.id) == confirmed["person"])
        self.nobody.post(f"replies/{links[leaving]}", {"answer": "declined", "note": "Bận công tác đột xuất"})
        self._wait("promote", lambda: int(not any(row["state"] == "waiting" for row in self._registrations())), 1)
        self._wait("confirm", lambda: len(self._mails("registration")), len(self._confirmed()) + 1)

    def _registrations(self) -> list[Any]:
        return self.by["organiser"].every("registrations", conference=self.told.conference["id"])

    def _confirmed(self) -> list[Any]:
        return [row for row in self._registrations() if row["state"] == "confirmed"]

    # 4. Attend

    def attend(self) -> None:
        organiser = self.by["organiser"]
        organiser.post(f"conferences/{self.told.conference['id']}/start")
        rows = sorted(self._confirmed(), key=lambda row: row["category"] == "staff")
        coming, self.late = rows[: len(rows) - STAY_AWAY - 1], rows[-1]
        codes = {}
        for message in self._mails("registration"):
            if found := re.search(r"^([A-Za-z0-9_=-]{20,}~[A-Za-z0-9_-]{20,})\r?$", _plain(message), re.MULTILINE):
                codes[message["To"].rpartition("<")[2].rstrip(">")] = found.group(1)
        site = self.told.conference["sites"][0]["id"]
        emails = {str(person.id): person.email for person in self.cast.staff}
        for number, row in enumerate(coming, start=1):
            code = codes.get(emails.get(row["person"], ""))
            body = {"code": code, "site": site} if code and number % 4 else {"registration": row["id"], "site": site}
            organiser.post("check-ins", body)
            self.progress("check in", number, len(coming))

    # 5. Decide

    def decide(self) -> None:
        secretary, chair, conference = self.by["secretary"], self.by["chair"], self.told.conference
        resolution = secretary.post(
            "resolutions",
            {
                "conference": conference["id"],
                "agenda_item": self.vote_item,
                "title": {"vi": "Nghị quyết hội nghị", "en": "Conference resolution"},
                "clauses": [
                    {
                        "vi": "Thông qua báo cáo tổng kết năm 2020 và phương hướng nhiệm vụ năm 2021.",
                        "en": "The report on 2020 and the plan for 2021 are adopted.",
                    },
                    {
                        "vi": "Giao các phòng, khối triển khai 10 nhiệm vụ trọng tâm.",
                        "en": "The divisions and blocs carry out the ten key tasks.",
                    },
                ],
            },
        )
        self.told.resolution_id = resolution["id"]
        secretary.post(f"resolutions/{resolution['id']}/table")
        poll = secretary.post(
            "polls",
            {
                "resolution": resolution["id"],
                "question": {"vi": "Thông qua Nghị quyết hội nghị?", "en": "Adopt the conference resolution?"},
                "rule": "staff_conference",
                "voting_categories": ["staff"],
            },
        )
        self.told.poll_id = poll["id"]
        chair.post(f"polls/{poll['id']}/open")
        # One comes late: in the room, but not among those present at the opening.
        self.by["organiser"].post("check-ins", {"registration": self.late["id"], "site": conference["sites"][0]["id"]})
        refused = self.by["guest"].http.post("/api/v1/ballots", json={"poll": poll["id"], "choice": "yes"})
        self.told.guest_vote_status = refused.status_code
        self._vote(poll["id"])
        chair.post(f"polls/{poll['id']}/seal")
        self._wait("count", lambda: int(chair.get(f"polls/{poll['id']}")["state"] == "counted"), 1)
        chair.post(f"polls/{poll['id']}/declare")
        self._wait(
            "conclude", lambda: int(chair.get(f"resolutions/{resolution['id']}")["state"] in {"adopted", "rejected"}), 1
        )

    def _vote(self, poll_id: str) -> None:
        """Everybody in the room who may vote does, eight at a time."""
        inside = {
            row["registration"]
            for row in self.by["organiser"].every("presences", conference=self.told.conference["id"])
        }
        voters = [row["person"] for row in self._confirmed() if row["id"] in inside and row["category"] == "staff"]
        choices = ["no"] * NO + ["abstain"] * ABSTAIN + ["yes"] * len(voters)

        def cast(pair: tuple[str, str]) -> None:
            person, choice = pair
            with httpx.Client(base_url=self.base_url, timeout=30, trust_env=False) as http:
                token = self.cast.staff_tokens[person]
                answer = http.post(
                    "/api/v1/ballots",
                    json={"poll": poll_id, "choice": choice},
                    headers={"Authorization": f"Bearer {token}"},
                )
            if answer.is_error:
                raise StepFailed(f"a ballot was refused: {answer.status_code} {answer.text[:300]}")

        with ThreadPoolExecutor(8) as pool:
            for number, _ in enumerate(pool.map(cast, zip(voters, choices, strict=False)), start=1):
                self.progress("vote", number, len(voters))

    # 6. Minute

    def minute(self) -> None:
        secretary, chair, conference = self.by["secretary"], self.by["chair"], self.told.conference
        speeches = []
        for order, speech in enumerate(self.facts["speeches"], start=1):
            body = {key: value for key, value in speech.items() if key not in {"agenda_item", "person", "organisation"}}
            body |= {
                "conference": conference["id"],
                "order": order,
                "agenda_item": self.speech_items[speech["agenda_item"]],
            }
            if "person" in speech:
                body["person"] = self._person(speech["person"])
                del body["office"]
            if "organisation" in speech:
                body["organisation"] = self.organisations[speech["organisation"]]
            speeches.append(secretary.post("speeches", body)["id"])
        for name in ("findings", "proposals", "conclusions"):
            for order, entry in enumerate(self.facts.get(name, []), start=1):
                body = {**entry, "conference": conference["id"], "order": order}
                if "speech" in body:
                    body["speech"] = speeches[body["speech"]]
                if "subject" in body:
                    body["subject"] = self.organisations[body["subject"]]
                secretary.post(
                    name,
                    {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in body.items()},
                )
        chair.post(f"conferences/{conference['id']}/close")
        self._wait("draft minutes", lambda: len(secretary.every("minutes", conference=conference["id"])), 1)
        minutes = secretary.every("minutes", conference=conference["id"])[0]
        self.told.minutes_id = minutes["id"]
        edited = secretary.patch(f"minutes/{minutes['id']}", {"added": [{"text": CLOSING_REMARK}]}, minutes["version"])
        submitted = secretary.post(f"minutes/{minutes['id']}/submit", version=edited["version"])
        chair.post(f"minutes/{minutes['id']}/approve", version=submitted["version"])

    # 7. Publish

    def publish(self) -> None:
        editor, approver, conference = self.by["editor"], self.by["approver"], self.told.conference
        self._wait("draft article", lambda: len(editor.every("articles", conference=conference["id"])), 1)
        article = editor.get(f"articles/{editor.every('articles', conference=conference['id'])[0]['id']}")
        self.told.article_id = article["id"]
        byline = self.facts["article"]
        editor.patch(
            f"articles/{article['id']}",
            {
                "byline": byline["byline"],
                "byline_position": byline["byline_position"],
                "byline_unit": byline["byline_unit"],
            },
            article["version"],
        )
        editor.post(f"articles/{article['id']}/submit")
        approver.post(f"articles/{article['id']}/approve")
        approver.post(f"articles/{article['id']}/publish")
        self.progress("publish", 1, 1)

    def _wait(self, step: str, done: Callable[[], int], wanted: int) -> None:
        end = time.monotonic() + PATIENCE
        while (count := done()) < wanted:
            if time.monotonic() > end:
                raise StepFailed(f"{step}: {count} of {wanted} after {PATIENCE:.0f} seconds")
            self.progress(step, count, wanted)
            time.sleep(0.3)
        self.progress(step, wanted, wanted)


def _plain(message: Any) -> str:
    """The text part of a received mail."""
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            return str(part.get_payload(decode=True).decode(part.get_content_charset() or "utf-8"))
    return ""
