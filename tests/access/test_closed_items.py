"""What belongs to an internal or restricted agenda item is told to nobody else, whatever is asked."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.conferences import queries
from tests.access.callers import ANONYMOUS
from tests.access.closed import KNOWS, SPEAKERS, WORDS, Inside, text_of
from tests.access.conftest import API, key, rolled_back
from tests.access.operations import Operation, operations, pages
from tests.access.requests import REQUESTS, Ask
from tests.access.world import World

pytestmark = pytest.mark.django_db
#: One of each kind: those who merely sign in, who takes part, who reads for a partner, and who knows everything.
CALLERS = [
    ANONYMOUS,
    "nobody",
    "foreign administrator",
    "foreign editor",
    "delegate",
    "guest",
    "organiser of the partner",
    "chair",
    "organiser",
    *SPEAKERS.values(),
]
READING = [operation for operation in operations() if operation.method == "GET"]


@pytest.fixture(scope="module")
def inside(django_db_setup: None, django_db_blocker: Any) -> Iterator[Inside]:
    with rolled_back(django_db_blocker):
        yield Inside(World())


def addresses(inside: Inside, operation: Operation) -> Iterator[str]:
    """Every way of asking for the operation that could tell of the conference."""
    ask = REQUESTS.get(key(operation), lambda world: Ask())(inside.world)
    if "<" not in operation.path:
        yield f"{operation.path}?{ask.query}"
        if ask.sees is not None:
            yield f"{operation.path}?page_size=200"
            for word in WORDS.values():
                yield f"{operation.path}?q={word}"
        return
    model = getattr(operation.viewset.queryset, "model", None)
    for row in inside.rows.get(model, [ask.of]):
        path = operation.path.replace("<pk>", str(getattr(row, "pk", row))).replace("<token>", str(ask.of))
        yield f"{path}?{ask.query}"
        if operation.action in ("content", "preview", "print"):
            yield from (f"{path}?format={format}" for format in ("docx", "pdf", "xlsx"))


def read(inside: Inside, address: str, caller: str) -> str:
    """What the caller reads there; nothing, where it is refused."""
    answer = inside.world.http.get(address, headers=inside.world.authorization(inside.world.tokens.get(caller)))
    inside.world.http.cookies.clear()
    assert answer.status_code < 500, (address, caller)
    return text_of(answer) if answer.status_code == 200 else ""


def told_too_much(inside: Inside, operation: Operation) -> set[tuple[str, str, str]]:
    """(caller, level, address) wherever somebody reads a word that is not for them."""
    return {
        (caller, level, address)
        for address in addresses(inside, operation)
        for caller in CALLERS
        if (closed := [level for level in WORDS if caller not in KNOWS[level]])
        for said in [read(inside, address, caller)]
        for level in closed
        if WORDS[level] in said
    }


@pytest.mark.parametrize("operation", READING, ids=str)
def test_nobody_reads_what_is_closed_to_them(inside: Inside, operation: Operation) -> None:
    assert told_too_much(inside, operation) == set()


@pytest.mark.parametrize("name", ["agenda-items", "duties", "speakers", "speeches", "resolutions", "polls"])
def test_whoever_may_know_reads_it(inside: Inside, name: str) -> None:
    address = f"{API}{name}?page_size=200&conference={inside.conference.pk}"
    said = {caller: read(inside, address, caller) for caller in CALLERS}
    for level, word in WORDS.items():
        readers = {caller for caller in CALLERS if word in said[caller]}
        assert readers == KNOWS[level] & set(CALLERS), level


def test_the_conference_shows_each_what_it_may_know(inside: Inside) -> None:
    for caller in CALLERS[1:]:
        said = read(inside, f"{API}conferences/{inside.conference.pk}", caller)
        assert {level for level, word in WORDS.items() if word in said} == {
            level for level in WORDS if caller in KNOWS[level]
        }, caller


@pytest.mark.parametrize("path", ["programme", "programme/changes?to=2", "programme/print?format=xlsx"])
def test_a_released_programme_shows_each_what_it_may_know(inside: Inside, path: str) -> None:
    for caller in CALLERS[1:]:
        said = read(inside, f"{API}conferences/{inside.released.pk}/{path}", caller)
        assert {level for level, word in WORDS.items() if word in said} == {
            level for level in WORDS if caller in KNOWS[level]
        }, caller


def test_minutes_tell_those_who_took_part_what_is_internal_and_leave_a_line_for_what_is_restricted(
    inside: Inside,
) -> None:
    for caller in ("delegate", "organiser of the partner", "chair", "organiser"):
        said = read(inside, f"{API}minutes/{inside.minutes.pk}", caller)
        assert [word in said for word in WORDS.values()] == [True, True, False], caller
        assert "Một nội dung hạn chế được ghi biên bản riêng." in said


def test_what_is_published_tells_of_public_items_only(inside: Inside) -> None:
    told = set()
    for path in pages():
        slug = inside.recap.slug if "articles" in path or "bai-viet" in path else inside.conference.slug
        slug = inside.world.host.slug if "organisations" in path else slug
        address = (
            path.replace("<language>", "vi").replace("<slug>", slug).replace("<pk>", str(inside.world.halls[0].room_id))
        )
        said = read(inside, "/" + address.lstrip("/").replace("<secret>", inside.world.link_secret), ANONYMOUS)
        if "<secret>" in path:  # the delegate's own: what is internal may stand in it
            assert WORDS["restricted"] not in said
            continue
        assert WORDS["internal"] not in said, path
        assert WORDS["restricted"] not in said, path
        told |= {path} if WORDS["public"] in said else set()
    assert {"/vi/bai-viet/<slug>", "/vi/hoi-nghi/<slug>", "/<language>/feed.atom", "/<language>/feed.json"} <= told


def test_events_and_letters_hold_no_word(inside: Inside) -> None:
    for name in ("events", "deliveries", "mails"):
        said = read(inside, f"{API}{name}?page_size=200", "administrator of everything")
        assert not any(word in said for word in WORDS.values()), name


# Negative controls: it is the filter that keeps it closed.


@pytest.mark.parametrize("name", ["GET agenda-items", "GET speeches", "GET findings", "GET resolutions"])
def test_without_the_filter_the_sweep_finds_it(inside: Inside, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (operation,) = [each for each in READING if key(each) == name]
    for module in (queries.confidential, __import__("backend.resolutions.queries.sight", fromlist=["sight"])):
        monkeypatch.setattr(module, "hidden_items", lambda account: None)
    assert {"organiser of the partner", "delegate"} & {caller for caller, *_ in told_too_much(inside, operation)}
