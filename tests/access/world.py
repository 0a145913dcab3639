"""Everybody who may ask, and something of everything to ask for: rows in the state each verb needs."""

import datetime as dt
from typing import Any
from uuid import uuid4

from rest_framework.test import APIClient

from backend.articles.states import ArticleState
from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.core.clock import now
from backend.delegations import links as delegation_links
from backend.documents import services as documents
from backend.documents.models import NumberSeries, OfficialNumber
from backend.documents.uploads import Upload, looked_at
from backend.invitations import links
from backend.invitations.models import FailedLetter
from backend.minutes import services as minutes
from backend.minutes.models import Minutes
from backend.people.models import Account, ApiToken
from backend.registration import services as registration
from backend.registration import signup_links
from backend.registration.models import Admission, BadgePrint, Presence, Registration, Scan, Seats
from backend.resolutions import services as resolutions
from backend.resolutions.models import Backing, Election, Poll
from backend.resolutions.states import ResolutionState
from backend.rights.links import copy_address
from tests.access.callers import ROLES
from tests.factories.articles import ArticleFactory, published
from tests.factories.calendars import CalendarLinkFactory
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    DutyFactory,
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
    PersonFactory,
    PositionFactory,
    RoleGrantFactory,
    account_with,
)
from tests.factories.privacy import access_to, consent_of
from tests.factories.questions import AnswerSheetFactory, QuestionnaireFactory
from tests.factories.registration import RegistrationFactory, SignupFactory
from tests.factories.resolutions import AmendmentFactory, CommentFactory, PollFactory, QuorumFactory, ResolutionFactory
from tests.factories.rights import (
    CorrectionFactory,
    DataRequestFactory,
    ErasureFactory,
    LegalHoldFactory,
    PersonalExportFactory,
    PublicHolidayFactory,
    RetentionRunFactory,
)

#: The sheet of a teller to whose table nobody came.
NOTHING_FOUND: dict[str, Any] = {
    "channel": "paper",
    "issued": 0,
    "returned": 0,
    "count": dict.fromkeys(("yes", "no", "abstain", "blank", "invalid"), 0),
}


