"""What reading costs: a list takes as many queries for 30 rows as for one, and so does a row with all that hangs on it."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.articles.models import ArticleRevision
from backend.conferences import services as conferences
from backend.conferences.api.parts import DutyViewSet
from backend.conferences.models import (
    AgendaItem,
    Conference,
    Duty,
    Outline,
    OutlineDuty,
    OutlineItem,
    OutlineSite,
    Paper,
    PortableEquipment,
    Release,
    Room,
    RoomBooking,
    Series,
    Venue,
)
from backend.conferences.states import Equipment
from backend.core.clock import now
from backend.delegations import links as delegation_links
from backend.delegations.queries import opened_by as delegations_opened_by
from backend.documents import services as documents
from backend.documents.models import Document, NumberSeries, OfficialNumber
from backend.documents.uploads import looked_at
from backend.imports.models import Import
from backend.invitations.models import FailedLetter
from backend.minutes.models import Minutes
from backend.outbox.models import DeliveryAttempt
from backend.people.models import Account, Organisation, Person
from backend.privacy import services as privacy
from backend.privacy.models import ConsentPurpose
from backend.questions.models import AnswerSheet, Questionnaire
from backend.registration.models import Admission, Badge, BadgePrint, Presence, Registration, Scan, SeatLimit, Seats
from backend.resolutions import services as resolutions
from backend.resolutions.models import Authorisation, Backing, Election, Entitlement, Poll, Resolution
from tests.access.operations import operations
from tests.factories.articles import ArticleBlockFactory, ArticleFactory
from tests.factories.calendars import CalendarLinkFactory
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    DutyFactory,
    OrganiserFactory,
    OutlineFactory,
    OwnPhaseFactory,
    RoomFactory,
    SeriesFactory,
    SiteFactory,
    SpeakerFactory,
    SpeechFactory,
    TemplateFactory,
    VenueFactory,
)
from tests.factories.delegations import DelegationFactory, named
from tests.factories.documents import DocumentFactory
from tests.factories.imports import ImportFactory, ImportRowFactory
from tests.factories.inbound import InboundMailFactory, SuppressedAddressFactory
from tests.factories.invitations import (
    InvitationFactory,
    InvitationLetterFactory,
    InvitationListFactory,
    InvitationReplyFactory,
    ReplyProposalFactory,
)
from tests.factories.jobs import JobErrorFactory, JobFactory
from tests.factories.mail import MailBatchFactory, OutgoingMailFactory
from tests.factories.minutes import ConclusionFactory, FindingFactory, ProposalFactory
from tests.factories.outbox import DeliveryFactory, EventFactory, WebhookEndpointFactory
from tests.factories.papers import PDF, PaperFactory
from tests.factories.people import (
    AccountFactory,
    ApiTokenFactory,
    OrganisationFactory,
    OrganisationNameFactory,
    PersonFactory,
    PositionFactory,
    RoleGrantFactory,
    account_with,
)
from tests.factories.privacy import access_to, consent_of
from tests.factories.questions import AnswerSheetFactory, QuestionnaireFactory
from tests.factories.registration import RegistrationFactory
from tests.factories.resolutions import AmendmentFactory, CommentFactory, PollFactory, QuorumFactory, ResolutionFactory
from tests.factories.rights import (
    CorrectionFactory,
    DataRequestFactory,
    ErasureFactory,
    LegalHoldFactory,
    PersonalExportFactory,
    PublicHolidayFactory,
    RequestEntryFactory,
    RetentionRunFactory,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/"
SIZES = (1, 3, 30)
#: The token, the grants, the tree of organisations, the page, and what is prefetched for its rows.
MOST = 10
BOOKED_DAY = dt.datetime(2021, 1, 14, tzinfo=dt.UTC)
#: A conference's own page shows everything it consists of; its clashes are looked for among all that happens meanwhile.
MOST_FOR_ONE = 17
#: The tellers' minutes name the text as well.
MOST_OF_A_POLL = 11


class House:
    """One organisation, who reads its lists, and how to make one more row of each kind, with all it hangs on."""

    def __init__(self) -> None:
        self.host: Organisation = OrganisationFactory()
        self.account: Account = account_with("administrator", person=PersonFactory(organisation=self.host))
        self.organiser: Account = account_with("organiser", organisation=self.host)
        self.count = self.made = 0

    def number(self) -> int:
        self.count += 1
        return self.count

    def renamed(self) -> Organisation:
        row: Organisation = OrganisationFactory(parent=self.host)
        OrganisationNameFactory(organisation=row, valid_to=dt.date(2022, 1, 1))
        return row

    def person(self) -> Person:
        row: Person = PersonFactory(organisation=self.renamed())
        return row

    def conference(self, **fields: Any) -> Conference:
        row: Conference = ConferenceFactory(lead=self.host, co=[self.renamed()], **{"announced": True, **fields})
        return row

    def filled_conference(self) -> Conference:
        row = self.conference()
        self.site(row)
        self.duty(row)
        AgendaItemFactory(conference=row)
        return row

    def site(self, conference: Conference | None = None) -> Any:
        room = RoomFactory(venue__organisation=self.host)
        return SiteFactory(conference=conference or self.conference(), venue=room.venue, room=room)

    def duty(self, conference: Conference | None = None) -> Any:
        conference = conference or self.conference()
        return DutyFactory(conference=conference, person=self.person(), organisation=self.renamed())

    def spoken_to(self, conference: Conference) -> AgendaItem:
        """An agenda item somebody is planned to speak to."""
        row = SpeakerFactory(conference=conference, person=self.person(), organisation=self.renamed())
        item: AgendaItem = row.agenda_item
        return item

    def released(self) -> Release:
        return conferences.release(conference_id=self.conference().pk)

    def paper(self, conference: Conference | None = None) -> Paper:
        """Handed in, by somebody no letter reaches."""
        where = {"conference": conference or self.conference(), "organisation": self.renamed()}
        row: Paper = PaperFactory(speaker=SpeakerFactory(person=PersonFactory(email=""), **where))
        return self.handed_in(row)

    def failed_letter(self) -> Any:
        row = self.invitation()
        return FailedLetter.objects.create(
            conference=row.conference, person=row.person, invitation=row, kind="returned"
        )

    @staticmethod
    def naming_unit() -> str:
        """The link of a unit whose file was read."""
        unit = DelegationFactory(asked=True)
        ImportFactory(organisation=unit.organisation, list=unit.list, holder_id=unit.pk)
        return delegation_links.sign(unit.pk, 1)

    @staticmethod
    def named_and_listed(token: str) -> None:
        """One more delegate of the unit, and one more row of its file."""
        unit = delegations_opened_by(token)
        named(unit)
        ImportRowFactory(imported=Import.objects.get(holder_id=unit.pk))

    @staticmethod
    def handed_in(paper: Paper) -> Paper:
        return conferences.hand_in(paper_id=paper.pk, upload=looked_at(filename="a.pdf", content=PDF))

    def unreachable(self, conference: Conference) -> None:
        PaperFactory(speaker=SpeakerFactory(conference=conference, organisation=self.renamed()))

    def busy_conference(self) -> Conference:
        row = self.conference(exact=True)
        DutyFactory(conference=row, person=self.account.person)
        return row

    def clash(self, row: Conference) -> None:
        """Who chairs it is needed in one more conference at its time."""
        DutyFactory(conference=self.conference(exact=True), person=row.duties.get().person)

    def too_early(self, row: Conference) -> None:
        """One more session whose only item begins before it."""
        start = row.starts_at + dt.timedelta(minutes=10 * self.number())
        session = AgendaItemFactory(conference=row, kind="session", pinned=True, starts_at=start)
        inside = {"parent": session, "pinned": True, "starts_at": start - dt.timedelta(minutes=5)}
        AgendaItemFactory(conference=row, minutes_planned=1, **inside)

    def booking(self, room: Room) -> None:
        start = BOOKED_DAY + dt.timedelta(minutes=30 * self.number())
        span = (start, start + dt.timedelta(minutes=30))
        site = SiteFactory(conference=self.conference(), venue=room.venue, room=room)
        RoomBooking.objects.create(site=site, room=room, during=span, taken=span)

    def portable(self, venue: Venue) -> None:
        """One more kind of it, until there is every kind."""
        kind = list(Equipment)[self.number() % len(Equipment)]
        PortableEquipment.objects.get_or_create(venue=venue, kind=kind, defaults={"quantity": 1})

    def outline(self) -> Outline:
        row: Outline = OutlineFactory()
        self.stand(row)
        return row

    def stand(self, outline: Outline) -> None:
        """Adds a standing site, agenda item and duty."""
        order, room = self.number(), RoomFactory(venue__organisation=self.host)
        OutlineSite.objects.create(outline=outline, order=order, venue=room.venue, room=room)
        OutlineItem.objects.create(outline=outline, order=order, phase="report", title={"vi": "Báo cáo"})
        OutlineDuty.objects.create(
            outline=outline, order=order, kind="chair", person=self.person(), organisation=self.renamed()
        )

    def invitation(self) -> Any:
        return InvitationFactory(
            list=InvitationListFactory(conference=self.conference()), person=self.person(), sent=True
        )

    def delegation(self) -> Any:
        return DelegationFactory(conference=self.conference(), organisation=self.renamed())

    def registration(self, conference: Conference | None = None) -> Registration:
        person = self.person()
        return Registration.objects.create(
            conference=conference or self.conference(),
            person=person,
            organisation=person.organisation,
            category="staff",
            state="confirmed",
        )

    def presence(self, conference: Conference | None = None) -> Presence:
        row = self.registration(conference)
        return Presence.objects.create(conference=row.conference, registration=row, direction="in", source="code")

    def badges(self) -> BadgePrint:
        row = self.registration()
        made = BadgePrint.objects.create(conference=row.conference, registrations=[row.pk], sheet="a6")
        Badge.objects.create(print=made, registration=row, number=0, digest="")
        return made

    def scan(self) -> Scan:
        row = self.registration()
        at = now()
        fields = {"device": uuid4(), "scan": uuid4(), "direction": "in", "outcome": "no_seat"}
        return Scan.objects.create(conference=row.conference, registration=row, scanned_at=at, at=at, **fields)

    def came(self, quorum: Any) -> None:
        """Somebody who counts comes in."""
        row = RegistrationFactory(conference=quorum.conference, category="delegate")
        Presence.objects.create(conference=quorum.conference, registration=row, direction="in", source="name")

    def authorisation(self) -> Authorisation:
        conference = self.conference(state="running")
        resolutions.set_procedure(conference=conference, proxies=1)
        holder, other = (self.registration(conference) for _ in range(2))
        return resolutions.authorise(conference=conference, holder_id=holder.pk, proxy=other.person)

    def poll(self, voters: int = 1) -> Poll:
        """Declared, with the reader's vote and as many others cast: what people see of themselves is not noted."""
        poll: Poll = PollFactory(resolution=ResolutionFactory(conference=self.conference(state="running")))
        own = Registration.objects.create(
            conference=poll.conference, person=self.account.person, category="staff", state="confirmed"
        )
        for seat in [own, *(self.registration(poll.conference) for _ in range(voters))]:
            Presence.objects.create(conference=poll.conference, registration=seat, direction="in", source="code")
        resolutions.open_poll(poll_id=poll.pk)
        for caster in Entitlement.objects.filter(poll=poll).values_list("caster_id", flat=True):
            resolutions.cast(poll_id=poll.pk, person_id=caster, choice="yes")
        for step in (resolutions.seal, resolutions.count, resolutions.declare):
            step(poll_id=poll.pk)
        return poll

    def election(self) -> Election:
        return resolutions.draft_election(
            conference=self.conference(state="running"),
            title={"vi": "Bầu cử"},
            places=1,
            candidates=[{"name": "Lê Thị Hoa"}, {"name": "Trần Văn Nam"}],
        )

    @staticmethod
    def rewritten(resolution: Resolution) -> None:
        resolutions.edit(
            resolution_id=resolution.pk, expected=None, title={"vi": f"Bản {resolution.versions.count() + 1}"}
        )

    def minutes(self) -> Minutes:
        conference = self.conference(state="closed")
        return Minutes.objects.create(
            conference=conference, document=self.numbered_document(kind="BB"), head={}, content=[]
        )

    @staticmethod
    def version(document: Document, *, draft: bool = True) -> None:
        documents.add_version(document_id=document.pk, contents={"pdf": b"%PDF-"}, stem="van-ban", draft=draft)

    def filed(self) -> Document:
        row: Document = DocumentFactory(organisation=self.renamed())
        self.version(row)
        return row

    def numbered_document(self, kind: str = "NQ") -> Document:
        document: Document = DocumentFactory(organisation=self.renamed(), kind=kind)
        self.version(document, draft=False)
        series = NumberSeries.objects.create(organisation=document.organisation, kind=kind, year=2021, last=1)
        OfficialNumber.objects.create(series=series, number=1, document=document)
        return document

    def answer_sheet(self, questionnaire: Questionnaire | None = None) -> AnswerSheet:
        asked = questionnaire or QuestionnaireFactory(conference=self.conference())
        coming = RegistrationFactory(conference=asked.conference, person=self.person())
        sheet: AnswerSheet = AnswerSheetFactory(questionnaire=asked, person=coming.person)
        return sheet

    def limited(self, seats: Seats) -> Seats:
        SeatLimit.objects.create(conference=seats.conference, organisation=self.renamed(), capacity=5)
        return seats

    def purpose(self) -> ConsentPurpose:
        text = {"vi": "Tôi đồng ý.", "en": "I agree."}
        return privacy.add_purpose(code=f"muc-dich-{self.number()}", title={"vi": "Mục đích"}, text=text)

    @staticmethod
    def reworded(purpose: ConsentPurpose) -> None:
        text = {"vi": "Tôi đồng ý nữa.", "en": "I agree again."}
        privacy.reword_purpose(purpose_id=purpose.pk, text=text, asks_again=False)

    def delivery(self) -> Any:
        return DeliveryFactory(event=EventFactory(relayed=self.number()))


