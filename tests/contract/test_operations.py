"""The API keeps its word: whatever is sent to any operation, the answer is one that the description promises."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from backend.core.pagination import CursorPages
from backend.people import services
from tests.contract.client import CHECKS, OPERATIONS, SETTINGS, Rows, call

pytestmark = pytest.mark.django_db


def ask(operation: Any, rows: Rows) -> None:
    right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @SETTINGS
    @given(case=st.one_of(right, wrong))
    def answers_as_described(case: Case) -> None:
        rows.aim(case)
        case.validate_response(call(case), checks=CHECKS)

    answers_as_described()


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation(name: str, rows: Rows) -> None:
    ask(OPERATIONS[name], rows)


def test_an_answer_that_was_not_promised_is_found(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(CursorPages, "get_paginated_response_schema", None)
    page = CursorPages.get_paginated_response

    def careless(self: CursorPages, data: Any) -> Any:
        response = page(self, data)
        del response.data["previous"]
        return response

    monkeypatch.setattr(CursorPages, "get_paginated_response", careless)

    with pytest.raises(BaseExceptionGroup, match="Response violates schema"):
        ask(OPERATIONS["organisations_list"], rows)


def test_a_crash_is_found(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""

    def crash(**fields: Any) -> Any:
        raise RuntimeError("the power fails")

    monkeypatch.setattr(services, "revoke_token", crash)

    with pytest.raises(BaseException, match="the power fails|Server error"):
        ask(OPERATIONS["tokens_delete"], rows)
