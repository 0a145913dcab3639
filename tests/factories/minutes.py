"""Records to write minutes from: one like a year-end review with a vote, one like two halls with little on record."""

import datetime as dt
from typing import Any

import factory

from backend.conferences.models import Conference
from backend.minutes.models import Conclusion, Finding, Proposal
from backend.people.models import OrganisationName
from backend.registration.models import Presence, Registration
from backend.resolutions.counting import PRESETS, Tally, decide
from backend.resolutions.models import Poll, Resolution
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
    DutyFactory,
    OrganiserFactory,
    SiteFactory,
    SpeechFactory,
    VenueFactory,
)
from tests.factories.people import OrganisationFactory, PersonFactory, account_with


class FindingFactory(factory.django.DjangoModelFactory[Finding]):
    class Meta:
        model = Finding

    conference = factory.SubFactory(ConferenceFactory)
    kind = "limitation"
    text = factory.LazyFunction(lambda: {"vi": "Ít thời gian trao đổi", "en": "Little time to exchange"})


class ProposalFactory(factory.django.DjangoModelFactory[Proposal]):
    class Meta:
        model = Proposal

    conference = factory.SubFactory(ConferenceFactory)
    kind = "proposal"
    text = factory.LazyFunction(lambda: {"vi": "Mua thêm thiết bị"})


class ConclusionFactory(factory.django.DjangoModelFactory[Conclusion]):
    class Meta:
        model = Conclusion

    conference = factory.SubFactory(ConferenceFactory)
    kind = "task"
    text = factory.LazyFunction(lambda: {"vi": "Lập kế hoạch triển khai"})


def seat(conference: Conference, unit: Any, *, category: str = "staff", came: bool = True) -> Registration:
    row = Registration.objects.create(
        conference=conference,
        person=PersonFactory(organisation=unit),
        organisation=unit,
        category=category,
        state="confirmed",
    )
    if came:
        Presence.objects.create(conference=conference, registration=row, direction="in", source="code")
    return row


def review(**fields: Any) -> Conference:
    """Closed, with a chair, a secretary, an in/out log, speeches, and a resolution adopted by a counted vote."""
    parent = OrganisationFactory(name={"vi": "Tổng cục Tiêu chuẩn Đo lường Chất lượng"})
    host = OrganisationFactory(
        parent=parent, symbol="KT2", name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"}
    )
    conference: Conference = ConferenceFactory(
        lead=host,
        state="closed",
        title={"vi": "Hội nghị tổng kết công tác năm 2020", "en": "Review conference 2020"},
        opened_at=dt.datetime(2021, 1, 14, 6, 35, tzinfo=dt.UTC),
        closed_at=dt.datetime(2021, 1, 14, 10, 5, tzinfo=dt.UTC),
        **fields,
    )
    venue = VenueFactory(name={"vi": "Khách sạn Sông Hàn"}, address={"vi": "306 đường 2/9, Đà Nẵng"})
    SiteFactory(conference=conference, venue=venue)
    chair = account_with(person__full_name="Nguyễn Phú Quý", person__honorific="ong")
    DutyFactory(conference=conference, kind="chair", person=chair.person, office={"vi": "Phó giám đốc phụ trách"})
    writer = account_with(person__full_name="Lê Thị Thư", person__honorific="ba")
    DutyFactory(conference=conference, kind="secretary", person=writer.person, office={})
    DutyFactory(conference=conference, kind="guest", office={"vi": "Vụ trưởng Vụ Đo lường"})
    AgendaItemFactory(conference=conference, title={"vi": "Báo cáo tổng kết", "en": "Report"})
    labs, trade = (
        OrganisationFactory(parent=host, name={"vi": name}) for name in ("Phòng Đo lường", "Phòng Nghiệp vụ")
    )
    for came in (True, True, False):
        seat(conference, labs, came=came)
    seat(conference, trade)
    seat(conference, parent, category="guest")
    speech = SpeechFactory(
        conference=conference,
        kind="direction",
        person=PersonFactory(full_name="Hà Minh Hiếu", honorific="ong"),
        office={"vi": "Phó Tổng cục trưởng", "en": "Deputy Director General"},
        speaker={},
        gist={"vi": "ghi nhận kết quả năm 2020"},
        points=[{"vi": name} for name in ("con người", "giá trị", "quan hệ", "đoàn kết", "rủi ro")],
        points_declared=10,
        quotes=[{"text": {"vi": "Chất lượng là uy tín"}}],
    )
    FindingFactory(conference=conference, speech=speech, scope={"vi": "toàn Trung tâm"})
    ProposalFactory(
        conference=conference,
        addressees=[{"vi": "lãnh đạo Trung tâm"}, {"vi": "lãnh đạo Tổng cục"}],
        response={"vi": "Sẽ xem xét trong quý I"},
    )
    ConclusionFactory(
        conference=conference,
        deadline_said={"vi": "trước quý II"},
        due_to=dt.date(2021, 3, 31),
        accepted=True,
    )
    resolution = Resolution.objects.create(
        conference=conference,
        title={"vi": "Nghị quyết hội nghị năm 2021"},
        clauses=[{"id": "ke-hoach", "text": {"vi": "Thực hiện kế hoạch năm 2021"}}],
        state="adopted",
    )
    tally = Tally.of_ballots(
        yes=150, no=3, abstain=2, summoned=190, entitled=190, attending=160, present_at_open=160, present_at_seal=158
    )
    verdict = decide(PRESETS["staff_conference"], tally).to_json()
    Poll.objects.create(
        resolution=resolution,
        conference=conference,
        question=resolution.title,
        rule=verdict["rule"],
        state="declared",
        sealed_at=dt.datetime(2021, 1, 15, 4, tzinfo=dt.UTC),
        tally=tally.to_json(),
        verdict=verdict,
    )
    return conference