#: Lists that only who holds a role everywhere may read.
FOR_ADMINISTRATORS = {
    "accounts", "role-grants", "events", "deliveries", "webhook-endpoints", "data-requests", "personal-exports",
    "corrections", "erasures", "retention-runs", "legal-holds", "accesses",
}  # fmt: skip
#: Answers that do not grow with what hangs on the row: they count it, or show the last of it.
NO_LONGER_ANSWER = {
    "mail-batches/<pk>",
    "invitation-lists/<pk>",
    "documents/<pk>/content",
    "papers/<pk>/content",
    "imports/<pk>",
    "attendance",
    "attendance/series",
    "delegations/<pk>",
    "delegations/overview",
    "deliveries/summary",
    "questionnaires/<pk>/summary",
}

#: Every list there is → how it gets one more row.
ONE_MORE: dict[str, Callable[[House], Any]] = {
    "conferences": lambda h: h.filled_conference(),
    "sites": lambda h: h.site(),
    "agenda-items": lambda h: h.spoken_to(h.conference()),
    "own-phases": lambda h: OwnPhaseFactory(conference=h.conference()),
    "duties": lambda h: h.duty(),
    "speakers": lambda h: SpeakerFactory(conference=h.conference(), person=h.person(), organisation=h.renamed()),
    "papers": lambda h: h.paper(),
    "speeches": lambda h: SpeechFactory(
        conference=h.conference(), person=h.person(), organisation=h.renamed(), speaker={}
    ),
    "venues": lambda h: h.portable(VenueFactory(organisation=h.renamed())),
    "rooms": lambda h: RoomFactory(venue__organisation=h.renamed()),
    "releases": lambda h: h.released(),
    "agenda-rooms": lambda h: AgendaRoomFactory(conference=h.conference()),
    "series": lambda h: SeriesFactory(organisation=h.renamed(), outline=h.outline()),
    "conference-templates": lambda h: TemplateFactory(organisation=h.renamed(), outline=h.outline()),
    "invitation-lists": lambda h: InvitationListFactory(conference=h.conference(), organisation=h.renamed()),
    "invitation-letters": lambda h: InvitationLetterFactory(
        list=InvitationListFactory(conference=h.conference()), issued=True
    ),
    "invitations": lambda h: h.invitation(),
    "delegations": lambda h: h.delegation(),
    "invitation-replies": lambda h: InvitationReplyFactory(invitation=h.invitation()),
    "questionnaires": lambda h: QuestionnaireFactory(conference=h.conference()),
    "answer-sheets": lambda h: h.answer_sheet(),
    "registrations": lambda h: h.registration(),
    "seats": lambda h: h.limited(Seats.objects.create(conference=h.conference(), capacity=5)),
    "admissions": lambda h: Admission.objects.create(conference=h.conference(), mode="open"),
    "presences": lambda h: h.presence(),
    "scans": lambda h: h.scan(),
    "badges": lambda h: h.badges(),
    "resolutions": lambda h: ResolutionFactory(conference=h.conference()),
    "quorums": lambda h: QuorumFactory(conference=h.conference()),
    "amendments": lambda h: AmendmentFactory(resolution__conference=h.conference(), mover=h.person()),
    "comments": lambda h: CommentFactory(resolution__conference=h.conference(), person=h.person()),
    "procedures": lambda h: resolutions.set_procedure(conference=h.conference()),
    "elections": lambda h: h.election(),
    "polls": lambda h: h.poll(),
    "authorisations": lambda h: h.authorisation(),
    "findings": lambda h: FindingFactory(conference=h.conference()),
    "proposals": lambda h: ProposalFactory(conference=h.conference()),
    "conclusions": lambda h: ConclusionFactory(conference=h.conference(), subject=h.renamed()),
    "minutes": lambda h: h.minutes(),
    "documents": lambda h: h.numbered_document(),
    "official-numbers": lambda h: h.numbered_document(),
    "calendar-links": lambda h: [
        CalendarLinkFactory(account=account, kind="organisation", subject=h.renamed().pk)
        for account in (h.account, h.organiser)
    ],
    "articles": lambda h: ArticleFactory(organisation=h.renamed(), conference=h.conference()),
    "tokens": lambda h: [ApiTokenFactory(account=account) for account in (h.account, h.organiser)],
    "organisations": lambda h: h.renamed(),
    "people": lambda h: h.person(),
    "positions": lambda h: PositionFactory(person=h.person(), organisation=h.renamed()),
    "role-grants": lambda h: RoleGrantFactory(organisation=h.renamed()),
    "accounts": lambda h: account_with("editor", "secretary", organisation=h.host),
    "imports": lambda h: ImportFactory(organisation=h.host),
    "import-rows": lambda h: ImportRowFactory(imported__organisation=h.host, unit=h.renamed()),
    "data-requests": lambda h: RequestEntryFactory(request__person=h.person()),
    "personal-exports": lambda h: PersonalExportFactory(person=h.person()),
    "corrections": lambda h: CorrectionFactory(person=h.person()),
    "erasures": lambda h: ErasureFactory(person=h.person()),
    "public-holidays": lambda h: PublicHolidayFactory(),
    "retention-runs": lambda h: RetentionRunFactory(),
    "legal-holds": lambda h: LegalHoldFactory(),
    "jobs": lambda h: JobFactory(organisation_id=h.host.pk),
    "job-errors": lambda h: JobErrorFactory(job__organisation_id=h.host.pk),
    "reply-proposals": lambda h: ReplyProposalFactory(invitation=h.invitation()),
    "failed-letters": lambda h: h.failed_letter(),
    "mails": lambda h: OutgoingMailFactory(organisation_id=h.host.pk),
    "mail-batches": lambda h: OutgoingMailFactory(batch=MailBatchFactory(organisation_id=h.host.pk)).batch,
    "inbound-mails": lambda h: InboundMailFactory(organisation_id=h.host.pk),
    "consent-purposes": lambda h: h.purpose(),
    "consents": lambda h: consent_of(h.person()),
    "accesses": lambda h: access_to(h.person(), by=AccountFactory(person=h.person())),
    "suppressed-addresses": lambda h: SuppressedAddressFactory(organisation_id=h.host.pk),
    "events": lambda h: EventFactory(relayed=h.number()),
    "deliveries": lambda h: h.delivery(),
    "webhook-endpoints": lambda h: WebhookEndpointFactory(),
}

