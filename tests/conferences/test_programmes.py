"""/programme, /releases and what changed, over HTTP."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import Conference, Release
from backend.people.models import Organisation
from tests.conferences.conftest import signed_in
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    DutyFactory,
    SpeakerFactory,
)
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2021, 1, 14, 7, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=15)
API = "/api/v1"
Granted = Callable[..., APIClient]


@pytest.fixture
def conference(host: Organisation) -> Conference:
    """Announced, with a session that holds four items; somebody speaks to the first."""
    made: Conference = ConferenceFactory(
        lead=host, announced=True, exact=True, title={"vi": "Hội nghị", "en": "Meeting"}
    )
    session = AgendaItemFactory(conference=made, order=1, kind="session", starts_at=AT, ends_at=AT + 4 * STEP)
    for number in range(4):
        item = AgendaItemFactory(
            conference=made,
            order=number + 2,
            parent=session,
            title={"vi": f"Tham luận {number + 1}", "en": f"Paper {number + 1}"},
            phase="paper",
            starts_at=AT + number * STEP,
            ends_at=AT + (number + 1) * STEP,
            minutes_planned=15,
        )
        if number == 0:
            SpeakerFactory(
                conference=made,
                agenda_item=item,
                person=PersonFactory(full_name="Nguyễn Văn An", honorific="ong"),
                organisation=None,
                office={},
                bloc={},
            )
    return made


def address(conference: Conference, rest: str = "programme") -> str:
    return f"{API}/conferences/{conference.pk}/{rest}"


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [entry["title"]["vi"] for entry in answer.json()["entries"]]


def released(conference: Conference, **said: Any) -> Release:
    return services.release(conference_id=conference.pk, **said)


def shift(conference: Conference, since: int = 2) -> None:
    conference.agenda.filter(order__gte=since).update(starts_at=F("starts_at") + STEP, ends_at=F("ends_at") + STEP)


# Reading


def test_the_programme_is_a_tree_with_names(organiser: APIClient, conference: Conference) -> None:
    shown = organiser.get(address(conference)).json()
    assert (shown["number"], shown["released_at"], shown["title"]["en"]) == (None, None, "Meeting")
    assert [entry["depth"] for entry in shown["entries"]] == [0, 1, 1, 1, 1]
    (speaker,) = shown["entries"][1]["speakers"]
    assert speaker["name"] == {"vi": "Ông Nguyễn Văn An", "en": "Mr Nguyen Van An"}
    assert speaker["said"]["vi"] == "Ông Nguyễn Văn An"
    assert shown["entries"][1]["phase_name"] == {"vi": "Tham luận", "en": "Papers"}


def test_a_programme_that_stays_as_it_is_is_not_sent_again(organiser: APIClient, conference: Conference) -> None:
    first = organiser.get(address(conference))
    again = organiser.get(address(conference), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, first["ETag"])
    conference.agenda.filter(order=2).update(title={"vi": "Khác"})
    assert organiser.get(address(conference), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_any_release_can_be_read_again(organiser: APIClient, conference: Conference) -> None:
    released(conference)
    conference.agenda.filter(order=5).update(title={"vi": "Mới"})
    released(conference, note={"vi": "Sửa tên"})
    first = organiser.get(address(conference), {"release": 1})
    assert titles(first)[-1] == "Tham luận 4"
    second = organiser.get(address(conference), {"release": 2}).json()
    assert (second["number"], second["note"], second["entries"][-1]["title"]) == (2, {"vi": "Sửa tên"}, {"vi": "Mới"})
    assert organiser.get(address(conference), {"release": 3}).status_code == 404
    for nonsense in ("0", "-1", "một", "1e3", "99999999999"):
        assert organiser.get(address(conference), {"release": nonsense}).status_code in (400, 404)


# Outsiders


def test_as_long_as_nothing_was_released_everybody_reads_the_agenda(granted: Granted, conference: Conference) -> None:
    outsider = granted()
    assert len(titles(outsider.get(address(conference)))) == 5
    assert len(outsider.get(f"{API}/agenda-items?conference={conference.pk}").json()["results"]) == 5
    assert len(outsider.get(f"{API}/conferences/{conference.pk}").json()["agenda"]) == 5


def working_lists(client: APIClient, conference: Conference) -> dict[str, int]:
    shown = {}
    for path in ("agenda-items", "agenda-rooms", "speakers", "duties"):
        shown[path] = len(client.get(f"{API}/{path}?conference={conference.pk}").json()["results"])
    page = client.get(f"{API}/conferences/{conference.pk}").json()
    return {**shown, "agenda": len(page["agenda"]), "rooms": len(page["agenda_rooms"]), "on page": len(page["duties"])}


def test_once_released_outsiders_read_only_what_was_released(
    granted: Granted, organiser: APIClient, host: Organisation, conference: Conference
) -> None:
    item = conference.agenda.get(order=2)
    AgendaRoomFactory(conference=conference, agenda_item=item)
    DutyFactory(conference=conference, kind="panel", agenda_item=item)
    DutyFactory(conference=conference, kind="guest")
    released(conference)
    conference.agenda.filter(order=2).update(title={"vi": "Chưa phát hành"})
    new = AgendaItemFactory(conference=conference, order=9, title={"vi": "Mới soạn"})
    partner = granted("organiser", OrganisationFactory())
    for outsider in (granted(), partner):
        assert titles(outsider.get(address(conference)))[1:] == [f"Tham luận {n}" for n in (1, 2, 3, 4)]
        assert outsider.get(address(conference)).json()["number"] == 1
        assert outsider.get(f"{API}/agenda-items/{new.pk}").status_code == 404
        assert outsider.get(f"{API}/agenda-items/{item.pk}").status_code == 404
        assert working_lists(outsider, conference) == {
            "agenda-items": 0, "agenda-rooms": 0, "speakers": 0, "duties": 1, "agenda": 0, "rooms": 0, "on page": 1,
        }  # fmt: skip
        assert outsider.get(f"{API}/conferences/{conference.pk}").json()["release"] == 1
    for insider in (organiser, granted("auditor", host), granted("administrator")):
        assert titles(insider.get(address(conference)))[-1] == "Mới soạn"
        assert working_lists(insider, conference) == {
            "agenda-items": 6, "agenda-rooms": 1, "speakers": 1, "duties": 2, "agenda": 6, "rooms": 1, "on page": 2,
        }  # fmt: skip


def test_what_outsiders_clone_or_make_a_template_of_has_only_what_was_released(
    granted: Granted, host: Organisation, conference: Conference
) -> None:
    released(conference)
    conference.agenda.filter(order=2).update(title={"vi": "Chưa phát hành"})
    AgendaItemFactory(conference=conference, order=9, title={"vi": "Mới soạn"})
    own = OrganisationFactory()
    body = {"parts": ["agenda"], "lead": str(own.pk)}
    made = granted("organiser", own).post(address(conference, "clone"), body)
    assert made.status_code == 201, made.content
    assert [item["title"]["vi"] for item in made.json()["agenda"]][1:] == [f"Tham luận {n}" for n in (2, 3, 4)]
    whole = granted("organiser", host).post(address(conference, "clone"), {"parts": ["agenda"]})
    assert len(whole.json()["agenda"]) == 6


def test_outsiders_read_at_the_same_cost_however_long_it_is(
    granted: Granted, conference: Conference, django_assert_max_num_queries: Any
) -> None:
    client, costs = granted("editor", OrganisationFactory()), []
    for _ in range(3):
        for _ in range(10):
            SpeakerFactory(conference=conference, agenda_item=AgendaItemFactory(conference=conference))
        released(conference)
        with django_assert_max_num_queries(30) as captured:
            client.get(address(conference))
        costs.append(len(captured))
    assert len(set(costs[1:])) == 1, costs


@pytest.mark.parametrize("kind", ["chair", "secretary"])
def test_who_leads_the_conference_reads_the_working_programme(conference: Conference, kind: str) -> None:
    leading, of_a_session = PersonFactory.create_batch(2)
    DutyFactory(conference=conference, kind=kind, person=leading)
    there = "panel" if kind == "chair" else kind
    DutyFactory(conference=conference, kind=there, person=of_a_session, agenda_item=conference.agenda.get(order=2))
    released(conference)
    conference.agenda.filter(order=5).update(title={"vi": "Mới"})
    assert titles(signed_in(AccountFactory(person=leading)).get(address(conference)))[-1] == "Mới"
    assert titles(signed_in(AccountFactory(person=of_a_session)).get(address(conference)))[-1] == "Tham luận 4"


def test_what_is_closed_is_in_no_release_and_no_change_of_who_may_not_see_it(
    granted: Granted, organiser: APIClient, conference: Conference
) -> None:
    conference.agenda.filter(order=3).update(confidentiality="restricted")
    released(conference)
    conference.agenda.filter(order=3).update(title={"vi": "Mật"})
    conference.agenda.filter(order=4).update(title={"vi": "Mở"})
    second = released(conference)
    outsider = granted()
    assert len(titles(outsider.get(address(conference)))) == 4
    assert len(titles(outsider.get(address(conference), {"release": 1}))) == 4
    seen = outsider.get(address(conference, "programme/changes")).json()
    assert [change["title"]["vi"] for change in seen["changes"]] == ["Mở"]
    assert outsider.get(f"{API}/releases/{second.pk}").json()["changes"] == {"retitled": 1}
    assert organiser.get(f"{API}/releases/{second.pk}").json()["changes"] == {"retitled": 2}


# Releasing


def test_a_release_is_made_previewed_and_listed(granted: Granted, organiser: APIClient, conference: Conference) -> None:
    preview = organiser.post(address(conference, "release") + "?preview=true", {"note": {"vi": "Bản đầu"}})
    assert preview.status_code == 200
    shown = preview.json()
    assert (shown["number"], shown["releasable"], shown["from"], shown["to"]) == (1, True, None, None)
    assert [section["kind"] for section in shown["changelog"]] == ["added"]
    assert {warning["code"]: len(warning["entries"]) for warning in shown["warnings"]} == {"room": 5, "speaker": 3}
    assert not Release.objects.exists()

    made = organiser.post(address(conference, "release"), {"note": {"vi": "Bản đầu"}})
    assert made.status_code == 201, made.content
    assert made.json()["number"] == 1
    assert made.json()["intact"] is True
    assert made.json()["changes"] == {"added": 5}
    refused = organiser.post(address(conference, "release"), {})
    assert refused.status_code == 409
    assert refused.json()["detail"] == "Không có gì thay đổi so với lần phát hành trước."
    again = organiser.post(address(conference, "release") + "?preview=true", {}).json()
    assert (again["releasable"], again["changes"], again["changelog"]) == (False, [], [])

    (row,) = granted().get(f"{API}/releases?conference={conference.pk}").json()["results"]
    assert (row["number"], row["note"], row["sha256"]) == (1, {"vi": "Bản đầu"}, made.json()["sha256"])
    assert "programme" not in row


def test_who_does_not_organise_releases_nothing(granted: Granted, host: Organisation, conference: Conference) -> None:
    for client in (granted(), granted("editor", host), granted("organiser", OrganisationFactory())):
        assert client.post(address(conference, "release"), {}).status_code == 403
    draft = ConferenceFactory(lead=host)
    assert granted().post(address(draft, "release"), {}).status_code in (403, 404)
    assert granted("organiser", host).post(address(draft, "release"), {}).status_code == 409


def test_a_stale_release_is_refused(organiser: APIClient, conference: Conference) -> None:
    version = organiser.get(f"{API}/conferences/{conference.pk}")["ETag"]
    organiser.patch(f"{API}/conferences/{conference.pk}", {"note": {"vi": "x"}}, headers={"If-Match": version})
    stale = organiser.post(address(conference, "release"), {}, headers={"If-Match": version})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("query", "body", "field"),
    [("?preview=maybe", {}, "preview"), ("", {"note": "x"}, "note"), ("", {"notes": {}}, "notes")],
)
def test_bad_input_is_named(
    organiser: APIClient, conference: Conference, query: str, body: dict[str, Any], field: str
) -> None:
    answer = organiser.post(address(conference, "release") + query, body, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert not Release.objects.exists()


# Changes


def test_the_changelog_tells_a_shift_in_one_line_in_both_languages(
    organiser: APIClient, conference: Conference
) -> None:
    released(conference)
    shift(conference)
    seen = organiser.get(address(conference, "programme/changes")).json()
    assert (seen["from"], seen["to"]) == (1, None)
    (section,) = seen["changelog"]
    assert section["name"] == {"vi": "Thời gian", "en": "Time"}
    (line,) = section["lines"]
    assert line["text"] == {
        "vi": "4 mục, từ “Tham luận 1” đến “Tham luận 4”, lùi 15 phút.",
        "en": "4 items, from “Paper 1” to “Paper 4”, 15 minutes later.",
    }
    assert line["moves"] is True
    first = seen["changes"][0]
    assert first["text"]["vi"] == "“Tham luận 1” dời từ 14 giờ 00 sang 14 giờ 15."
    assert first["fields_changed"] == ["starts_at", "ends_at"]
    assert first["before"]["starts_at"] == "2021-01-14T14:00:00+07:00"
    assert first["after"]["starts_at"] == "2021-01-14T14:15:00+07:00"


def test_any_two_releases_are_compared_in_either_direction(organiser: APIClient, conference: Conference) -> None:
    for _ in range(3):
        released(conference)
        shift(conference)
    path = address(conference, "programme/changes")
    assert organiser.get(path, {"from": 1, "to": 3}).json()["changes"][0]["text"]["vi"].endswith("sang 14 giờ 30.")
    back = organiser.get(path, {"from": 3, "to": 1}).json()
    assert back["changelog"][0]["lines"][0]["text"]["vi"].endswith("sớm hơn 30 phút.")
    assert organiser.get(path, {"to": 3}).json()["from"] == 2
    assert organiser.get(path, {"from": 2, "to": "working"}).json()["to"] is None
    same = organiser.get(path, {"from": 2, "to": 2}).json()
    assert same["changes"] == same["changelog"] == []


def test_the_working_programme_is_not_compared_for_outsiders(granted: Granted, conference: Conference) -> None:
    path, outsider = address(conference, "programme/changes"), granted()
    assert outsider.get(path).status_code == 404
    released(conference)
    shift(conference)
    assert outsider.get(path, {"to": "working"}).status_code == 403
    assert outsider.get(path).status_code == 404  # nothing before the first
    released(conference)
    assert outsider.get(path).json()["to"] == 2
    for asked in ({"from": "x"}, {"to": "x"}, {"to": "-1"}):
        assert outsider.get(path, asked).status_code == 400
    for asked in ({"from": "7"}, {"to": "0"}):
        assert outsider.get(path, asked).status_code == 404


def test_a_release_that_was_tampered_with_says_so(organiser: APIClient, conference: Conference) -> None:
    made = released(conference)
    forged = Release(
        conference=conference,
        number=2,
        programme={**made.programme, "number": 2, "title": {"vi": "Khác"}},
        sha256=made.sha256,
        released_at=made.released_at,
    )
    forged.save()
    assert organiser.get(f"{API}/releases/{made.pk}").json()["intact"] is True
    assert organiser.get(f"{API}/releases/{forged.pk}").json()["intact"] is False
