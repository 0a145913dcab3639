"""What one answer says is what the next request asks for: made, read, changed, removed, asked for again."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case
from schemathesis.specs.openapi.checks import ensure_resource_availability, use_after_free

from tests.contract.client import CHECKS, EXAMPLES, HEADERS, SCHEMA, SETTINGS, Rows

pytestmark = pytest.mark.django_db
STEPS = 12


def test_journeys(rows: Rows) -> None:
    answers: list[int] = []

    class Journey(SCHEMA.as_state_machine()):  # type: ignore[misc]
        """Schemathesis finds the links: an id in an answer is what another operation's address or body takes."""

        def setup(self) -> None:
            self.start = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.start)

        def before_call(self, case: Case) -> None:
            rows.aim(case)

        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            return {"headers": HEADERS}

        def after_call(self, response: Any, case: Case) -> None:
            answers.append(response.status_code)
            if response.content and "json" in response.headers["content-type"][0]:
                rows.learn(response.json())

        def validate_response(self, response: Any, case: Case, **kwargs: Any) -> None:
            case.validate_response(response, checks=[*CHECKS, use_after_free, ensure_resource_availability])

    run_state_machine_as_test(
        Journey, settings=settings(SETTINGS, max_examples=EXAMPLES * 2, stateful_step_count=STEPS)
    )
    done = sum(200 <= answer < 300 for answer in answers)
    assert done > len(answers) / 5, f"only {done} of {len(answers)} requests led anywhere"