#: Single rows on which lists hang → the row, and how one more hangs on it.
GROWING: dict[str, tuple[Callable[[House], Any], Callable[[House, Any], Any]]] = {
    "conferences/<pk>": (lambda h: h.conference(), lambda h, row: _fill(h, row)),
    "conferences/<pk>/clashes": (lambda h: h.busy_conference(), lambda h, row: h.clash(row)),
    "conferences/<pk>/agenda/warnings": (lambda h: h.conference(exact=True), lambda h, row: h.too_early(row)),
    "conferences/<pk>/programme": (lambda h: h.conference(), lambda h, row: h.spoken_to(row)),
    "conferences/<pk>/programme/changes": (lambda h: h.released().conference, lambda h, row: h.spoken_to(row)),
    "conferences/<pk>/programme/print": (lambda h: h.conference(), lambda h, row: h.spoken_to(row)),
    "papers/<pk>": (lambda h: h.paper(), lambda h, row: h.handed_in(row)),
    "papers/<pk>/content": (lambda h: h.paper(), lambda h, row: h.handed_in(row)),
    "papers/overview": (lambda h: h.conference(), lambda h, row: h.unreachable(row)),
    "venues/<pk>": (
        lambda h: VenueFactory(organisation=h.host),
        lambda h, row: h.portable(row),
    ),
    "rooms/free": (lambda h: None, lambda h, row: RoomFactory(venue__organisation=h.renamed())),
    "rooms/<pk>/day": (lambda h: RoomFactory(venue__organisation=h.host), lambda h, row: h.booking(row)),
    "quorums/<pk>": (lambda h: QuorumFactory(conference=h.conference(state="running")), lambda h, row: h.came(row)),
    "quorums/<pk>/course": (
        lambda h: QuorumFactory(conference=h.conference(state="running")),
        lambda h, row: h.came(row),
    ),
    "resolutions/<pk>/versions": (
        lambda h: ResolutionFactory(conference=h.conference(), state="draft", shared_at=now()),
        lambda h, row: h.rewritten(row),
    ),
    "resolutions/<pk>/amending": (
        lambda h: ResolutionFactory(conference=h.conference()),
        lambda h, row: AmendmentFactory(resolution=row),
    ),
    "resolutions/<pk>/support": (
        lambda h: ResolutionFactory(conference=h.conference()),
        lambda h, row: Backing.objects.create(resolution=row, role="sponsor", person=h.person()),
    ),
    "amendments/<pk>/support": (
        lambda h: AmendmentFactory(resolution__conference=h.conference()),
        lambda h, row: Backing.objects.create(amendment=row, role="sponsor", person=h.person()),
    ),
    "series/<pk>": (
        lambda h: SeriesFactory(organisation=h.host, outline=h.outline()),
        lambda h, row: h.stand(row.outline),
    ),
    "series/<pk>/report": (
        lambda h: SeriesFactory(organisation=h.host, rule="FREQ=DAILY", starts_on=now().date(), horizon_days=1),
        lambda h, row: Series.objects.filter(pk=row.pk).update(horizon_days=F("horizon_days") + 1),
    ),
    "conference-templates/<pk>": (
        lambda h: TemplateFactory(organisation=h.host, outline=h.outline()),
        lambda h, row: h.stand(row.outline),
    ),
    **{
        f"questionnaires/<pk>/{read}": (
            lambda h: QuestionnaireFactory(conference=h.conference()),
            lambda h, row: h.answer_sheet(row),
        )
        for read in ("summary", "export")
    },
    "questionnaires/<pk>/owing": (
        lambda h: QuestionnaireFactory(conference=h.conference()),
        lambda h, row: h.registration(row.conference),
    ),
    "seats/<pk>": (
        lambda h: Seats.objects.create(conference=h.conference(), capacity=500),
        lambda h, row: h.limited(row),
    ),
    "invitation-lists/<pk>": (
        lambda h: InvitationListFactory(conference=h.conference()),
        lambda h, row: InvitationFactory(list=row, person=h.person()),
    ),
    **dict.fromkeys(
        ("invitations/guest-list", "invitations/guest-list/print"),
        (
            lambda h: h.conference(),
            lambda h, row: InvitationFactory(
                list=InvitationListFactory(conference=row), person=h.person(), organisation=h.renamed(), sent=True
            ),
        ),
    ),
    "invitations/overview": (
        lambda h: h.conference(),
        lambda h, row: InvitationFactory(list=InvitationListFactory(conference=row), person=h.person(), sent=True),
    ),
    "delegations/<pk>": (lambda h: h.delegation(), lambda h, row: named(row)),
    "delegations/overview": (lambda h: h.conference(), lambda h, row: DelegationFactory(conference=row)),
    "minutes/<pk>": (lambda h: h.minutes(), lambda h, row: _say(h, row)),
    "minutes/<pk>/provenance": (lambda h: h.minutes(), lambda h, row: _say(h, row)),
    "documents/<pk>": (lambda h: h.filed(), lambda h, row: h.version(row)),
    "documents/<pk>/content": (lambda h: h.filed(), lambda h, row: h.version(row)),
    "articles/<pk>": (
        lambda h: ArticleFactory(organisation=h.host, blocks=[]),
        lambda h, row: ArticleBlockFactory(article=row, order=h.number()),
    ),
    "articles/<pk>/revisions": (
        lambda h: ArticleFactory(organisation=h.host),
        lambda h, row: ArticleRevision.objects.create(article=row, number=h.number(), content={}, at=now()),
    ),
    "organisations/<pk>": (lambda h: h.host, lambda h, row: OrganisationNameFactory(organisation=row)),
    "accounts/<pk>": (lambda h: h.organiser, lambda h, row: RoleGrantFactory(account=row, organisation=h.renamed())),
    "sessions/current": (
        lambda h: None,
        lambda h, row: RoleGrantFactory(account=h.account, organisation=h.renamed()),
    ),
    "deliveries/<pk>": (
        lambda h: h.delivery(),
        lambda h, row: DeliveryAttempt.objects.create(delivery=row, number=h.number(), outcome="452"),
    ),
    "deliveries/summary": (lambda h: None, lambda h, row: h.delivery()),
    "attendance": (lambda h: h.conference(), lambda h, row: h.registration(row)),
    "attendance/series": (lambda h: h.conference(), lambda h, row: h.presence(row)),
    "attendees": (lambda h: h.conference(), lambda h, row: h.presence(row)),
    "door-lists": (lambda h: h.conference(), lambda h, row: h.registration(row)),
    "calendar-links/<pk>/contents": (
        lambda h: CalendarLinkFactory(account=h.account, kind="organisation", subject=h.host.pk),
        lambda h, row: h.conference(day=None),
    ),
    "consent-purposes/<pk>": (lambda h: h.purpose(), lambda h, row: h.reworded(row)),
    "mail-batches/<pk>": (
        lambda h: MailBatchFactory(organisation_id=h.host.pk),
        lambda h, row: OutgoingMailFactory(batch=row),
    ),
    "data-requests/<pk>": (
        lambda h: DataRequestFactory(person=h.person()),
        lambda h, row: RequestEntryFactory(request=row),
    ),
    "unit-places/<token>": (lambda h: h.naming_unit(), lambda h, row: h.named_and_listed(row)),
    "imports/<pk>": (lambda h: ImportFactory(organisation=h.host), lambda h, row: ImportRowFactory(imported=row)),
}
#: What has to be asked for beside the row.
QUERIES = {
    "papers/overview": "conference={row.pk}",
    "invitations/overview": "conference={row.pk}",
    "invitations/guest-list": "conference={row.pk}",
    "invitations/guest-list/print": "conference={row.pk}",
    "delegations/overview": "conference={row.pk}",
    "attendance": "conference={row.pk}&share=2/3",
    "attendance/series": "conference={row.pk}",
    "attendees": "conference={row.pk}",
    "door-lists": "conference={row.pk}",
    "rooms/free": "starts_at=2021-01-14T01:00:00Z&ends_at=2021-01-14T04:00:00Z&capacity=20",
    "rooms/<pk>/day": "date=2021-01-14&time_zone=UTC",
}
#: What is read of a poll, whose roll is frozen when it opens.
OF_A_POLL = {
    "polls/<pk>",
    "polls/<pk>/tellers",
    "polls/<pk>/papers",
    "polls/<pk>/sheets",
    "polls/<pk>/record",
    "polls/<pk>/entitlement",
    "polls/<pk>/evidence",
    "polls/<pk>/roll",
}
#: Single rows that stand alone: a row is one row.
FLAT = {
    "sites/<pk>", "agenda-items/<pk>", "own-phases/<pk>", "agenda-rooms/<pk>", "duties/<pk>", "speakers/<pk>", "speeches/<pk>", "rooms/<pk>",
    "rooms/equipment",
    "invitations/<pk>", "invitations/<pk>/letter", "invitation-letters/<pk>", "invitation-letters/<pk>/file", "invitation-replies/<pk>", "questionnaires/<pk>", "answer-sheets/<pk>", "registrations/<pk>", "admissions/<pk>", "presences/<pk>", "scans/<pk>", "badges/<pk>", "badges/<pk>/content", "resolutions/<pk>", "resolutions/<pk>/file", "resolutions/<pk>/compare", "amendments/<pk>", "comments/<pk>", "procedures/<pk>", "elections/<pk>", "authorisations/<pk>", "authorisations/<pk>/paper", "findings/<pk>", "proposals/<pk>",
    "conclusions/<pk>", "official-numbers/<pk>", "tokens/<pk>", "people/<pk>", "positions/<pk>", "role-grants/<pk>",
    "imports/form", "import-rows/<pk>", "consents/<pk>", "accesses/<pk>",
    "jobs/<pk>", "mails/<pk>", "mails/<pk>/content", "reply-proposals/<pk>", "failed-letters/<pk>", "inbound-mails/<pk>",
    "inbound-mails/<pk>/content", "suppressed-addresses/<pk>", "events/<pk>", "webhook-endpoints/<pk>", "replies/<token>",
    "conferences/<pk>/photo-notice", "conferences/<pk>/photo-notice/print",
    "registration-pages/<token>", "sign-ups/<token>",
    "minutes/<pk>/preview", "calendar-links/<pk>", "releases/<pk>",
    "personal-exports/<pk>", "personal-exports/<pk>/file", "corrections/<pk>", "erasures/<pk>", "public-holidays/<pk>",
    "retention-terms", "retention-terms/<pk>", "retention-runs/<pk>", "legal-holds/<pk>",
}  # fmt: skip


