"""The invited answer, are given a seat or wait for one, and come."""

import re

from backend.demo.journey.caller import StepFailed
from backend.demo.journey.stage import Stage, address, plain

#: Of the staff, how many say no, do not know yet, and have a seat but stay away.
DECLINE, UNSURE, STAY_AWAY = 7, 3, 6
REPLY_LINK = re.compile(r"/r/([A-Za-z0-9_=~-]+)")
SEAT_CODE = re.compile(r"^([A-Za-z0-9_=-]{20,}~[A-Za-z0-9_-]{20,})\r?$", re.MULTILINE)


def reply(stage: Stage) -> None:
    """Guest and staff answer; then one with a seat can no longer come, and the first on the waiting list moves up."""
    links = {}
    for message in stage.mails("invitation"):
        found = REPLY_LINK.search(plain(message))
        links[address(message)] = found.group(1) if found else ""
    _answer(stage, links)
    stage.wait("register", lambda: len(stage.registrations()), len(links) - DECLINE - UNSURE)
    confirmed = next(row for row in stage.confirmed() if row["category"] == "staff")
    leaving = next(person.email for person in stage.cast.staff if str(person.id) == confirmed["person"])
    stage.nobody.post(f"replies/{links[leaving]}", {"answer": "declined", "note": "Bận công tác đột xuất"})
    stage.wait("promote", lambda: int(not any(row["state"] == "waiting" for row in stage.registrations())), 1)
    stage.wait("confirm", lambda: len(stage.mails("registration")), len(stage.confirmed()) + 1)


def _answer(stage: Stage, links: dict[str, str]) -> None:
    """Everybody by the link in their mail, guests first: every third on the page, the others by the API."""
    staff = [person.email for person in stage.cast.staff]
    answers = dict.fromkeys(staff[:DECLINE], "declined")
    answers |= dict.fromkeys(staff[DECLINE : DECLINE + UNSURE], "tentative")
    in_turn = sorted(links.items(), key=lambda pair: pair[0].endswith("kt2.example"))
    for number, (email, token) in enumerate(in_turn):
        answer = answers.get(email, "accepted")
        if number % 3 == 0:
            page = stage.nobody.http.post(f"/r/{token}", data={"answer": answer, "note": ""})
            if page.is_error:
                raise StepFailed(f"the reply page answered {page.status_code}")
        else:
            stage.nobody.post(f"replies/{token}", {"answer": answer})
        stage.progress("reply", number + 1, len(links))


def attend(stage: Stage) -> None:
    """Three of four are let in by the code in their mail, the others by name; one will come late."""
    organiser = stage.by["organiser"]
    organiser.post(f"conferences/{stage.told.conference['id']}/start")
    rows = sorted(stage.confirmed(), key=lambda row: row["category"] == "staff")
    coming, stage.told.late = rows[: len(rows) - STAY_AWAY - 1], rows[-1]
    codes = {}
    for message in stage.mails("registration"):
        if found := SEAT_CODE.search(plain(message)):
            codes[address(message)] = found.group(1)
    site = stage.told.conference["sites"][0]["id"]
    emails = {str(person.id): person.email for person in stage.cast.staff}
    for number, row in enumerate(coming, start=1):
        code = codes.get(emails.get(row["person"], ""))
        body = {"code": code, "site": site} if code and number % 4 else {"registration": row["id"], "site": site}
        organiser.post("check-ins", body)
        stage.progress("check in", number, len(coming))
