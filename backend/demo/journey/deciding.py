"""A resolution is tabled, voted on in a secret ballot, counted and declared."""

from concurrent.futures import ThreadPoolExecutor

from backend.demo.journey.caller import Caller
from backend.demo.journey.stage import Stage

#: Ballots against, and ballots that abstain; all the others are in favour.
NO, ABSTAIN = 4, 5


def decide(stage: Stage) -> None:
    secretary, chair, told = stage.by["secretary"], stage.by["chair"], stage.told
    told.resolution_id = _table(stage)
    poll = secretary.post(
        "polls",
        {
            "resolution": told.resolution_id,
            "question": {"vi": "Thông qua Nghị quyết hội nghị?", "en": "Adopt the conference resolution?"},
            "rule": "staff_conference",
            "voting_categories": ["staff"],
        },
    )["id"]
    told.poll_id = poll
    chair.post(f"polls/{poll}/open")
    # One comes late: in the room, but not among those present at the opening.
    stage.by["organiser"].post(
        "check-ins", {"registration": told.late["id"], "site": told.conference["sites"][0]["id"]}
    )
    refused = stage.by["guest"].http.post("/api/v1/ballots", json={"poll": poll, "choice": "yes"})
    told.guest_vote_status = refused.status_code
    _vote(stage)
    chair.post(f"polls/{poll}/seal")
    stage.wait("count", lambda: int(chair.get(f"polls/{poll}")["state"] == "counted"), 1)
    chair.post(f"polls/{poll}/declare")


def _table(stage: Stage) -> str:
    secretary = stage.by["secretary"]
    resolution = secretary.post(
        "resolutions",
        {
            "conference": stage.told.conference["id"],
            "agenda_item": stage.told.items["bieu-quyet"],
            "title": {"vi": "Nghị quyết hội nghị", "en": "Conference resolution"},
            "preamble": [
                {
                    "text": {
                        "vi": "Căn cứ Nghị định số 04/2015/NĐ-CP ngày 09 tháng 01 năm 2015 của Chính phủ",
                        "en": "Pursuant to Decree No. 04/2015/ND-CP of 9 January 2015 of the Government",
                    }
                }
            ],
            "clauses": [
                {
                    "text": {
                        "vi": "Thông qua báo cáo tổng kết năm 2020 và phương hướng nhiệm vụ năm 2021.",
                        "en": "The report on 2020 and the plan for 2021 are adopted.",
                    }
                },
                {
                    "text": {
                        "vi": "Giao các phòng, khối triển khai 10 nhiệm vụ trọng tâm.",
                        "en": "The divisions and blocs carry out the ten key tasks.",
                    }
                },
            ],
        },
    )
    secretary.post(f"resolutions/{resolution['id']}/table")
    return str(resolution["id"])


def _vote(stage: Stage) -> None:
    """Everybody in the room who may vote does, eight at a time."""
    presences = stage.by["organiser"].every("presences", conference=stage.told.conference["id"])
    inside = {row["registration"] for row in presences}
    voters = [row["person"] for row in stage.confirmed() if row["id"] in inside and row["category"] == "staff"]
    choices = ["no"] * NO + ["abstain"] * ABSTAIN + ["yes"] * len(voters)

    def cast(pair: tuple[str, str]) -> None:
        person, choice = pair
        voter = Caller(stage.base_url, stage.cast.staff_tokens[person])
        with voter.http:
            voter.post("ballots", {"poll": stage.told.poll_id, "choice": choice})

    with ThreadPoolExecutor(8) as pool:
        for number, _ in enumerate(pool.map(cast, zip(voters, choices, strict=False)), start=1):
            stage.progress("vote", number, len(voters))
