"""Articles for tests, and a record worth writing about."""

from typing import Any

import factory

from backend.articles import services
from backend.articles.models import Article, ArticleBlock
from backend.conferences.models import Conference
from backend.core.clock import now
from backend.documents.models import Document
from backend.minutes.models import Conclusion, Finding, Minutes, Proposal
from backend.people.models import Account
from backend.resolutions.counting import PRESETS, Tally, decide
from backend.resolutions.models import Poll, Resolution
from tests.factories.conferences import ConferenceFactory, DutyFactory, SiteFactory, SpeechFactory, VenueFactory
from tests.factories.people import AccountFactory, OrganisationFactory, OrganisationNameFactory, PersonFactory


class ArticleFactory(factory.django.DjangoModelFactory[Article]):
    """A draft without a conference, with two aligned blocks; `blocks=[]` for none."""

    class Meta:
        model = Article
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    kind = "feature"
    slug = factory.Sequence(lambda n: f"bai-viet-{n}")
    title = factory.Sequence(lambda n: {"vi": f"Bài viết {n}", "en": f"Article {n}"})
    sapo = factory.LazyFunction(lambda: {"vi": "Tóm tắt.", "en": "Summary."})

    @factory.post_generation
    def blocks(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        texts = [{"vi": "Đoạn một.", "en": "Block one."}, {"vi": "Đoạn hai.", "en": "Block two."}]
        for order, text in enumerate(texts if extracted is None else extracted, 1):
            ArticleBlockFactory(article=self, order=order, text=text)


class ArticleBlockFactory(factory.django.DjangoModelFactory[ArticleBlock]):
    class Meta:
        model = ArticleBlock

    order = 1
    text = factory.LazyFunction(lambda: {"vi": "Đoạn.", "en": "Block."})
    status = factory.LazyAttribute(
        lambda block: {code: "human" if block.text.get(code) else "missing" for code in ("vi", "en")}
    )


def published(*, approver: Account | None = None, **fields: Any) -> Article:
    """An article that went the whole way through the services."""
    article = ArticleFactory(**fields)
    services.submit(article_id=article.id, by=AccountFactory().pk)
    services.approve(article_id=article.id, by=(approver or AccountFactory()).pk)
    return services.publish(article_id=article.id)


def approved_minutes(conference: Conference, **fields: Any) -> Minutes:
    organisation = conference.organisers.get(role="lead").organisation
    document = Document.objects.create(organisation=organisation, kind="BB", title={"vi": "Biên bản"})
    return Minutes.objects.create(
        conference=conference, document=document, **{"state": "approved", "approved_at": now(), **fields}
    )


def review_of_2020() -> Minutes:
    """Approved minutes of a year-end review: office held then, former names, a figure that is "more than", ten tasks of
    which two are on record, a verdict; the title has no English."""
    host = OrganisationFactory(
        name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"}, place={"vi": "Đà Nẵng", "en": "Da Nang"}
    )
    agency = OrganisationFactory(name={"vi": "Uỷ ban Tiêu chuẩn", "en": "Commission for Standards"})
    OrganisationNameFactory(
        organisation=agency,
        name={"vi": "Tổng cục Tiêu chuẩn", "en": "Directorate for Standards"},
        valid_to="2024-06-30",
    )
    conference = ConferenceFactory(
        lead=host,
        state="closed",
        slug="tong-ket-2020",
        title={"vi": "Hội nghị tổng kết công tác năm 2020"},
        period_reviewed="2020",
        attended={"n": 190, "op": ">", "who": {"vi": "viên chức, người lao động", "en": "staff members"}},
    )
    SiteFactory(conference=conference, venue=VenueFactory(name={"vi": "Khách sạn Minh Toàn", "en": "Minh Toan Hotel"}))
    hiep = PersonFactory(full_name="Hà Minh Hiệp", honorific="ong")
    office = {"vi": "Phó Tổng cục trưởng", "en": "Deputy Director General"}
    DutyFactory(conference=conference, kind="guest", person=hiep, organisation=agency, office=office)
    report = SpeechFactory(
        conference=conference,
        kind="report",
        order=1,
        person=PersonFactory(full_name="Nguyễn Phú Quốc"),
        organisation=host,
        office={"vi": "Phó giám đốc phụ trách", "en": "Deputy Director in charge"},
        speaker={},
        points_declared=10,
        points=[{"vi": "Vượt kế hoạch", "en": "Exceed the plan"}, {"vi": "Số hoá", "en": "Go digital"}],
    )
    SpeechFactory(
        conference=conference,
        kind="direction",
        order=2,
        person=hiep,
        organisation=agency,
        office=office,
        speaker={},
        gist={"vi": "Trung tâm là đơn vị mạnh trong vùng."},
        points=[],
        quotes=[{"text": {"vi": "“Đoàn kết để phát triển”"}}],
    )
    Finding.objects.create(
        conference=conference,
        speech=report,
        kind="achievement",
        text={"vi": "Vượt 10 % kế hoạch", "en": "The plan was exceeded by 10 %"},
    )
    Proposal.objects.create(
        conference=conference,
        kind="petition",
        proposer={"vi": "Khối Đo lường", "en": "the Metrology bloc"},
        addressees=[
            {"vi": "Lãnh đạo Trung tâm", "en": "the Centre"},
            {"vi": "Lãnh đạo Tổng cục", "en": "the Directorate"},
        ],
        text={"vi": "Tăng đào tạo", "en": "more training"},
    )
    Conclusion.objects.create(
        conference=conference, kind="task", text={"vi": "Báo cáo kết quả"}, deadline_said={"vi": "đầu tháng 12"}
    )
    resolution = Resolution.objects.create(
        conference=conference, state="adopted", title={"vi": "Nghị quyết hội nghị", "en": "Conference resolution"}
    )
    rule = PRESETS["staff_conference"]
    tally = Tally.of_ballots(
        members=190,
        summoned=190,
        entitled=190,
        attending=171,
        present_at_open=171,
        present_at_seal=171,
        yes=165,
        no=4,
        abstain=2,
    )
    Poll.objects.create(
        resolution=resolution,
        conference=conference,
        question=resolution.title,
        rule=rule.to_json(),
        state="declared",
        sealed_at=now(),
        tally=tally.to_json(),
        verdict=decide(rule, tally).to_json(),
    )
    return approved_minutes(conference)