def assembly(**fields: Any) -> Conference:
    """`review` with everything else minutes can hold: co-chairs from two organisations, a co-organiser, a former name,
    guests by name, by office and by group (one stayed away), a panel, tellers, and entries of every kind."""
    conference = review(**fields)
    lead = conference.organisers.get(role="lead").organisation
    OrganisationName.objects.create(
        organisation=lead.parent,
        name={"vi": "Tổng cục Đo lường"},
        valid_from=dt.date(2010, 1, 1),
        valid_to=dt.date(2021, 6, 30),
    )
    district = OrganisationFactory(
        name={"vi": "Ủy ban nhân dân huyện An Minh"}, short_name={"vi": "UBND huyện An Minh"}
    )
    OrganiserFactory(conference=conference, organisation=district, role="co", order=1)
    somebody = PersonFactory(full_name="Dương Minh Tâm", honorific="ong", degree="TS.")
    DutyFactory(conference=conference, person=somebody, organisation=district, office={"vi": "Phó Chủ tịch"})
    DutyFactory(conference=conference, kind="panel", office={}, group={"vi": "các đại biểu chủ trì phiên thảo luận"})
    DutyFactory(
        conference=conference, kind="teller", person=PersonFactory(full_name="Võ Thị Kim", honorific="ba"), office={}
    )
    DutyFactory(conference=conference, kind="consultant", office={}, group={"vi": "đơn vị tư vấn"})
    office = OrganisationFactory(name={"vi": "Văn phòng Tổng cục"})
    DutyFactory(conference=conference, kind="guest", organisation=office, office={"vi": "Chánh Văn phòng"})
    group = {"vi": "lãnh đạo UBND huyện An Minh"}
    DutyFactory(conference=conference, kind="guest", organisation=district, office={}, group=group)
    absent = seat(conference, district, category="guest", came=False).person
    type(absent).objects.filter(pk=absent.pk).update(full_name="Lý Vắng Mặt", honorific="ong")
    DutyFactory(conference=conference, kind="guest", person=absent, office={"vi": "Trưởng phòng"})
    AgendaItemFactory(conference=conference, phase="opening", title={"vi": "Chào cờ, giới thiệu đại biểu"})
    AgendaItemFactory(conference=conference, phase="discussion", title={"vi": "Hỏi đáp với lãnh đạo"})
    bloc = SpeechFactory(conference=conference, kind="paper", gist={"vi": "kinh nghiệm của Khối"}, points=[])
    for kind, text in (("achievement", "Vượt kế hoạch 10 %."), ("achievement", "Đủ hồ sơ"), ("cause", "Bão lụt")):
        FindingFactory(conference=conference, speech=bloc, kind=kind, text={"vi": text})
    for text in ("Mua máy", "Đào tạo"):
        ProposalFactory(
            conference=conference, speech=bloc, kind="petition", text={"vi": text}, proposer={"vi": "Khối Đo lường"}
        )
    ConclusionFactory(conference=conference, speech=bloc, kind="directive", subject=lead, text={"vi": "Thực hiện ngay"})
    return conference


def two_halls(**fields: Any) -> Conference:
    """Closed, four co-organisers and two sites, about 180 people; no hour, no secretary, no closing on record."""
    conference: Conference = ConferenceFactory(
        lead=OrganisationFactory(symbol="", name={"vi": "Chi cục Tiêu chuẩn"}),
        co=[OrganisationFactory(name={"vi": f"UBND huyện {n}"}) for n in range(1, 5)],
        state="closed",
        kind="workshop",
        day_part="morning",
        attended={"n": 180, "op": "≈"},
        **fields,
    )
    for name in ("Hội trường A", "Hội trường B"):
        SiteFactory(conference=conference, venue=VenueFactory(name={"vi": name}, address={}))
    return conference
