"""The simulated season around the live story."""

import io

import pytest
from rich.console import Console

from backend.conferences.models import Conference
from backend.demo.season import CONFERENCES, surround


@pytest.mark.django_db(transaction=True)
def test_it_is_added_once() -> None:
    paper = io.StringIO()
    surround(Console(file=paper, width=80))
    surround(Console(file=paper, width=80))
    assert Conference.objects.count() == CONFERENCES
    assert len(paper.getvalue().splitlines()) == 1
