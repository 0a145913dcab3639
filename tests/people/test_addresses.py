"""Which addresses are taken: the same by every form, file and mail."""

from typing import Any

import pytest

from backend.delegations.serializers import FocalPointBody
from backend.imports.reading.contacts import emails_of
from backend.invitations.forms import NamedBody
from backend.invitations.services.proposals import _address
from backend.mail.mailbox import InvalidAddress, checked_email, deliverable_email
from backend.people.serializers import AccountBody, PersonBody
from backend.registration.serializers.signups import SignupForm
from backend.rights.serializers import PersonCorrectionBody, RequestBody

NOBODY_READS = ["an@xa.test", "an@test", "an@xa.invalid", "an@localhost", "an@may-chu.local", "an@xa", "an@[10.0.0.1]"]
NO_ADDRESS = [
    "an",
    "an@xa .example",
    "an@@xa.example",
    "ân@xa.example",
    '"an b"@xa.example',
    "an@xa.example\r\nBcc: x@y.vn",
]
TAKEN = {"an@xa.example": "an@xa.example", "An.B+c@XÃ.vn": "An.B+c@xn--x-yfa.vn", " an@xa.gov.vn ": "an@xa.gov.vn"}


def taken_by_form(form: type[Any], field: str) -> Any:
    def taken(address: str) -> bool:
        body = form(data={field: address})
        body.is_valid()
        return field not in body.errors

    return taken


WAYS = {
    "people": taken_by_form(PersonBody, "email"),
    "people, the second": taken_by_form(PersonBody, "alternate_email"),
    "accounts": taken_by_form(AccountBody, "email"),
    "delegates and substitutes": taken_by_form(NamedBody, "email"),
    "focal points": taken_by_form(FocalPointBody, "focal_email"),
    "sign-ups": taken_by_form(SignupForm, "email"),
    "requests about data": taken_by_form(RequestBody, "email"),
    "corrections": taken_by_form(PersonCorrectionBody, "email"),
    "files": lambda address: bool(emails_of(address)[0]),
    "a delegation by mail": lambda address: bool(_address(address)),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_takes_the_same_addresses(way: str) -> None:
    assert [address for address in TAKEN if not WAYS[way](address)] == []
    assert [address for address in NOBODY_READS if WAYS[way](address)] == []


def test_what_is_taken_stands_in_a_header_as_it_is() -> None:
    assert {address: deliverable_email(address) for address in TAKEN} == TAKEN
    for address in NO_ADDRESS:
        with pytest.raises(InvalidAddress):
            deliverable_email(address)


def test_whoever_is_on_record_with_such_an_address_is_written_to_as_before() -> None:
    assert checked_email("an@xa.test") == "an@xa.test"
