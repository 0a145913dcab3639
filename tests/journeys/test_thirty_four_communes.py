"""34 communes name their delegates: one forgets, one wants too many, two race for the last place, one sends a
substitute; in the end everybody has exactly one letter."""

import datetime as dt
import re
from collections import defaultdict
from email.message import Message
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from backend.core.clock import now
from backend.delegations.models import Delegation
from tests.factories.people import OrganisationFactory
from tests.journeys.house import House, calendar_entry, caller, open_house, text
from tests.threads import in_threads
from workers.clock import mind_delegations

pytestmark = pytest.mark.django_db(transaction=True)
COMMUNES = 34
FORGETS, WANTS_TOO_MANY, RACES, SUBSTITUTES = 3, 7, 11, 23
WORDS = ("An", "Bình", "Cường", "Dũng", "Giang", "Hà", "Khánh")


def quota_of(commune: int) -> int:
    return commune % 6 + 1


def link_in(letter: Message) -> str:
    found = re.search(re.escape(settings.BASE_URL) + r"(/d/\S+)", text(letter))
    assert found, text(letter)
    return found.group(1)


def letters_of(house: House) -> dict[str, list[Message]]:
    """What everybody finds in the mailbox, oldest first; read once, because there are many."""
    found: dict[str, list[Message]] = defaultdict(list)
    for letter in house.mailbox.messages():
        found[parseaddr(letter["To"])[1]].append(letter)
    return found


def somebody(commune: int, number: int) -> dict[str, str]:
    """Each bears a common name; the address tells them from their namesakes."""
    email = f"db{number}@xa{commune}.example"
    return {"do": "name", "full_name": f"NGUYỄN VĂN {WORDS[number].upper()}", "office": "Phó Chủ tịch", "email": email}


def sent(path: str, body: dict[str, str], expect: int = 303) -> str:
    """A form of the page, as a browser without scripts and cookies sends it; returns what it shows then."""
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(path, body)
    assert answer.status_code == expect, answer.content.decode()
    shown = browser.get(answer["Location"]) if expect == 303 else answer
    return str(shown.content.decode())


def test_everybody_has_exactly_one_letter(tmp_path: Path) -> None:
    host, district = OrganisationFactory(), OrganisationFactory(name={"vi": "Uỷ ban nhân dân thành phố"})
    communes = [OrganisationFactory(parent=district, name={"vi": f"Xã số {n}"}) for n in range(COMMUNES)]
    organiser = caller(role="organiser", organisation=host)
    due = (now() + dt.timedelta(days=10)).isoformat()

    with open_house(tmp_path) as house:
        conference = organiser.post(
            "conferences",
            {
                "kind": "study",
                "title": {"vi": "Hội nghị quán triệt Nghị quyết"},
                "lead": str(host.pk),
                "starts_at": (now() + dt.timedelta(days=30)).replace(second=0, microsecond=0).isoformat(),
            },
            expect=201,
        )
        organiser.post(f"conferences/{conference['id']}/announce")

        def asked(unit: Any, name: str, quota: int) -> dict[str, Any]:
            body = {
                "conference": conference["id"],
                "organisation": str(unit.pk),
                "quota": quota,
                "due_at": due,
                "focal_name": "Lê Thị Đầu Mối",
                "focal_email": f"daumoi@{name}.example",
            }
            made: dict[str, Any] = organiser.post("delegations", body, expect=201)
            organiser.post(f"delegations/{made['id']}/ask")
            return made

        above = asked(district, "thanhpho", 1)
        units = [asked(unit, f"xa{n}", quota_of(n)) for n, unit in enumerate(communes)]
        house.run()
        letters = letters_of(house)
        links = [link_in(letters[f"daumoi@xa{n}.example"][0]) for n in range(COMMUNES)]
        assert len(set(links)) == COMMUNES

        # Each commune names as many as it may; one forgets, and two people of one race for its last place.
        for n, link in enumerate(links):
            if n == FORGETS:
                continue
            for number in range(quota_of(n) - (n == RACES)):
                sent(link, somebody(n, number))
        assert "Đã đủ" in sent(links[WANTS_TOO_MANY], somebody(WANTS_TOO_MANY, 6), expect=409)
        racers, last = [4, 5], links[RACES]
        quota_left = quota_of(RACES) - 1
        connection.close()
        raced = in_threads(
            2, lambda: Client().post(last, {**somebody(RACES, quota_left), "email": f"r{racers.pop()}@xa.example"})
        )
        assert sorted(answer.status_code for answer in raced) == [303, 409], [each.content[:500] for each in raced]
        for n, link in enumerate(links):
            if n != FORGETS:
                assert "Danh sách đã gửi" in sent(link, {"do": "submit"})

        # The deadline passes: who forgot is told of to the unit above, and names its delegates after all.
        Delegation.objects.exclude(pk=above["id"]).update(due_at=now() - dt.timedelta(minutes=1))
        mind_delegations()
        mind_delegations()
        house.run()
        [_, escalation] = house.letters_to("daumoi@thanhpho.example")
        assert f"Xã số {FORGETS}" in text(escalation)
        for number in range(2):
            sent(links[FORGETS], somebody(FORGETS, number))
        Delegation.objects.filter(pk=units[FORGETS]["id"]).update(due_at=now() - dt.timedelta(days=3))
        mind_delegations()

        figures = organiser.get("delegations/overview", conference=conference["id"])
        places = sum(quota_of(n) for n in range(COMMUNES))
        assert (figures["units"], figures["quota"], figures["silent"]) == (COMMUNES + 1, places + 1, 1)
        assert (figures["named"], figures["returned"]) == (places - 2, 2)
        assert figures["by_state"] == {"draft": 0, "asked": 1, "submitted": 0, "closed": COMMUNES}

        # The letters go out; then one delegate cannot come.
        for unit in units:
            organiser.post(f"invitation-lists/{unit['list']}/send")
            organiser.post(f"invitation-lists/{unit['list']}/send")
        house.run()
        page = Client().get(links[SUBSTITUTES]).content.decode()
        delegate = re.search(r"edit=([0-9a-f-]{36})", page)
        assert delegate
        body = {**somebody(SUBSTITUTES, 6), "do": "substitute", "delegate": delegate.group(1)}
        sent(links[SUBSTITUTES], body)
        [proposal] = organiser.every("reply-proposals", conference=conference["id"])
        organiser.post(f"reply-proposals/{proposal['id']}/accept")
        house.run()

        letters = letters_of(house)
        rows = organiser.every("invitations", conference=conference["id"])
        live = [row for row in rows if row["state"] == "sent"]
        assert len(live) == places - 2
        assert len({row["email"] for row in live}) == len(live)
        for row in live:
            [letter] = letters[row["email"]]
            assert calendar_entry(letter, row["email"]).method == "REQUEST"
        [gone] = [row for row in rows if row["state"] == "withdrawn"]
        assert [calendar_entry(letter, gone["email"]).method for letter in letters[gone["email"]]] == [
            "REQUEST",
            "CANCEL",
        ]
        assert all(len(letters[f"daumoi@xa{n}.example"]) == 1 for n in range(COMMUNES))