def _fill(house: House, conference: Conference) -> None:
    house.site(conference)
    house.duty(conference)
    AgendaItem.objects.filter(pk=house.spoken_to(conference).pk).update(
        own_phase=OwnPhaseFactory(conference=conference)
    )
    AgendaRoomFactory(conference=conference)
    OrganiserFactory(conference=conference, organisation=house.renamed(), role="co", order=house.number())


def _say(house: House, minutes: Minutes) -> None:
    finding = FindingFactory(conference=minutes.conference)
    said = {
        "id": f"finding:{finding.pk}",
        "kind": "finding",
        "text": {"vi": "Ít thời gian"},
        "sources": [f"finding:{finding.pk}", f"conference:{minutes.conference_id}"],
        "edited": False,
    }
    Minutes.objects.filter(pk=minutes.pk).update(content=[*minutes.content, said])
    minutes.refresh_from_db()


def reading() -> dict[str, Any]:
    """path → viewset of every GET that a rule opens."""
    return {
        each.path.removeprefix(API): each
        for each in operations()
        if each.method == "GET" and each.action in each.viewset.rules
    }


def lists() -> set[str]:
    """Those of one conference, which has to be named, are measured as what hangs on it."""
    paged = {path for path, each in reading().items() if each.action == "list" and each.viewset.pagination_class}
    return paged - set(QUERIES)


