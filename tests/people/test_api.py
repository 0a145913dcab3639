"""Organisations, people, roles, accounts and tokens over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.core.models import IdempotencyRecord
from backend.outbox.models import Event
from backend.people.models import Account, ApiToken, Organisation, Person, RoleGrant
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import (
    PASSWORD,
    AccountFactory,
    ApiTokenFactory,
    OrganisationFactory,
    PersonFactory,
    PositionFactory,
    account_with,
)
from tests.factories.registration import RegistrationFactory

pytestmark = pytest.mark.django_db
API = "/api/v1"


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=account.pk))
    return client


def bearer(secret: str) -> APIClient:
    return APIClient(headers={"Authorization": f"Bearer {secret}"})


# -- organisations


def test_organisations_are_listed_in_vietnamese_order_and_found_without_diacritics() -> None:
    for name in ("Ủy ban", "Đo lường", "Chất lượng", "Dệt may"):
        OrganisationFactory(name={"vi": name})
    client = client_of(AccountFactory(person=None))

    listed = client.get(f"{API}/organisations").json()["results"]
    found = client.get(f"{API}/organisations?q=do luong").json()["results"]

    assert [row["name"]["vi"] for row in listed] == ["Chất lượng", "Dệt may", "Đo lường", "Ủy ban"]
    assert [row["name"]["vi"] for row in found] == ["Đo lường"]


def test_an_organiser_adds_below_his_organisation_only() -> None:
    mine, other = OrganisationFactory.create_batch(2)
    client = client_of(account_with("organiser", organisation=mine))
    body = {"slug": "phong-mau", "name": {"vi": "Phòng mẫu"}, "former_names": [{"name": {"vi": "Tổ mẫu"}}]}

    made = client.post(f"{API}/organisations", {**body, "parent": str(mine.pk)})
    elsewhere = client.post(f"{API}/organisations", {**body, "slug": "x", "parent": str(other.pk)})
    on_top = client.post(f"{API}/organisations", {**body, "slug": "y"})

    assert (made.status_code, elsewhere.status_code, on_top.status_code) == (201, 403, 403)
    assert made.json()["former_names"] == [{"name": {"vi": "Tổ mẫu"}, "valid_from": None, "valid_to": None}]
    assert made.headers["ETag"] == '"1"'
    assert Event.objects.get().name == "organisation.created"


def test_a_renaming_keeps_the_former_name_with_its_last_day() -> None:
    row = OrganisationFactory(name={"vi": "Trung tâm 2"})
    client = client_of(account_with("administrator"))

    answer = client.post(f"{API}/organisations/{row.pk}/rename", {"name": {"vi": "Trung tâm 3"}, "since": "2025-03-01"})
    too_early = client.post(f"{API}/organisations/{row.pk}/rename", {"name": {"vi": "Z"}, "since": "2025-01-01"})

    assert answer.json()["name"] == {"vi": "Trung tâm 3"}
    assert answer.json()["former_names"] == [
        {"name": {"vi": "Trung tâm 2"}, "valid_from": None, "valid_to": "2025-02-28"}
    ]
    assert too_early.json()["errors"][0]["field"] == "since"


def test_a_stale_or_blind_edit_of_an_organisation_is_refused() -> None:
    row = OrganisationFactory()
    client = client_of(account_with("administrator"))
    address = f"{API}/organisations/{row.pk}"

    assert client.patch(address, {"symbol": "A"}).status_code == 428
    assert client.patch(address, {"symbol": "A"}, headers={"If-Match": '"1"'}).headers["ETag"] == '"2"'
    assert client.patch(address, {"symbol": "B"}, headers={"If-Match": '"1"'}).status_code == 412
    assert Organisation.objects.get(pk=row.pk).symbol == "A"


def test_an_organisation_cannot_be_put_below_itself() -> None:
    top = OrganisationFactory()
    below = OrganisationFactory(parent=top)
    client = client_of(account_with("administrator"))

    answer = client.patch(f"{API}/organisations/{top.pk}", {"parent": str(below.pk)}, headers={"If-Match": "*"})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "parent")


# -- people


def test_an_account_without_a_role_sees_itself_and_nobody_else() -> None:
    account = AccountFactory()
    other = PersonFactory(organisation=account.person.organisation)
    client = client_of(account)

    listed = client.get(f"{API}/people").json()["results"]

    assert [row["id"] for row in listed] == [str(account.person_id)]
    assert listed[0]["email"] == account.person.email, "one's own address is no secret"
    assert client.get(f"{API}/people/{other.pk}").status_code == 404


@pytest.mark.parametrize(
    ("_case", "role", "shown"),
    [("reaches them", "organiser", True), ("reaches them", "secretary", True), ("reads only", "editor", False)],
)
def test_addresses_are_shown_to_those_who_must_reach_people(_case: str, role: str, shown: bool) -> None:
    person = PersonFactory()
    client = client_of(account_with(role, organisation=person.organisation))

    row = client.get(f"{API}/people/{person.pk}").json()

    assert ("email" in row, "phone" in row) == (shown, shown)


def test_people_are_sorted_by_ten_and_found_without_diacritics() -> None:
    where = OrganisationFactory()
    for name in ("Trần Văn Đức", "Lê Thị Dung", "Nguyễn Văn Ân", "Phạm An"):
        PersonFactory(full_name=name, organisation=where)
    client = client_of(account_with("organiser", person=None))

    listed = client.get(f"{API}/people").json()["results"]
    found = client.get(f"{API}/people?q=duc tran").json()["results"]

    assert [row["full_name"] for row in listed] == ["Phạm An", "Nguyễn Văn Ân", "Lê Thị Dung", "Trần Văn Đức"]
    assert [row["full_name"] for row in found] == ["Trần Văn Đức"]


def test_people_are_added_and_moved_only_where_the_caller_works() -> None:
    mine, other = OrganisationFactory.create_batch(2)
    client = client_of(account_with("secretary", organisation=mine))

    made = client.post(
        f"{API}/people", {"full_name": "Đỗ Mẫu", "organisation": str(mine.pk), "phone": "+84 28 3829 4274"}
    )
    foreign = client.post(f"{API}/people", {"full_name": "Sok សុខ", "organisation": str(mine.pk)})
    assert (made.json()["unprintable"], foreign.json()["unprintable"]) == ("", "សុខ")
    assert client.post(f"{API}/people", {"full_name": "🎉", "organisation": str(mine.pk)}).status_code == 400
    elsewhere = client.post(f"{API}/people", {"full_name": "Đỗ Mẫu", "organisation": str(other.pk)})
    nowhere = client.post(f"{API}/people", {"full_name": "Đỗ Mẫu"})
    address = f"{API}/people/{made.json()['id']}"
    moved = client.patch(address, {"organisation": str(other.pk)}, headers={"If-Match": "*"})
    changed = client.patch(address, {"full_name": "Đỗ Văn Mẫu"}, headers={"If-Match": made.headers["ETag"]})

    assert (made.status_code, elsewhere.status_code, nowhere.status_code, moved.status_code) == (201, 403, 403, 403)
    assert (changed.status_code, changed.json()["full_name"]) == (200, "Đỗ Văn Mẫu")
    assert Person.objects.get(pk=made.json()["id"]).folded == "do van mau"


def correct(account: Account, person: Person, **said: Any) -> int:
    asked = {"email": "dung@khach.example", **said}
    return client_of(account).patch(f"{API}/people/{person.pk}", asked, headers={"If-Match": "*"}).status_code


@pytest.mark.parametrize("asked", [InvitationFactory, RegistrationFactory])
def test_a_guest_of_no_unit_is_corrected_by_those_whose_conferences_alone_ask_them(asked: Any) -> None:
    host, partner = OrganisationFactory.create_batch(2)
    conference = ConferenceFactory(announced=True, exact=True, lead=host, co=[partner])
    guest = PersonFactory(organisation=None, email="dugn@khach.example")
    held = {"list__conference": conference} if asked is InvitationFactory else {"conference": conference}
    organiser, secretary = (account_with(role, organisation=host) for role in ("organiser", "secretary"))
    others = [account_with("auditor", organisation=host), account_with("organiser", organisation=partner)]
    assert correct(organiser, guest) == 404, "asked by nobody"

    asked(person=guest, **held)
    assert client_of(secretary).get(f"{API}/people/{guest.pk}").json()["email"] == "dugn@khach.example"
    assert [correct(account, guest) for account in (organiser, secretary, *others)] == [200, 200, 403, 404]
    assert [correct(organiser, guest, organisation=unit) for unit in (None, str(partner.pk))] == [200, 403]
    office = {"person": str(guest.pk), "title": {"vi": "Chuyên gia"}}
    assert client_of(organiser).post(f"{API}/positions", office, format="json").status_code == 201

    duty = DutyFactory(conference=ConferenceFactory(announced=True, exact=True, lead=partner), person=guest)
    assert correct(organiser, guest) == 404, "others' record rests on it as well"
    duty.delete()
    AccountFactory(person=guest)
    assert correct(organiser, guest) == 404, "who signs in is nobody's guest alone"
    assert correct(account_with("organiser"), guest) == 200


@pytest.mark.parametrize(
    ("_case", "body", "field"),
    [
        ("no name", {}, "full_name"),
        ("a name of invisible characters", {"full_name": "\u202e"}, "full_name"),
        ("not a telephone number", {"full_name": "A", "phone": "gọi tôi"}, "phone"),
        ("an unknown language", {"full_name": "A", "language": "xx"}, "language"),
        ("an organisation that is none", {"full_name": "A", "organisation": "x"}, "organisation"),
        ("a misspelt member", {"full_name": "A", "fullname": "B"}, "fullname"),
    ],
)
def test_a_wrong_person_is_refused_by_field_and_reason(_case: str, body: dict[str, Any], field: str) -> None:
    answer = client_of(account_with("organiser")).post(f"{API}/people", body)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_positions_held_on_a_day() -> None:
    person = PersonFactory()
    PositionFactory(person=person, title={"vi": "Cũ"}, valid_to="2024-12-31")
    PositionFactory(person=person, title={"vi": "Nay"}, valid_from="2025-01-01", rank=1)
    client = client_of(account_with("organiser"))

    held = client.get(f"{API}/positions?person={person.pk}&on=2025-06-01").json()["results"]
    wrong = client.post(
        f"{API}/positions",
        {"person": str(person.pk), "title": {"vi": "A"}, "valid_from": "2025-02-01", "valid_to": "2025-01-01"},
    )

    assert [row["title"]["vi"] for row in held] == ["Nay"]
    assert wrong.json()["errors"][0]["field"] == "valid_to"


# -- roles and accounts


@pytest.mark.parametrize("address", ["accounts", "role-grants"])
def test_only_an_administrator_of_everything_gives_roles_and_accounts(address: str) -> None:
    where = OrganisationFactory()

    assert client_of(account_with("administrator")).get(f"{API}/{address}").status_code == 200
    assert client_of(account_with("administrator", organisation=where)).get(f"{API}/{address}").status_code == 403
    assert client_of(account_with("organiser", "auditor")).get(f"{API}/{address}").status_code == 403
    assert APIClient().get(f"{API}/{address}").status_code == 401


def test_an_administrator_opens_an_account_and_gives_it_a_role() -> None:
    client = client_of(account_with("administrator"))

    made = client.post(f"{API}/accounts", {"email": "Moi@Plenum.example", "password": PASSWORD, "full_name": "Võ Mới"})
    again = client.post(f"{API}/accounts", {"email": "moi@plenum.example", "password": PASSWORD})
    weak = client.post(f"{API}/accounts", {"email": "yeu@plenum.example", "password": "password"})
    grant = client.post(f"{API}/role-grants", {"account": made.json()["id"], "role": "editor"})
    twice = client.post(f"{API}/role-grants", {"account": made.json()["id"], "role": "editor"})

    assert (made.status_code, made.json()["person"]["full_name"]) == (201, "Võ Mới")
    assert "password" not in made.json()
    assert again.json()["errors"][0]["field"] == "email"
    assert weak.json()["errors"][0]["field"] == "password"
    assert grant.json()["id"] == twice.json()["id"]
    assert client.delete(f"{API}/role-grants/{grant.json()['id']}").status_code == 204


def test_the_last_administrator_cannot_be_lost() -> None:
    administrator = account_with("administrator")
    account_with("administrator", is_active=False)
    client = client_of(administrator)
    grant = RoleGrant.objects.get(account=administrator)

    assert client.delete(f"{API}/role-grants/{grant.pk}").status_code == 409
    assert client.post(f"{API}/accounts/{administrator.pk}/deactivate").status_code == 409

    other = account_with("administrator")
    assert client.post(f"{API}/accounts/{other.pk}/deactivate").json()["is_active"] is False


# -- tokens


def test_a_tokens_secret_is_shown_once_and_kept_as_a_hash() -> None:
    account = AccountFactory()
    client = client_of(account)
    body = {"name": "Báo cáo", "scopes": ["people:read"], "expires_in_days": 7}

    made = client.post(f"{API}/tokens", body, headers={"Idempotency-Key": "once"})
    repeated = client.post(f"{API}/tokens", body, headers={"Idempotency-Key": "once"})

    secret = made.json()["secret"]
    assert len(secret) == len("plenum_") + 43
    assert repeated.json() == {name: value for name, value in made.json().items() if name != "secret"}
    assert secret not in str(list(ApiToken.objects.values())) + str(list(IdempotencyRecord.objects.values()))
    assert "secret" not in client.get(f"{API}/tokens").json()["results"][0]
    assert bearer(secret).get(f"{API}/people").status_code == 200


@pytest.mark.parametrize(
    ("_case", "changes", "field"),
    [
        ("no such scope", {"scopes": ["people:everything"]}, "scopes.0"),
        ("no scope", {"scopes": []}, "scopes"),
        ("too long", {"expires_in_days": 366}, "expires_in_days"),
        ("too short", {"expires_in_days": 0}, "expires_in_days"),
    ],
)
def test_a_wrong_token_is_refused(_case: str, changes: dict[str, Any], field: str) -> None:
    body = {"name": "A", "scopes": ["*"], "expires_in_days": 7, **changes}

    answer = client_of(AccountFactory()).post(f"{API}/tokens", body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_a_token_does_what_its_scopes_name_and_no_more() -> None:
    account = account_with("organiser")
    reading = bearer(_secret(account, "people:read"))

    assert reading.get(f"{API}/people").status_code == 200
    assert reading.post(f"{API}/people", {"full_name": "A"}).status_code == 403
    assert bearer(_secret(account, "mail:read")).get(f"{API}/people").status_code == 403


def test_a_token_makes_no_token_that_does_or_lasts_more_than_itself() -> None:
    account = AccountFactory()
    client = bearer(_secret(account, "people:read", "people:write", days=3))
    body = {"name": "con", "expires_in_days": 30}

    wider = client.post(f"{API}/tokens", {**body, "scopes": ["mail:read"]})
    everything = client.post(f"{API}/tokens", {**body, "scopes": ["*"]})
    narrower = client.post(f"{API}/tokens", {**body, "scopes": ["people:read"]})

    assert (wider.status_code, everything.status_code, narrower.status_code) == (400, 400, 201)
    child = ApiToken.objects.get(pk=narrower.json()["id"])
    assert child.expires_at <= now() + timedelta(days=3)


def test_revoked_expired_and_closed_tokens_open_nothing() -> None:
    account = AccountFactory()
    secret = _secret(account, "*")
    token = ApiToken.objects.get()
    client = client_of(account)

    assert client_of(AccountFactory()).delete(f"{API}/tokens/{token.pk}").status_code == 404, "not one's own"
    assert client.delete(f"{API}/tokens/{token.pk}").status_code == 204
    assert client.delete(f"{API}/tokens/{token.pk}").status_code == 204
    assert bearer(secret).get(f"{API}/people").status_code == 401
    ApiToken.objects.update(revoked_at=None, expires_at=now())
    assert bearer(secret).get(f"{API}/people").status_code == 401
    ApiToken.objects.update(expires_at=now() + timedelta(days=1))
    Account.objects.update(is_active=False)
    assert bearer(secret).get(f"{API}/people").status_code == 401
    Account.objects.update(is_active=True)
    assert bearer(secret).get(f"{API}/people").status_code == 200


def _secret(account: Account, *scopes: str, days: int = 30) -> str:
    secret = f"plenum_{ApiToken.objects.count():043d}"
    ApiTokenFactory(account=account, secret=secret, scopes=list(scopes), expires_at=now() + timedelta(days=days))
    return secret


@pytest.mark.parametrize("email", ["lit@[127.0.0.1]", '"a b"@donvi.example', "an@-donvi.example"])
def test_an_address_no_letter_can_be_sent_to_is_refused(email: str) -> None:
    home = OrganisationFactory()
    body = {"full_name": "Nguyễn Văn An", "email": email, "organisation": str(home.pk)}
    answer = client_of(account_with("organiser", organisation=home)).post(f"{API}/people", body)
    assert answer.status_code == 400, answer.json()
    assert answer.json()["errors"][0]["field"] == "email"
