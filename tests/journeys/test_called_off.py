"""A conference that is put off, meets another day after all, and is cancelled in the end: what its invitees are told."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from backend.core.clock import now
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.journeys.house import answer_by_link, calendar_entry, caller, open_house, reply_link, text

pytestmark = pytest.mark.django_db(transaction=True)


def test_everybody_hears_of_every_change_once(tmp_path: Path) -> None:
    host = OrganisationFactory(name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"})
    organiser, auditor = caller(role="organiser", organisation=host), caller(role="auditor")
    comes, refuses, silent = people = [
        PersonFactory(email=f"{name}@dv.example", organisation=host) for name in ("den", "tuchoi", "imlang")
    ]
    first = (now() + dt.timedelta(days=10)).replace(second=0, microsecond=0)
    second = first + dt.timedelta(days=7)

    with open_house(tmp_path) as house:
        conference = organiser.post(
            "conferences",
            {
                "kind": "meeting",
                "title": {"vi": "Họp triển khai"},
                "lead": str(host.pk),
                "starts_at": first.isoformat(),
                "capacity": 5,
            },
            expect=201,
        )
        address = f"conferences/{conference['id']}"
        organiser.post(f"{address}/announce")
        made = organiser.post(
            "invitation-lists",
            {
                "conference": conference["id"],
                "title": {"vi": "Thành phần"},
                "category": "delegate",
                "people": [str(person.pk) for person in people],
            },
            expect=201,
        )
        organiser.post(f"invitation-lists/{made['id']}/send")
        house.run()
        links = {person.email: reply_link(house.letters_to(person.email)[0]) for person in people}
        answer_by_link(links[comes.email], "accepted")
        answer_by_link(links[refuses.email], "declined")
        house.run()
        assert organiser.get(f"seats/{conference['id']}")["taken"] == 1
        assert len(house.letters_to(comes.email)) == 2, "the invitation and the confirmation"

        # Put off: the link says so, and takes no answer.
        organiser.post(f"{address}/postpone", {"reason": {"vi": "Bão số 5"}})
        house.run()
        waiting = Client().get(links[silent.email])
        assert waiting.status_code == 409
        assert "hoãn" in waiting.content.decode()
        assert Client().post(links[silent.email], {"answer": "accepted"}).status_code == 409

        # It meets another day: one new letter to each, also to who declined; the same entry in the calendar moves.
        organiser.patch(organiser.get(address), "conferences", {"starts_at": second.isoformat()})
        organiser.post(f"{address}/announce")
        house.run()
        told: dict[str, Any] = {}
        for person in people:
            before, after = (
                calendar_entry(letter, person.email)
                for letter in house.letters_to(person.email)
                if is_invitation(letter)
            )
            assert (after.method, after.uid) == ("REQUEST", before.uid)
            assert after.sequence > before.sequence
            assert (before.starts_at, after.starts_at) == (first, second)
            told[person.email] = after
        assert organiser.get(f"seats/{conference['id']}")["taken"] == 1, "answers stand until they are given anew"

        # Cancelled: each calendar drops it, the links are dead; nobody else gets the seat.
        organiser.post(f"{address}/cancel", {"reason": {"vi": "Không đủ kinh phí"}})
        house.run()
        for person in people:
            letter = house.letters_to(person.email)[-1]
            entry = calendar_entry(letter, person.email)
            assert (entry.method, entry.status, entry.uid) == ("CANCEL", "CANCELLED", told[person.email].uid)
            assert entry.sequence > told[person.email].sequence
            assert "Không đủ kinh phí" in text(letter)
            assert Client().get(links[person.email]).status_code == 410
        assert organiser.get(f"seats/{conference['id']}")["taken"] == 1, "kept, should it take place after all"
        assert {row["state"] for row in organiser.every("invitations", conference=conference["id"])} == {"withdrawn"}

        summary = auditor.get("deliveries/summary")
        assert (summary["due"], summary["dead"]) == (0, 0)
        assert len({letter["Message-ID"] for letter in house.mailbox.messages()}) == len(house.mailbox.messages())


def is_invitation(letter: Any) -> bool:
    """Carries a request for the calendar."""
    return any(
        part.get_param("method") == "REQUEST" for part in letter.walk() if part.get_content_type() == "text/calendar"
    )
