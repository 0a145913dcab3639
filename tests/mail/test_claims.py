"""What may go out now: the lanes, and the pace that domains and senders allow."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import factory
import pytest

from backend.core.ids import time_ordered_id
from backend.mail import batches, claims
from backend.mail.models import Allowance, MailBatch, MailState, OutgoingMail
from backend.mail.states import Lane
from tests.factories.mail import MailBatchFactory, OutgoingMailFactory
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)
Tick = Callable[[float], None]


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Tick:
    """The database's clock, standing still but for calls of this."""
    moment = [claims.database_clock() + dt.timedelta(minutes=1)]
    monkeypatch.setattr(claims, "database_clock", lambda: moment[0])

    def pass_seconds(seconds: float) -> None:
        moment[0] += dt.timedelta(seconds=seconds)

    return pass_seconds


def letters(count: int, domain: str, sender: UUID | None = None, batch: MailBatch | None = None) -> None:
    OutgoingMailFactory.create_batch(
        count,
        batch=batch or MailBatchFactory(),
        organisation_id=sender,
        recipient=factory_of(domain),
        raw=b"Subject: x\r\n\r\n.",
    )


def factory_of(domain: str) -> Any:
    return factory.Sequence(lambda n: f"an{n}@{domain}")


def claimed(limit: int = 400) -> Counter[str]:
    """What one look hands out, by domain; it is sent at once."""
    rows = OutgoingMail.objects.filter(pk__in=claims.claim_due(lanes=[Lane.BULK], limit=limit))
    found = Counter(rows.values_list("domain", flat=True))
    rows.update(state=MailState.SENT)
    return found


def test_without_rates_everything_is_handed_out() -> None:
    letters(30, "gmail.com")

    assert claimed(20) == {"gmail.com": 20}
    assert claimed() == {"gmail.com": 10}
    assert not Allowance.objects.exists()


def test_a_domain_is_written_to_at_its_pace_and_the_others_at_theirs(settings: Any, tick: Tick) -> None:
    settings.MAIL_DOMAIN_RATES = {"gmail.com": 60, "*": 300}
    letters(200, "GMail.com")
    letters(15, "xa.example")

    assert claimed() == {"gmail.com": 2, "xa.example": 10}, "what two seconds allow"
    assert claimed() == {}
    tick(1)
    assert claimed() == {"gmail.com": 1, "xa.example": 5}
    gone = 0
    for _ in range(120):
        tick(0.5)
        gone += claimed()["gmail.com"]
    assert gone == 60, "in a minute, however often somebody looks"
    tick(3600)
    assert claimed() == {"gmail.com": 2}, "nothing is saved up"


def test_a_sender_keeps_its_pace_whoever_it_writes_to_and_holds_up_no_other(settings: Any, tick: Tick) -> None:
    settings.MAIL_SENDER_RATE = 60
    one, other = time_ordered_id(), time_ordered_id()
    for domain in ("a.example", "b.example"):
        letters(10, domain, one)
    letters(10, "c.example", other)

    assert claimed().total() == 4, "two of each"
    tick(10)
    assert claimed() == {"a.example": 2, "c.example": 2}


def test_a_domain_that_is_used_up_does_not_use_up_its_sender(settings: Any, tick: Tick) -> None:
    settings.MAIL_DOMAIN_RATES, settings.MAIL_SENDER_RATE = {"slow.example": 30}, 600
    sender = time_ordered_id()
    letters(50, "slow.example", sender)
    letters(50, "fast.example", sender)

    assert claimed() == {"slow.example": 1, "fast.example": 19}


def test_a_slow_pace_lets_one_mail_through_at_a_time(settings: Any, tick: Tick) -> None:
    settings.MAIL_DOMAIN_RATES = {"*": 2}
    letters(5, "xa.example")

    assert claimed() == {"xa.example": 1}
    tick(29)
    assert claimed() == {}
    tick(1)
    assert claimed() == {"xa.example": 1}


def test_urgent_mails_never_wait_and_the_others_give_way(settings: Any, tick: Tick) -> None:
    settings.MAIL_DOMAIN_RATES = {"*": 60}
    letters(10, "plenum.example")
    links = OutgoingMailFactory.create_batch(5)

    assert claims.claim_due(lanes=[Lane.URGENT]) == [link.pk for link in links]
    tick(3)
    assert claimed() == {}, "five went out in three seconds"
    tick(1)
    assert claimed() == {"plenum.example": 1}


def test_many_relays_together_hand_out_no_more(settings: Any, tick: Tick) -> None:
    settings.MAIL_DOMAIN_RATES = {"*": 600}
    letters(200, "xa.example")

    assert sum(in_threads(8, lambda: claimed(7).total() + claimed(7).total())) == 20


def test_without_the_lock_they_would(settings: Any, tick: Tick, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: each relay reads what is booked before any other has booked."""
    settings.MAIL_DOMAIN_RATES = {"*": 600}
    letters(200, "xa.example")
    monkeypatch.setattr(claims, "_locked", lambda keys, moment: dict.fromkeys(keys, moment))

    assert sum(in_threads(8, lambda: claimed().total())) > 20


def test_a_paused_batch_is_not_claimed_and_holds_up_no_other(settings: Any) -> None:
    paused = MailBatchFactory()
    letters(5, "a.example", batch=paused)
    letters(3, "b.example")
    batches.pause(batch_id=paused.pk)

    assert claimed() == {"b.example": 3}
    settings.MAIL_SENDER_RATE = 6000
    assert claimed() == {}, "nor at a pace"
    batches.resume(batch_id=paused.pk)
    assert claimed() == {"a.example": 5}