def queries(account: Account, address: str) -> tuple[int, Any]:
    """How many queries the answer took, and the answer."""
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=account.pk))
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return len(captured), answer


def test_every_list_and_every_row_is_measured() -> None:
    assert lists() == set(ONE_MORE), "say in ONE_MORE how the list gets one more row"
    assert set(reading()) - lists() == set(GROWING) | OF_A_POLL | FLAT, (
        "say in GROWING what hangs on the row, or in FLAT: nothing"
    )


@pytest.mark.parametrize("path", sorted(lists()))
def test_a_list_costs_the_same_with_1_3_and_30_rows(path: str) -> None:
    house = House()
    readers = [house.account] if path in FOR_ADMINISTRATORS else [house.account, house.organiser]
    costs: dict[Account, list[int]] = {reader: [] for reader in readers}
    rows: dict[Account, list[int]] = {reader: [] for reader in readers}
    for size in SIZES:
        while house.made < size:
            ONE_MORE[path](house)
            house.made += 1
        for reader in readers:
            cost, answer = queries(reader, f"{API}{path}?page_size=200")
            costs[reader].append(cost)
            rows[reader].append(len(answer.json()["results"]))
    for reader in readers:
        first, *_ = rows[reader]
        assert first >= 1
        assert all(now_shown - first >= size - 1 for now_shown, size in zip(rows[reader], SIZES, strict=True))
        assert len(set(costs[reader])) == 1, costs
        assert costs[reader][0] <= MOST


