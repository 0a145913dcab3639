"""Closing and opening an urn: sealing it while everybody votes, beside sealing it at rest; and opening 2,000 envelopes,
beside libsodium opening the same ones and nothing else."""

import threading
import time

from nacl.public import PrivateKey, SealedBox

from backend.resolutions import merkle, sealing, services
from backend.resolutions.models import Envelope, Poll
from bench import http_load
from bench.ballots import CONNECTIONS, PATH, TELLERS, body_of, open_poll, poll_and_words, sealed_ballot, voters
from bench.house import House
from bench.population import secret, settle_tables
from bench.rounds import Comparison, Scale, taking_turns


def measure(house: House, scale: Scale) -> list[Comparison]:
    count = len(voters(scale))
    settle_tables()
    with house.running("api"):
        rest, load = taking_turns(
            scale.rounds, lambda _: seal_at_rest(scale), lambda _: seal_under_load(house.port, scale)
        )
    alone, whole = taking_turns(scale.rounds, lambda _: open_by_libsodium(count), lambda _: open_the_urn(scale))
    return [
        Comparison(
            name=f"an urn of {count // 2:,} sealed while {CONNECTIONS} lines vote",
            unit="ms",
            reference="the same at rest",
            ours=load,
            theirs=rest,
        ),
        Comparison(
            name=f"{count:,} envelopes opened and counted",
            unit="ms",
            reference="libsodium alone",
            ours=whole,
            theirs=alone,
            detail={"tellers": TELLERS},
        ),
    ]


def seal_at_rest(scale: Scale) -> float:
    """Milliseconds to seal an urn that half the voters have filled."""
    poll, (early, _) = open_poll(scale, "secret"), _halves(scale)
    fill(poll, early)
    return _sealed(poll)


def seal_under_load(port: int, scale: Scale) -> float:
    """Milliseconds to seal the same urn while the other half casts. Raises RuntimeError when nobody came too late, for
    then the urn was not sealed under load, and when it holds another number than was sealed."""
    poll, (early, later) = open_poll(scale, "secret"), _halves(scale)
    fill(poll, early)
    requests = [http_load.post(port, PATH, secret(n), body_of(poll, n)) for n in later]
    took: list[float] = []

    def seal_in_the_middle() -> None:
        while Envelope.objects.filter(poll=poll).count() < len(early) + len(later) // 4:
            time.sleep(0.01)
        took.append(_sealed(poll))

    sealing_it = threading.Thread(target=seal_in_the_middle)
    sealing_it.start()
    late = http_load.run(port, requests, CONNECTIONS, refusal=b"409").refused
    sealing_it.join()
    poll.refresh_from_db()
    if not late or poll.tally["returned"] != Envelope.objects.filter(poll=poll).count():  # type: ignore[index]
        raise RuntimeError(f"{late} came too late; {poll.tally} was sealed")
    return took[0]


def open_by_libsodium(count: int) -> float:
    """Milliseconds to open as many envelopes of the same length."""
    key = PrivateKey.generate()
    public = bytes(key.public_key).hex()
    envelopes = [sealing.sealed(public, b" " * sealing.PLAINTEXT_BYTES) for _ in range(count)]
    begun, box = time.perf_counter(), SealedBox(key)
    for envelope in envelopes:
        box.decrypt(envelope)
    return 1000 * (time.perf_counter() - begun)


def open_the_urn(scale: Scale) -> float:
    """Milliseconds from the tellers' words to the verdict that is kept, of a poll that was opened and sealed rightly."""
    poll, words = poll_and_words(scale, "secret")
    fill(poll, voters(scale))
    services.seal(poll_id=poll.pk)
    begun = time.perf_counter()
    poll = services.open_envelopes(poll_id=poll.pk, words=words)
    milliseconds = 1000 * (time.perf_counter() - begun)
    if poll.tally["yes"] != len(voters(scale)):  # type: ignore[index]
        raise RuntimeError(f"{poll.tally}: not all were in favour")
    return milliseconds


def fill(poll: Poll, numbers: list[int]) -> None:
    """A ballot in favour for each of these entitlements, straight into the urn."""
    envelopes = {n: sealed_ballot(poll) for n in numbers}
    Envelope.objects.bulk_create(
        Envelope(poll=poll, number=n, sealed=sealed, leaf=merkle.envelope_leaf(str(poll.pk), sealed))
        for n, sealed in envelopes.items()
    )


def _halves(scale: Scale) -> tuple[list[int], list[int]]:
    everybody = voters(scale)
    return everybody[: len(everybody) // 2], everybody[len(everybody) // 2 :]


def _sealed(poll: Poll) -> float:
    begun = time.perf_counter()
    services.seal(poll_id=poll.pk)
    return 1000 * (time.perf_counter() - begun)
