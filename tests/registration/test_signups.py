"""Registering on a public page: without an account, for oneself only, once."""

import datetime as dt
import re
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from backend.conferences import services as conferences
from backend.conferences.models import PhotoNoticeShown
from backend.conferences.queries.notices import photo_notice
from backend.core.clock import now
from backend.mail.models import OutgoingMail
from backend.people.models import LoginFailure, Person
from backend.privacy import links as consent_links
from backend.privacy.models import ConsentDecision, ConsentPurpose
from backend.privacy.queries import consented
from backend.privacy.services import Asked, ensure_standard_purposes, give_consent, retire_purpose, reword_purpose
from backend.privacy.states import ConsentVia
from backend.questions.models import AnswerSheet
from backend.registration import queries, services, signup_links
from backend.registration.holdings import unconfirmed
from backend.registration.models import Registration, Signup
from tests import lift
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.questions import QuestionnaireFactory
from tests.factories.registration import RegistrationFactory
from tests.guards import assert_refused_by, assert_written_without
from tests.threads import in_threads

pytestmark = pytest.mark.django_db
AN = {"full_name": "TRẦN VĂN AN", "honorific": "ong", "email": "an@plenum.example", "phone": ""}


def opened(mode: str = "open", **fields: Any) -> Any:
    conference = ConferenceFactory(announced=True, exact=True, **{"capacity": 1, **fields})
    services.set_admission(conference_id=conference.pk, mode=mode)
    return conference


@pytest.fixture
def conference() -> Any:
    return opened()


def page(conference: Any) -> str:
    return f"/g/{signup_links.page_sign(conference.pk)}"


def letter(signup: Signup) -> str:
    services.mail_signup(signup_id=signup.pk, link_round=signup.link_round)
    mail = OutgoingMail.objects.get(subject_id=signup.pk, sequence=signup.link_round)
    text = message_from_bytes(bytes(mail.raw), policy=policy.default).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    return str(text)


def mailed(made: Registration) -> list[str]:
    """The letter about a registration, as text and as html."""
    message = message_from_bytes(bytes(OutgoingMail.objects.get(subject_id=made.pk).raw), policy=policy.default)
    return [str(message.get_body((form,)).get_content()) for form in ("plain", "html")]  # type: ignore[union-attr]


def link(signup: Signup) -> str:
    found = re.search(rf"{settings.BASE_URL}(/y/\S+)", letter(signup))
    assert found
    return found[1]


def test_a_seat_is_taken_once_the_mailbox_is_proved(client: Client, conference: Any) -> None:
    shown = client.get(page(conference))
    assert (shown.status_code, "Đăng ký dự hội nghị" in shown.content.decode()) == (200, True)
    assert "script" not in shown["Content-Security-Policy"]
    sent = client.post(page(conference), AN)
    again = client.post(page(conference), AN)
    assert (sent.status_code, again.status_code) == (303, 303)
    assert "Đã gửi thư" in client.get(sent["Location"]).content.decode()
    signup = Signup.objects.get()
    assert not Registration.objects.exists()

    address = link(signup)
    assert "Xác nhận đăng ký" in client.get(address).content.decode()
    assert not Registration.objects.exists()  # whoever only looks, a mail scanner say, confirms nothing
    for _ in range(2):
        assert client.post(address, {"choice": "confirm"}).status_code == 303
    made = Registration.objects.get()
    assert (made.state, made.category, made.person.full_name) == ("confirmed", "guest", "Trần Văn An")
    assert "Đã có chỗ." in client.get(address).content.decode()
    services.mail_confirmation(registration_id=made.pk)
    assert consent_links.address(made.person) in mailed(made)[0]
    signup.refresh_from_db()
    assert (signup.said, signup.answers, signup.registration_id) == ({}, {}, made.pk)

    assert client.post(address, {"choice": "withdraw"}).status_code == 303
    assert "Đã rút đăng ký" in client.get(address).content.decode()
    made.refresh_from_db()
    assert made.state == "cancelled"


def test_who_comes_to_a_full_house_sees_their_place(client: Client, conference: Any) -> None:
    RegistrationFactory(conference=conference)
    for _ in range(2):
        RegistrationFactory(conference=conference)
    client.post(page(conference), AN)
    address = link(Signup.objects.get())
    client.post(address, {"choice": "confirm"})
    assert "vị trí <strong>3</strong>" in client.get(address).content.decode()