@pytest.mark.parametrize("path", sorted(GROWING))
def test_a_row_costs_the_same_whatever_hangs_on_it(path: str) -> None:
    house, costs, sizes = House(), [], []
    make, add = GROWING[path]
    row = make(house)
    address = API + path.replace("<pk>", str(getattr(row, "pk", ""))).replace("<token>", str(row))
    if path in QUERIES:
        address += f"?{QUERIES[path].format(row=row)}"
    for size in SIZES:
        while house.made < size:
            add(house, row)
            house.made += 1
        cost, answer = queries(house.account, address)
        costs.append(cost)
        sizes.append(len(answer.content))
    assert len(set(costs)) == 1, costs
    assert costs[0] <= MOST_FOR_ONE
    assert path in NO_LONGER_ANSWER or sizes[0] < sizes[1] < sizes[2], "nothing was added that the answer shows"


@pytest.mark.parametrize("path", sorted(OF_A_POLL))
def test_a_poll_costs_the_same_whatever_its_roll(path: str) -> None:
    house = House()
    costs = [queries(house.account, API + path.replace("<pk>", str(house.poll(voters=size).pk)))[0] for size in SIZES]
    assert len(set(costs)) == 1, costs
    assert costs[0] <= MOST_OF_A_POLL


def test_a_list_that_asks_for_each_row_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without its joins the list of duties costs more the longer it is."""
    monkeypatch.setattr(DutyViewSet, "queryset", Duty.objects.all())
    house, costs = House(), []
    for _ in range(2):
        house.duty()
        costs.append(queries(house.account, f"{API}duties")[0])
    assert costs[0] < costs[1]