class World:
    """One host with conferences of every state, its people, and the people of a foreign organisation.

    `confidentiality` is that of all the host's conferences.
    """

    def __init__(self, confidentiality: str = "public") -> None:
        self.confidentiality, self.http = confidentiality, APIClient()
        self.above = OrganisationFactory()
        self.host = OrganisationFactory(parent=self.above)
        self.partner, self.foreign = OrganisationFactory(), OrganisationFactory()
        self._make_callers()
        self._make_conferences()
        self._make_guests()
        self._make_decisions()
        self._make_record()
        self._make_articles()
        self._make_people()
        self._make_lift()
        self._make_rights()

    # Who asks

    def _make_callers(self) -> None:
        self.chair, self.recorder, self.delegate, self.guest = PersonFactory.create_batch(4, organisation=self.host)
        self.foreign_chair = PersonFactory(organisation=self.foreign)
        self.accounts: dict[str, Account] = {
            "nobody": AccountFactory(person=PersonFactory(organisation=self.foreign)),
            "delegate": AccountFactory(person=self.delegate),
            "guest": AccountFactory(person=self.guest),
            "chair": AccountFactory(person=self.chair),
            "recorder": AccountFactory(person=self.recorder),
            "foreign chair": AccountFactory(person=self.foreign_chair),
            "organiser above": account_with("organiser", organisation=self.above),
            "organiser of the partner": account_with("organiser", organisation=self.partner),
        }
        for role in ROLES:
            self.accounts[role] = account_with(role, organisation=self.host)
            self.accounts[f"foreign {role}"] = account_with(role, organisation=self.foreign)
        for role in ("auditor", "administrator"):
            self.accounts[f"{role} of everything"] = account_with(role)
        self.tokens = {name: self.token(account) for name, account in self.accounts.items()}

    @staticmethod
    def token(account: Account, **said: Any) -> str:
        """The secret of a new token of the account."""
        secret = f"plenum_{uuid4()}"
        ApiTokenFactory(account=account, secret=secret, **said)
        return secret

    @staticmethod
    def authorization(secret: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {secret}"} if secret else {}

    # What is asked for

    def conference(self, state: str, **fields: Any) -> Conference:
        """The host's, with a partner, on a morning; chair, recorder, delegate and guest take part in it."""
        morning = (now() + dt.timedelta(days=30)).replace(hour=2, minute=0, second=0, microsecond=0)
        made: Conference = ConferenceFactory(
            lead=self.host,
            co=[self.partner],
            state="announced",
            starts_at=morning,
            ends_at=morning + dt.timedelta(hours=3),
            confidentiality=self.confidentiality,
            **fields,
        )
        DutyFactory(conference=made, kind="chair", person=self.chair)
        DutyFactory(conference=made, kind="secretary", person=self.recorder)
        for person, category in ((self.delegate, "staff"), (self.guest, "guest")):
            registration.register(conference_id=made.pk, person_id=person.pk, category=category)
        if state != "announced":
            announced_at = None if state == "draft" else made.announced_at
            Conference.objects.filter(pk=made.pk).update(state=state, announced_at=announced_at)
            made.refresh_from_db()
        return made

    def _make_conferences(self) -> None:
        self.draft, self.announced, self.running, self.closed, self.cancelled = map(
            self.conference, ("draft", "announced", "running", "closed", "cancelled")
        )
        self.ending = self.conference("running")  # nobody votes in it any more
        going_on = Conference.objects.filter(pk__in=[self.running.pk, self.ending.pk])
        going_on.update(opened_at=now() - dt.timedelta(hours=1))
        self.elsewhere = ConferenceFactory(lead=self.foreign, announced=True, exact=True)
        DutyFactory(conference=self.elsewhere, kind="chair", person=self.foreign_chair)
        self.released = self.conference("announced")
        for title in ("Mở đầu", "Bế mạc"):
            AgendaItemFactory(conference=self.released, title={"vi": title})
            self.release = conferences.release(conference_id=self.released.pk)
        self.venue = VenueFactory(organisation=self.host)
        self.empty_venue = VenueFactory(organisation=self.host)
        self.room = RoomFactory(venue=self.venue)
        self.series = SeriesFactory(organisation=self.host)
        self.public_series = SeriesFactory(organisation=self.foreign)
        ConferenceFactory(lead=self.foreign, announced=True, exact=True, series=self.public_series)
        self.planned = SeriesFactory(
            organisation=self.host, rule="FREQ=WEEKLY", starts_on=now().date() + dt.timedelta(days=7)
        )
        self.template = TemplateFactory(organisation=self.host)
        self.site = SiteFactory(conference=self.announced)
        self.halls = [
            SiteFactory(conference=self.announced, venue=self.venue, room=RoomFactory(venue=self.venue))
            for _ in range(2)
        ]
        self.agenda_item = AgendaItemFactory(conference=self.announced, starts_at=self.announced.starts_at)
        self.cancelled_item = AgendaItemFactory(conference=self.announced, state="cancelled")
        self.own_phase = OwnPhaseFactory(conference=self.announced)
        self.agenda_room = AgendaRoomFactory(
            conference=self.announced, agenda_item=self.agenda_item, site=self.halls[0]
        )
        self.duty = DutyFactory(conference=self.announced, kind="teller")
        self.speaker = SpeakerFactory(conference=self.announced, agenda_item=self.agenda_item)
        self.paper = PaperFactory(
            speaker=SpeakerFactory(conference=self.announced, agenda_item=self.agenda_item, person=self.delegate),
            due_at=now() + dt.timedelta(days=20),
        )
        conferences.hand_in(paper_id=self.paper.pk, upload=looked_at(filename="a.pdf", content=PDF))
        self.speech = SpeechFactory(conference=self.running)
        self.unannounced = {
            "site": SiteFactory(conference=self.draft),
            "agenda_item": AgendaItemFactory(conference=self.draft),
            "agenda_room": AgendaRoomFactory(conference=self.draft),
            "duty": DutyFactory(conference=self.draft, kind="teller"),
            "speaker": SpeakerFactory(conference=self.draft),
            "speech": SpeechFactory(conference=self.draft),
        }

    def _make_guests(self) -> None:
        self.list = InvitationListFactory(conference=self.announced)
        self.invitation = InvitationFactory(list=self.list, person=self.delegate, sent=True)
        self.answer = InvitationReplyFactory(invitation=self.invitation)
        self.guests_invitation = InvitationFactory(list=self.list, person=self.guest, sent=True)
        self.reply_proposal = ReplyProposalFactory(invitation=self.guests_invitation)
        self.proposed_substitute = ReplyProposalFactory(
            invitation=self.invitation, kind="substitute", substitute_email="duthay@plenum.example"
        )
        self.reply_token = links.sign(self.guests_invitation.pk, 0)
        self.office = InvitationFactory(
            list=self.list, person=None, organisation=None, language="vi", email="", office={"vi": "Vụ trưởng"}
        )
        self.unsent = InvitationListFactory(conference=self.announced, title={"vi": "Danh sách hai"})
        InvitationFactory(list=self.unsent)
        self.letter = InvitationLetterFactory(list=self.list, issued=True)
        self.drafted_letter = InvitationLetterFactory(list=self.unsent, delivery="none")
        self.delegation = DelegationFactory(conference=self.announced)
        self.asked_delegation = DelegationFactory(conference=self.announced, asked=True)
        self.failed_letter = FailedLetter.objects.create(
            conference=self.announced,
            person=self.guests_invitation.person,
            invitation=self.guests_invitation,
            letter="invitation",
            kind="returned",
            problem="5.1.1",
        )
        self.naming = DelegationFactory(conference=self.announced, asked=True)
        named(self.naming)
        listed = ImportFactory(organisation=self.naming.organisation, list=self.naming.list, holder_id=self.naming.pk)
        ImportRowFactory(imported=listed, outcome="new", entry={"full_name": "Phạm Thị Dung", "phone": "+84912345678"})
        self.unit_token = delegation_links.sign(self.naming.pk, 1)
        self.submitted_delegation = DelegationFactory(conference=self.announced, asked=True, state="submitted")
        self.questionnaire = QuestionnaireFactory(conference=self.announced)
        self.answer_sheet = AnswerSheetFactory(questionnaire=self.questionnaire, person=self.delegate)
        self.registration = Registration.objects.get(conference=self.announced, person=self.delegate)
        Admission.objects.create(conference=self.announced, door_hours=31 * 24)
        registration.set_admission(conference_id=self.elsewhere.pk, mode="open")
        self.page_token = signup_links.page_sign(self.elsewhere.pk)
        self.signup_token = signup_links.sign(SignupFactory(conference=self.elsewhere).pk, 0)
        self.request = Registration.objects.create(
            conference=self.announced, person=PersonFactory(), category="guest", state="pending"
        )
        self.offered = Registration.objects.create(
            conference=self.announced,
            person=PersonFactory(),
            category="guest",
            state="offered",
            turn=1,
            offer_until=now() + dt.timedelta(days=1),
        )
        Seats.objects.filter(conference=self.announced).update(offered=1, last_turn=1)
        self.inside = Registration.objects.get(conference=self.running, person=self.delegate)
        self.presence = Presence.objects.create(
            conference=self.running, registration=self.inside, direction="in", source="code"
        )

        file = DocumentFactory(organisation=self.host, kind="THE", attached=True)
        documents.add_version(document_id=file.pk, contents={"pdf": b"%PDF-"}, stem="the", draft=True)
        self.badges = BadgePrint.objects.create(
            conference=self.running, registrations=[self.inside.pk], sheet="a6", document=file
        )
        self.scan = Scan.objects.create(
            conference=self.running,
            registration=self.inside,
            device=uuid4(),
            scan=uuid4(),
            direction="in",
            scanned_at=now(),
            at=now(),
            outcome="replaced",
        )

    def _poll(self, *, until: str, **fields: Any) -> Poll:
        """A poll of the running conference, led through its life up to the verb `until`."""
        poll: Poll = PollFactory(resolution=ResolutionFactory(conference=self.running), **fields)
        life = {
            "draft": lambda: None,
            "open": lambda: resolutions.open_poll(poll_id=poll.pk, override_reason="thử"),
            "seal": lambda: resolutions.seal(poll_id=poll.pk),
            "count": lambda: resolutions.count(poll_id=poll.pk),
            "declare": lambda: resolutions.declare(poll_id=poll.pk),
        }
        for verb, step in life.items():
            step()
            if verb == until:
                break
        return Poll.objects.get(pk=poll.pk)

    def _election(self, places: int) -> Election:
        names = [{"name": "Lê Thị Hoa"}, {"name": "Trần Văn Nam"}, {"name": "Phạm Thu"}]
        return resolutions.draft_election(
            conference=self.running, title={"vi": "Bầu Ban Thanh tra"}, places=places, candidates=names
        )

    def _halfway(self, election: Election) -> None:
        """Its first round has elected one, and left a place."""
        poll = resolutions.draft_poll(
            election=election,
            question={"vi": "Bầu ai?"},
            rule={"all_of": [{"share": "1/2", "cmp": ">", "base": "valid"}]},
            voting_categories=["delegate", "staff"],
        )
        resolutions.open_poll(poll_id=poll.pk)
        resolutions.cast(poll_id=poll.pk, person_id=poll.entitlements.first().caster_id, choice=["1"])
        for step in (resolutions.seal, resolutions.count, resolutions.declare):
            step(poll_id=poll.pk)

    def _make_decisions(self) -> None:
        self.resolution = ResolutionFactory(conference=self.running, state=ResolutionState.DRAFT)
        self.tabled = ResolutionFactory(conference=self.running)
        self.adopted = ResolutionFactory(conference=self.running, state=ResolutionState.ADOPTED)
        self.versioned = resolutions.draft(conference=self.running, title={"vi": "Nghị quyết"}, clauses=[])
        resolutions.table(resolution_id=self.versioned.pk)
        self.election, self.halfway = self._election(places=1), self._election(places=2)
        self._halfway(self.halfway)
        self.quorum = QuorumFactory(conference=self.running, share="1/100")
        self._make_amendments()
        self.poll = self._poll(until="draft")
        self.open_poll = self._poll(until="open")
        self.counted = self._poll(until="count")
        self.declared = self._poll(until="declare")
        self._make_secret_polls()
        self._make_proxies()

    def _make_proxies(self) -> None:
        """The delegate has somebody cast their votes: for one poll, and, on paper, for all that are not open yet."""
        resolutions.set_procedure(conference=self.running, proxies=2)
        self.proxy = RegistrationFactory(conference=self.running, category="delegate").person
        given = {"conference": self.running, "holder_id": self.inside.pk, "proxy": self.proxy}
        self.authorisation, self.on_paper = (resolutions.authorise(**given, poll=poll) for poll in (self.poll, None))
        resolutions.file_paper(
            authorisation_id=self.on_paper.pk, upload=Upload(format="pdf", stem="giay-uy-quyen", content=b"%PDF-")
        )

    def _make_secret_polls(self) -> None:
        """In each the delegate votes and is one of the two tellers, and holds the words of both keys."""
        DutyFactory(conference=self.running, kind="teller", person=self.delegate)
        other = DutyFactory(conference=self.running, kind="teller", person=PersonFactory()).person
        self.tellers = [str(self.delegate.pk), str(other.pk)]
        self.words: dict[Any, list[str]] = {}
        self.secret_draft, self.secret_sealed, self.secret_counted, self.secret_declared = (
            self._secret_poll([self.delegate, other], *steps)
            for steps in ((), ("open", "seal"), ("open", "seal", "count"), ("open", "seal", "count", "declare"))
        )

        self.papers_open, self.papers_sealed = (
            self._paper_poll([self.delegate, other], seal=seal) for seal in (False, True)
        )

    def _paper_poll(self, tellers: list[Any], *, seal: bool) -> Poll:
        """Once it is sealed, both tellers have found nothing."""
        resolution = ResolutionFactory(conference=self.running)
        poll: Poll = PollFactory(resolution=resolution, channels=["devices", "paper"])
        resolutions.appoint(poll_id=poll.pk, people=tellers)
        resolutions.open_poll(poll_id=poll.pk, override_reason="thử")
        if seal:
            resolutions.seal(poll_id=poll.pk)
            for teller in tellers:
                resolutions.enter_sheet(poll_id=poll.pk, person_id=teller.pk, **NOTHING_FOUND)
        return Poll.objects.get(pk=poll.pk)

    def _secret_poll(self, tellers: list[Any], *steps: str) -> Poll:
        poll: Poll = PollFactory(resolution=ResolutionFactory(conference=self.running), secrecy="secret")
        resolutions.appoint(poll_id=poll.pk, people=tellers)
        self.words[poll.pk] = []
        for teller in tellers:
            _, words = resolutions.draw_key(poll_id=poll.pk, person_id=teller.pk)
            resolutions.test_key(poll_id=poll.pk, person_id=teller.pk, words=words)
            self.words[poll.pk].append(words)
        life = {
            "open": lambda: resolutions.open_poll(poll_id=poll.pk, override_reason="thử"),
            "seal": lambda: resolutions.seal(poll_id=poll.pk),
            "count": lambda: resolutions.open_envelopes(poll_id=poll.pk, words=self.words[poll.pk]),
            "declare": lambda: resolutions.declare(poll_id=poll.pk),
        }
        for verb in steps:
            life[verb]()
        return Poll.objects.get(pk=poll.pk)

    def _make_amendments(self) -> None:
        draft = {"conference": self.running, "state": ResolutionState.DRAFT, "shared_at": now()}
        self.shared, self.backed = ResolutionFactory(**draft), ResolutionFactory(**draft)
        said = {"bao-cao": "Thông qua báo cáo.", "hieu-luc": "Nghị quyết có hiệu lực ngay."}
        clauses = [{"id": name, "text": {"vi": words}} for name, words in said.items()]
        self.amended, self.carried = ResolutionFactory.create_batch(2, conference=self.running, clauses=clauses)
        moved = {"resolution": self.amended, "mover": self.delegate}
        self.amendment, self.backed_amendment = (AmendmentFactory(**moved, state="draft") for _ in range(2))
        self.pending = AmendmentFactory(**moved)
        AmendmentFactory(resolution=self.carried, state="accepted")
        for row in ({"resolution": self.backed}, {"amendment": self.backed_amendment}):
            Backing.objects.create(**row, role="supporter", person=self.delegate)
        soon = {"shared_at": now(), "comments_until": now() + dt.timedelta(days=1)}
        self.commented = ResolutionFactory(conference=self.running, **soon)
        self.comment = CommentFactory(resolution=self.commented, person=self.delegate)
        self.procedure = resolutions.set_procedure(conference=self.running, support_by="people")

    def _minutes(self, *, until: str) -> Minutes:
        made = minutes.draft(conference_id=self.conference("closed").pk)
        if until != "draft":
            minutes.submit(minutes_id=made.pk)
        if until == "approved":
            minutes.approve(minutes_id=made.pk, account_id=self.accounts["chair"].pk)
        return Minutes.objects.get(pk=made.pk)

    def _make_record(self) -> None:
        self.finding = FindingFactory(conference=self.running)
        self.proposal = ProposalFactory(conference=self.running)
        self.conclusion = ConclusionFactory(conference=self.running)
        self.minutes, self.submitted, self.approved = (
            self._minutes(until=until) for until in ("draft", "submitted", "approved")
        )
        self.number = OfficialNumber.objects.create(
            series=NumberSeries.objects.create(organisation=self.host, kind="NQ", year=2021, last=1),
            number=1,
            document=DocumentFactory(organisation=self.host, kind="NQ"),
        )
        self.internal_document = DocumentFactory(organisation=self.host)
        documents.add_version(
            document_id=self.internal_document.pk, contents={"pdf": b"%PDF-"}, stem="du-thao", draft=True
        )

    def _make_articles(self) -> None:
        self.article = ArticleFactory(organisation=self.host)
        self.in_review = ArticleFactory(organisation=self.host, state=ArticleState.REVIEW)
        self.approved_article = ArticleFactory(
            organisation=self.host, state=ArticleState.APPROVED, approved_by=AccountFactory()
        )
        self.published = published(organisation=self.host)

    def _make_people(self) -> None:
        self.person = PersonFactory(organisation=self.host)
        self.position = PositionFactory(person=self.person)
        self.account = AccountFactory(person=self.person)
        self.grant = RoleGrantFactory(account=self.account, role="editor", organisation=self.host)
        self.link_secret = "lien-ket-cua-dai-bieu"
        self.delegates_link = CalendarLinkFactory(account=self.accounts["delegate"], secret=self.link_secret)
        self.consent = consent_of(self.delegate)
        self.purpose = self.consent.wording.purpose
        self.access = access_to(self.delegate, by=AccountFactory(person=PersonFactory(organisation=self.host)))
        self.delegates_token: ApiToken = ApiTokenFactory(account=self.accounts["delegate"])

    def _make_lift(self) -> None:
        self.imported = ImportFactory(organisation=self.host, list=self.list)
        self.import_row = ImportRowFactory(imported=self.imported, outcome="ambiguous")
        self.job = JobFactory(organisation_id=self.host.pk, requested_by=self.accounts["secretary"].pk)
        self.job_error = JobErrorFactory(job=self.job)
        self.mail = OutgoingMailFactory(
            organisation_id=self.host.pk, conference_id=self.announced.pk, state="refused", last_answer="550"
        )
        self.batch, self.paused_batch = (
            MailBatchFactory(organisation_id=self.host.pk, state=state) for state in ("running", "paused")
        )
        self.inbound = InboundMailFactory(organisation_id=self.host.pk, conference_id=self.announced.pk)
        self.suppressed = SuppressedAddressFactory(organisation_id=self.host.pk, report=self.inbound)
        self.event = EventFactory(relayed=1)
        self.delivery = DeliveryFactory(event=self.event, state="dead")
        self.endpoint = WebhookEndpointFactory(organisation_id=self.host.pk, url="https://93.184.216.34/plenum")

    def _make_rights(self) -> None:
        self.data_request = DataRequestFactory(person=self.delegate)
        self.granted_request = DataRequestFactory(person=self.delegate, state="granted", decided_at=now())
        self.personal_export = PersonalExportFactory(person=self.delegate)
        self.copy_token = copy_address(self.personal_export).rpartition("/")[2]
        self.correction = CorrectionFactory(person=self.delegate)
        self.erasable = PersonFactory(organisation=self.host)
        self.erasure = ErasureFactory(person=PersonFactory(organisation=self.host))
        self.holiday, self.retention_run = PublicHolidayFactory(), RetentionRunFactory()
        self.legal_hold = LegalHoldFactory()