def test_by_approval_everybody_waits_for_the_organisers(client: Client) -> None:
    conference = opened("approval")
    assert "duyệt từng đăng ký" in client.get(page(conference)).content.decode()
    client.post(page(conference), AN)
    address = link(Signup.objects.get())
    client.post(address, {"choice": "confirm"})
    assert "đang chờ ban tổ chức duyệt" in client.get(address).content.decode()
    services.refuse(registration_id=Registration.objects.get().pk, reason={"vi": "Hết chỗ cho khách"})
    assert "Hết chỗ cho khách" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("written", "field", "said"),
    [
        ({"email": ""}, "email", "trống"),
        ({"email": "an@"}, "email", "Không gửi thư"),
        ({"email": "an@plenum.example\r\nBcc: x@plenum.example"}, "email", "Không gửi thư"),
        ({"full_name": ""}, "full_name", "trống"),
        ({"full_name": "An 🎉"}, "full_name", "chữ cái"),
        ({"full_name": "Sok សុខ"}, "full_name", "chữ La-tinh"),
        ({"full_name": "x" * 121}, "full_name", "120"),
        ({"phone": "12"}, "phone", "số điện thoại"),
        ({"honorific": "ngai"}, "honorific", "ngai"),
        ({"organisation": "0190b0e4-0000-7000-8000-000000000000"}, "organisation", "chỗ riêng"),
        ({"site": "x"}, "site", "UUID"),
    ],
)
def test_what_is_wrong_is_said_beside_the_box(conference: Any, written: Any, field: str, said: str) -> None:
    api, body = APIClient(), {**AN, **written}
    address = f"/api/v1/registration-pages/{signup_links.page_sign(conference.pk)}"
    answer = api.post(
        address, {name: value for name, value in body.items() if value != "" or name == field}, format="json"
    )
    assert answer.status_code == 400
    assert said in {each["field"]: each["reason"] for each in answer.json()["errors"]}[field]
    assert Client().post(page(conference), body).status_code == 400
    assert not Signup.objects.exists()


def test_the_page_asks_the_questions_and_keeps_what_was_written(client: Client, conference: Any) -> None:
    SiteFactory.create_batch(2, conference=conference)
    unit = OrganisationFactory()
    services.set_limit(conference_id=conference.pk, organisation_id=unit.pk, capacity=3)
    QuestionnaireFactory(conference=conference)
    site = queries.sites_offered(conference)[1]
    written = {**AN, "site": str(site.pk), "organisation": str(unit.pk), "questionnaire": "1"}

    refused = client.post(page(conference), written).content.decode()
    assert "Cần trả lời câu này." in refused
    assert 'value="TRẦN VĂN AN"' in refused and f'value="{unit.pk}" selected' in refused  # noqa: PT018
    client.post(page(conference), {**written, "q.meal": "chay"})
    address = link(Signup.objects.get())
    assert "<dd>Chay</dd>" in client.get(address).content.decode()
    client.post(address, {"choice": "confirm"})
    made, sheet = Registration.objects.get(), AnswerSheet.objects.get()
    assert (made.site_id, made.organisation_id) == (site.pk, unit.pk)
    assert (sheet.answers, sheet.via, sheet.person_id) == ({"meal": "chay"}, "page", made.person_id)


def test_other_words_replace_what_is_not_confirmed_and_void_its_link(client: Client, conference: Any) -> None:
    client.post(page(conference), AN)
    first = link(Signup.objects.get())
    client.post(page(conference), {**AN, "phone": "0912345678"})
    signup = Signup.objects.get()
    assert (signup.link_round, client.get(first).status_code) == (1, 410)
    assert client.post(link(signup), {"choice": "withdraw"}).status_code == 200
    assert not Signup.objects.exists()


@pytest.mark.parametrize("bad", ["/g/abc", "/y/abc", "/y/" + "x" * 500, "/y/%00", "/g/" + "~" * 68])
def test_forged_links_open_nothing(client: Client, bad: str) -> None:
    assert client.get(bad).status_code in {400, 404}
    assert client.post(bad, {"choice": "confirm"}).status_code in {400, 404}


