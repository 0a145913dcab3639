"""Which floor holds what about people."""

import pytest

from backend.people.models import Person, Position
from backend.privacy import holdings
from backend.privacy.holdings import Basis, Holding, Kept, holding, holding_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(monkeypatch):
    monkeypatch.setattr(holdings, "_holdings", dict(holdings._holdings))


def test_every_holding_says_what_it_holds_why_and_how_long():
    assert holding_of(Person).name == "people"
    for each in holdings.holdings():
        assert each.models, each.name
        assert str(each.title), each.name
        assert str(each.purpose), each.name
        assert each.basis in Basis, each.name
        assert isinstance(each.kept, Kept), each.name
        assert type(each).rows is not Holding.rows, each.name


@pytest.mark.usefixtures("known")
def test_a_model_belongs_to_one_holding():
    with pytest.raises(ValueError, match="people"):
        holding("others", Person)(type("Others", (Holding,), {}))
    with pytest.raises(ValueError, match="twice"):
        holding("people", Position)(type("Others", (Holding,), {}))
