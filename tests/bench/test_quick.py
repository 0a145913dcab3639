"""The bench measures what it says it does: statements played by pgbench do what the request did, nothing fails unseen."""

import smtplib
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from backend.resolutions.models import NamedBallot
from bench import ballots, http_load, pgbench, population, registrations, urn, year
from bench.catcher import Catcher
from bench.rounds import QUICK, Comparison, in_turns, percentile

SMALL = replace(QUICK, people=ballots.CONNECTIONS * 2)


@pytest.fixture(autouse=True)
def _nobody_left_from_the_test_before() -> Iterator[None]:
    yield
    for made_once in (population.host, population.people, population.organiser_token, ballots.voting_conference):
        made_once.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_pgbench_casts_the_ballots_the_api_casts() -> None:
    recording = ballots.recorded(SMALL, "named")

    # Raises when a ballot is missing at the end.
    assert ballots.cast_by_pgbench(recording, SMALL, "named") > 0

    assert recording.statements[1:2] == ["BEGIN"]
    assert recording.statements[-1] == "COMMIT"
    voters = ballots.voters(SMALL)
    casters = NamedBallot.objects.filter(number__lte=len(voters)).values_list("number", "cast_by")
    assert {n: cast_by[-36:] for n, cast_by in casters} == {
        n: str(population.numbered(population.ACCOUNT, n)) for n in voters
    }


@pytest.mark.django_db(transaction=True)
def test_pgbench_casts_secret_ballots_and_their_urn_is_sealed_and_opened() -> None:
    assert ballots.cast_by_pgbench(ballots.recorded(SMALL, "secret"), SMALL, "secret") > 0
    assert urn.seal_at_rest(SMALL) > 0
    assert urn.open_the_urn(SMALL) > 0


@pytest.mark.django_db(transaction=True)
def test_pgbench_makes_the_registrations_the_api_makes_round_after_round() -> None:
    recording = registrations.recorded(SMALL)

    assert registrations.register_by_pgbench(recording, SMALL, 0) > 0
    assert registrations.register_by_pgbench(recording, SMALL, 1) > 0


@pytest.mark.django_db(transaction=True)
def test_the_burst_is_played_and_its_order_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ATTEMPTS": 32, "PLACES": 8, "CLIENTS": 8}.items():
        monkeypatch.setattr(registrations, name, value)
    opening = registrations.recorded_opening(SMALL)

    for number in range(2):
        assert registrations.burst_by_pgbench(opening, number) > 0

    conference = registrations.open_conference(0)
    with pytest.raises(RuntimeError, match="not 1 seated"):
        registrations.require_in_order(conference, 1, 0)


def test_a_literal_that_no_statement_holds_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="no statement holds abc"):
        pgbench.script(["SELECT 1"], {"abc": ":n"}, each=1, base=0)


def test_the_catcher_counts_what_it_takes() -> None:
    with Catcher() as catcher:
        with smtplib.SMTP("127.0.0.1", catcher.port) as smtp:
            for number in range(3):
                smtp.sendmail("a@plenum.example", ["b@plenum.example"], f"Subject: {number}\r\n\r\n.\r\n..\r\n")
        catcher.wait_for(3, seconds=5)

        assert catcher.count == 3


@pytest.mark.parametrize("status", [200, 403])
def test_a_refused_request_is_an_error_and_no_fast_answer(status: int) -> None:
    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            requests = [http_load.post(server.server_port, "/", "secret", {"n": n}) for n in range(20)]
            if status == 200:
                assert http_load.run(server.server_port, requests, 4).per_second > 0
            else:
                with pytest.raises(RuntimeError, match="403"):
                    http_load.run(server.server_port, requests, 4)
        finally:
            server.shutdown()


def test_rounds_alternate_and_the_first_is_thrown_away() -> None:
    calls: list[str] = []

    def side(name: str) -> int:
        calls.append(name)
        return len(calls)

    assert in_turns(2, {"a": lambda _: side("a"), "b": lambda _: side("b")}) == {"a": [3, 5], "b": [4, 6]}
    assert calls == ["a", "b"] * 3


def test_the_ratio_is_the_median_of_the_rounds_and_a_restless_reference_is_said_to_be_noisy() -> None:
    quiet = Comparison(name="", unit="/s", reference="", ours=[50, 40, 99], theirs=[100, 100, 110])
    noisy = Comparison(name="", unit="/s", reference="", ours=[50, 40, 99], theirs=[100, 50, 110])

    assert (quiet.ratio, quiet.noisy, noisy.noisy) == (0.5, False, True)
    assert [percentile([4.0, 1.0, 3.0, 2.0], share) for share in (0.5, 0.99)] == [2.0, 4.0]


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_of_the_small_year_another_beside_it_neither_changes_nor_makes_dearer() -> None:
    year.write_year((12, 8), year.SEED + 1)
    calls = year.calls_into_the_record(page=5)
    alone = [year._counted(nullcontext, call) for call in calls]

    year.write_year((12, 8), year.SEED)
    beside = [year._counted(nullcontext, call) for call in calls]

    assert [queries for queries, _ in alone] == [queries for queries, _ in beside]
    answers = zip(calls, alone, beside, strict=True)
    assert [call.said for call, (_, before), (_, after) in answers if before != after] == ["the list's first page"]