def test_a_link_for_another_purpose_opens_nothing(client: Client, conference: Any) -> None:
    client.post(page(conference), AN)
    signup = Signup.objects.get()
    assert client.get(f"/g/{signup_links.sign(signup.pk, 0)}").status_code == 404
    assert client.get(f"/y/{signup_links.page_sign(conference.pk)}").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"confidentiality": "restricted", "state": "cancelled"}, 404),
        ({"state": "draft"}, 404),
        ({"state": "closed"}, 404),
        ({"state": "cancelled", "announced_at": None}, 404),
        ({"state": "cancelled"}, 410),
        ({"state": "postponed"}, 409),
    ],
)
def test_what_is_closed_or_off_has_no_page_or_says_why(
    client: Client, conference: Any, change: Any, status: int
) -> None:
    type(conference).objects.filter(pk=conference.pk).update(**change)
    said = {404: "Không có trang đăng ký này", 410: "Hội nghị đã huỷ", 409: "Hội nghị được hoãn"}[status]
    for answer in (client.get(page(conference)), client.post(page(conference), AN)):
        assert (answer.status_code, said in answer.content.decode()) == (status, True)
    assert APIClient().get(page(conference).replace("/g/", "/api/v1/registration-pages/")).status_code == status


def test_a_form_that_is_too_large_is_answered_by_a_page(client: Client, conference: Any) -> None:
    body, form = "x" * (settings.MAX_BODY_BYTES + 1), "application/x-www-form-urlencoded"
    answer = client.post(page(conference), body, content_type=form, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert "too large" in answer.content.decode()
    programs = client.post(page(conference).replace("/g/", "/api/v1/registration-pages/"), body, content_type=form)
    assert (programs.status_code, programs["Content-Type"]) == (413, "application/problem+json")


def test_a_conference_by_invitation_has_no_page_and_a_closed_one_says_so(client: Client, conference: Any) -> None:
    services.set_admission(conference_id=conference.pk, mode="open", closes_at=now())
    assert client.post(page(conference), AN).status_code == 409
    assert "Đã hết hạn đăng ký" in client.get(page(conference)).content.decode()
    services.set_admission(conference_id=conference.pk, mode="invitation")
    assert client.get(page(conference)).status_code == 404


def test_a_cancelled_conference_asks_nobody_to_confirm(client: Client, conference: Any) -> None:
    client.post(page(conference), AN)
    address = link(Signup.objects.get())
    type(conference).objects.filter(pk=conference.pk).update(state="cancelled")
    for answer in (client.get(address), client.post(address, {"choice": "confirm"})):
        assert (answer.status_code, "Hội nghị đã huỷ" in answer.content.decode()) == (410, True)
    assert not Registration.objects.exists()


def test_late_confirmations_are_refused_and_forgotten(client: Client, conference: Any) -> None:
    client.post(page(conference), AN)
    address = link(Signup.objects.get())
    Signup.objects.update(expires_at=now())
    assert client.post(address, {"choice": "confirm"}).status_code == 410
    assert unconfirmed(now(), frozenset()).delete()[0] == 1
    assert client.get(address).status_code == 404
    assert not Registration.objects.exists()


def test_known_people_are_not_added_twice_and_invitees_answer_their_invitation(client: Client, conference: Any) -> None:
    known = PersonFactory(full_name="Trần Văn An", email="AN@plenum.example")
    client.post(page(conference), AN)
    client.post(link(Signup.objects.get()), {"choice": "confirm"})
    assert Registration.objects.get().person_id == known.pk

    other = PersonFactory(full_name="Lê Thị Bình", email="binh@plenum.example")
    InvitationFactory(list=InvitationListFactory(conference=conference), person=other, sent=True)
    client.post(page(conference), {**AN, "full_name": "Lê Thị Bình", "email": "binh@plenum.example"})
    refused = client.post(link(Signup.objects.get(confirmed_at=None)), {"choice": "confirm"})
    assert (refused.status_code, "giấy mời" in refused.content.decode()) == (409, True)


def test_one_address_and_one_mailbox_sign_up_so_often_and_no_more(client: Client, conference: Any) -> None:
    for number in range(settings.SIGNUPS_FOR_ONE_MAILBOX):
        assert client.post(page(conference), {**AN, "phone": f"091234567{number}"}).status_code == 303
    assert client.post(page(conference), {**AN, "phone": "0987654321"}).status_code == 429
    LoginFailure.objects.all().delete()
    for number in range(settings.SIGNUPS_FROM_ONE_ADDRESS):
        services.sign_up(
            conference_id=conference.pk,
            said={**AN, "email": f"an{number}@plenum.example"},  # type: ignore[typeddict-item]
            language="vi",
            remote_address="127.0.0.1",
        )
    assert client.post(page(conference), {**AN, "email": "khac@plenum.example"}).status_code == 429


def test_forms_of_other_sites_are_refused(client: Client, conference: Any) -> None:
    assert client.post(page(conference), AN, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not Signup.objects.exists()


def test_the_page_speaks_english_to_who_asks(client: Client, conference: Any) -> None:
    sent = client.post(f"{page(conference)}?language=en", AN)
    assert "A letter is on its way" in client.get(sent["Location"]).content.decode()
    signup = Signup.objects.get()
    assert "Somebody registered for the conference" in letter(signup)
    assert "Confirm the registration" in client.get(link(signup)).content.decode()


def test_programs_do_the_same(conference: Any) -> None:
    api, at = APIClient(), f"/api/v1/registration-pages/{signup_links.page_sign(conference.pk)}"
    assert (api.get(at).json()["mode"], api.get(at).json()["questionnaire"]) == ("open", None)
    assert [api.post(at, AN, format="json").status_code for _ in range(2)] == [202, 202]
    signup = Signup.objects.get()
    own = f"/api/v1/sign-ups/{signup_links.sign(signup.pk, 0)}"
    assert (api.get(own).json()["state"], api.post(f"{own}/confirm").json()["state"]) == (None, "confirmed")
    assert api.post(f"{own}/withdraw").status_code == 204
    assert api.get(own).json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("guard", "kept"),
    [
        ("one_open_signup_each", {"said": dict(AN)}),
        ("a_confirmed_signup_is_a_registration", {"said": dict(AN)}),
        ("a_confirmed_signup_is_a_registration", {"said": {}, "consents": [{"purpose": "portrait", "version": 1}]}),
    ],
)
def test_postgresql_keeps_one_sign_up_and_empties_what_was_confirmed(conference: Any, guard: str, kept: Any) -> None:
    def write() -> Any:
        values = {"conference": conference, "who": "x", "language": "vi", **kept, "expires_at": now()}
        if guard == "one_open_signup_each":
            return Signup.objects.bulk_create([Signup(**values), Signup(**values)])
        made = RegistrationFactory(conference=conference)
        return Signup.objects.create(**values, confirmed_at=now(), registration=made)

    assert_refused_by(guard, write)
    assert_written_without(guard, write)


def signing_up(conference_id: UUID) -> Callable[[], Any]:
    return lambda: services.sign_up(
        conference_id=conference_id,
        said=AN,
        language="vi",
        remote_address="192.0.2.1",  # type: ignore[arg-type]
    )


@pytest.mark.django_db(transaction=True)
def test_sent_many_times_at_once_it_is_one_sign_up_and_one_registration() -> None:
    conference = opened(capacity=None)
    connection.close()
    rows = in_threads(6, signing_up(conference.pk))
    assert {row.pk for row in rows} == {Signup.objects.get().pk}
    token = signup_links.sign(rows[0].pk, 0)
    in_threads(6, lambda: services.confirm_signup(token=token))
    assert (Registration.objects.count(), Person.objects.filter(email=AN["email"]).count()) == (1, 1)


# Consent


@pytest.fixture
def purposes(db: None) -> None:
    ensure_standard_purposes()


@pytest.mark.usefixtures("purposes")
def test_what_is_ticked_is_in_the_ledger_once_the_mailbox_is_proved_and_nothing_else(
    client: Client, conference: Any
) -> None:
    shown = client.get(page(conference)).content.decode()
    assert shown.count('type="checkbox" name="consent"') == 3
    assert "checked" not in shown
    assert photo_notice(conference.pk).text["vi"].split("\n")[0][:40] in shown

    client.post(f"{page(conference)}?language=en", {**AN, "consent": ["portrait:1", "portrait:1"]})
    signup = Signup.objects.get()
    assert (signup.consents, ConsentDecision.objects.exists()) == ([{"purpose": "portrait", "version": 1}], False)
    address = link(signup)
    before = client.get(address).content.decode()
    assert "You agree to" in before
    assert "my portrait" in before
    for _ in range(2):
        client.post(address, {"choice": "confirm"})

    made = Registration.objects.get()
    given = ConsentDecision.objects.get()
    assert (given.person_id, given.wording.purpose.code, given.decision) == (made.person_id, "portrait", "given")
    assert (given.via, given.language, given.recorded_by) == ("page", "en", f"registrant:{signup.pk}")
    noticed = PhotoNoticeShown.objects.get()
    assert (noticed.person_id, noticed.place, noticed.language) == (made.person_id, "page", "en")
    signup.refresh_from_db()
    assert signup.consents == []
    assert consent_links.address(made.person) in client.get(address).content.decode()


@pytest.mark.usefixtures("purposes")
def test_words_that_changed_are_read_again_and_those_that_changed_before_the_proof_are_not_agreed_to(
    client: Client, conference: Any
) -> None:
    directory = ConsentPurpose.objects.get(code="directory")
    words = {"vi": "Nội dung mới", "en": "Other words"}
    client.post(page(conference), {**AN, "consent": ["portrait:1", "directory:1"]})
    reword_purpose(purpose_id=directory.pk, text=words, asks_again=True)
    late = client.post(page(conference), {**AN, "consent": ["directory:1"]})
    refused = late.content.decode()
    assert (late.status_code, "Nội dung xin đồng ý đã đổi" in refused, "Nội dung mới" in refused) == (400, True, True)
    assert "checked" not in refused
    wrong = client.post(page(conference), {**AN, "full_name": "", "consent": ["portrait:1"]}).content.decode()
    assert wrong.count(" checked") == 1, "what they ticked themselves stays ticked while they mend the rest"

    address = link(Signup.objects.get())
    assert "Không ghi nhận được sự đồng ý về “Danh bạ đại biểu”" in client.get(address).content.decode()
    client.post(address, {"choice": "confirm"})
    assert [row.wording.purpose.code for row in ConsentDecision.objects.all()] == ["portrait"]
    made = Registration.objects.get()
    own = consent_links.address(made.person)
    said = "Chưa ghi nhận sự đồng ý về “Danh bạ đại biểu”: nội dung xin đồng ý đã thay đổi"
    shown = client.get(address).content.decode()
    assert (said in shown, own in shown) == (True, True)
    services.mail_confirmation(registration_id=made.pk)
    for form in mailed(made):
        assert "Danh bạ đại biểu" in form
        assert own in form
    at = f"/api/v1/sign-ups/{address.removeprefix('/y/')}"
    assert [each["purpose"] for each in APIClient().get(at).json()["unrecorded"]] == ["directory"]

    give_consent(
        person_id=made.person_id, asked=Asked(purpose="directory", version=2, language="vi"), via=ConsentVia.PAGE
    )
    assert "Chưa ghi nhận" not in client.get(address).content.decode(), "they have decided"


@pytest.mark.usefixtures("purposes")
def test_words_that_only_read_otherwise_since_are_agreed_to_as_they_were_read(client: Client, conference: Any) -> None:
    """And whoever waits hears of what nobody is asked for any more."""
    RegistrationFactory(conference=conference)
    portrait, directory = (ConsentPurpose.objects.get(code=code) for code in ("portrait", "directory"))
    client.post(page(conference), {**AN, "consent": ["portrait:1", "directory:1"]})
    reword_purpose(purpose_id=portrait.pk, text={"vi": "Rõ hơn", "en": "Clearer"}, asks_again=False)
    retire_purpose(purpose_id=directory.pk)
    address = link(Signup.objects.get())
    client.post(address, {"choice": "confirm"})
    made, given = Registration.objects.get(turn__isnull=False), ConsentDecision.objects.get()
    assert (given.wording.purpose.code, given.wording.version) == ("portrait", 1)
    assert consented(made.person_id, "portrait")
    services.mail_waiting(registration_id=made.pk)
    gone = "Danh bạ đại biểu”: ban tổ chức không còn xin đồng ý về việc này"
    assert gone in mailed(made)[0]
    assert gone in client.get(address).content.decode()


@pytest.mark.usefixtures("purposes")
@pytest.mark.parametrize("box", ["portrait", "portrait:", "portrait:x", "portrait:99", ":1"])
def test_a_box_that_names_no_words_is_refused_in_words(client: Client, conference: Any, box: str) -> None:
    answer = client.post(page(conference), {**AN, "consent": [box]})
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (400, True)
    assert not Signup.objects.exists()


@pytest.mark.usefixtures("purposes")
def test_programs_read_what_is_asked_and_say_what_was_agreed_to(conference: Any) -> None:
    api, address = APIClient(), f"/api/v1/registration-pages/{signup_links.page_sign(conference.pk)}"
    shown = api.get(address).json()
    assert [each["purpose"] for each in shown["asked"]] == ["portrait", "mailing-list", "directory"]
    assert shown["photo_notice"] == photo_notice(conference.pk).text

    def sign_up(*consents: Any) -> Any:
        said = {name: value for name, value in AN.items() if value}
        return api.post(address, {**said, "consents": consents}, format="json")

    for wrong in ({"purpose": "no-such", "wording": 1}, {"purpose": "portrait", "wording": 9}):
        answer = sign_up(wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "consents")
    assert sign_up({"purpose": "mailing-list", "wording": 1}).status_code == 202
    assert Signup.objects.get().consents == [{"purpose": "mailing-list", "version": 1}]
    assert sign_up().status_code == 202
    signup = Signup.objects.get()
    assert (signup.consents, signup.link_round) == ([], 1), "taking a tick back is other words"


def test_whoever_could_not_confirm_before_a_postponement_is_asked_again_with_the_new_time(
    client: Client, conference: Any
) -> None:
    client.post(page(conference), AN)
    client.post(page(conference), {**AN, "email": "muon@plenum.example"})
    early, late = Signup.objects.order_by("created_at")
    Signup.objects.filter(pk=early.pk).update(expires_at=now())  # ended by itself before
    former = link(late)
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão số 5."})
    assert services.renew_signups(conference_id=conference.pk) == 0

    shown = client.get(former).content.decode()
    assert ("Hội nghị đã hoãn" in shown, "Thời gian đã báo" in shown, 'value="confirm"' in shown) == (True, True, False)
    assert client.get(former.replace("/y/", "/api/v1/sign-ups/")).json()["postponed"] is True
    refused = client.post(former, {"choice": "confirm"})
    assert (refused.status_code, "gửi liên kết mới để xác nhận" in refused.content.decode()) == (409, True)
    the_day_after_tomorrow = now() + dt.timedelta(hours=settings.SIGNUP_HOURS + 30)
    assert not unconfirmed(the_day_after_tomorrow, frozenset()).exists(), "time stands still"

    conferences.announce(conference_id=conference.pk)
    lift.run()
    assert services.renew_signups(conference_id=conference.pk) == 0, "once for each postponement"
    assert client.get(former).status_code == 410, "there is a newer letter"
    late.refresh_from_db()
    assert late.link_round == 1
    assert client.post(link(late), {"choice": "confirm"}).status_code == 303
    assert Registration.objects.get().person.email == "muon@plenum.example"
    assert OutgoingMail.objects.filter(purpose="signup", subject_id=early.pk).count() <= 1


def test_who_waits_is_told_what_to_do_and_where_to_leave_the_line(client: Client, conference: Any) -> None:
    services.set_admission(conference_id=conference.pk, mode="open", offer_hours=24)
    RegistrationFactory(conference=conference)
    client.post(page(conference), AN)
    own = link(Signup.objects.get())
    client.post(own, {"choice": "confirm"})
    made = Registration.objects.get(person__email=AN["email"])
    services.mail_waiting(registration_id=made.pk)
    for body in mailed(made):
        assert "nhận chỗ trong thời hạn ghi trong thư đó" in body
        assert "không cần làm gì thêm" not in body
        assert own in body
