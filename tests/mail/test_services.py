"""Mail out, against a real SMTP server that misbehaves on request."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.mail import claims, services
from backend.mail.models import MailState, OutgoingMail, SuppressedAddress
from backend.mail.post import Post
from backend.outbox.models import Event
from tests.factories.mail import OutgoingMailFactory
from tests.threads import in_threads


class Catcher:
    """Keeps what it accepted; `answers` are given out one by one before "250": a string, or a callable."""

    port = 0
    extensions: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.accepted: list[bytes] = []
        self.seen: list[bytes] = []
        self.answers: list[str | Callable[[SMTP], str]] = []
        self.sessions: set[int] = set()
        self.refused: dict[str, str] = {}

    async def handle_EHLO(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *self.extensions, responses[-1]]

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.refused.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        content = envelope.original_content or b""
        self.seen.append(content)
        self.sessions.add(id(session))
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if callable(answer):
            answer = answer(server)
        if answer.startswith("250"):
            self.accepted.append(content)
        return answer


class AnyPort(Controller):
    """On whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def hang_up(server: SMTP) -> str:
    """The line breaks after the mail was handed over and before the answer."""
    server.transport.abort()
    return "250 never heard"


@pytest.fixture(params=[(), ("250-PIPELINING",)], ids=["answer by answer", "ahead"])
def catcher(request: pytest.FixtureRequest) -> Iterator[Catcher]:
    handler = Catcher()
    handler.extensions = request.param
    controller = AnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


@pytest.fixture
def post(catcher: Catcher) -> Iterator[Post]:
    way = Post(server_at(catcher.port))
    yield way
    way.close()


def server_at(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "user": "", "password": "", "starttls": False, "tls": False}


def make_due() -> None:
    OutgoingMail.objects.filter(state=MailState.QUEUED).update(due_at=now(), held_until=None)


def arguments(**changes: Any) -> dict[str, Any]:
    mail = OutgoingMailFactory.build()
    names = ("purpose", "subject_id", "sequence", "recipient", "raw", "message_id", "subject", "conference_id")
    return {name: getattr(mail, name) for name in names} | changes


@pytest.mark.django_db
def test_the_same_mail_is_queued_once() -> None:
    wanted = arguments()

    first = services.queue(**wanted)
    again = services.queue(**(wanted | {"raw": b"other bytes"}))

    assert again.pk == first.pk
    assert OutgoingMail.objects.count() == 1
    assert bytes(OutgoingMail.objects.get().raw) == wanted["raw"]


@pytest.mark.django_db(transaction=True)
def test_many_queueing_the_same_mail_at_once_queue_one() -> None:
    wanted = arguments()
    queued = in_threads(8, lambda: services.queue(**wanted).pk)

    assert len(set(queued)) == 1
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db
def test_without_the_constraint_two_mails_would_go_out() -> None:
    """The negative control: it is the constraint, and nothing else, that makes a second mail impossible."""
    wanted = arguments()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mail_outgoingmail DROP CONSTRAINT one_mail_per_recipient_purpose_subject_sequence")
    services.queue(**wanted)
    OutgoingMail.objects.create(**(wanted | {"message_id": "<another@plenum.example>"}))

    assert OutgoingMail.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_claimed_mail_is_nobody_elses_until_the_lease_ends() -> None:
    mails = OutgoingMailFactory.create_batch(3)

    assert claims.claim_due(limit=2) == [mails[0].pk, mails[1].pk]
    assert claims.claim_due(limit=2) == [mails[2].pk]
    assert claims.claim_due(limit=2) == []

    claims.release([mails[0].pk], seconds=0)
    assert claims.claim_due(limit=2) == [mails[0].pk]


@pytest.mark.django_db(transaction=True)
def test_mails_go_out_over_one_connection_byte_for_byte(catcher: Catcher, post: Post) -> None:
    mails = OutgoingMailFactory.create_batch(5)

    assert services.send(claims.claim_due(), post) == 5

    assert catcher.accepted == [bytes(mail.raw) for mail in mails]
    assert len(catcher.sessions) == 1
    assert set(OutgoingMail.objects.values_list("state", "attempts", "last_answer")) == {("sent", 1, "250 taken")}
    assert services.send([mail.pk for mail in mails], post) == 0, "a mail that was sent is not sent again"


@pytest.mark.django_db(transaction=True)
def test_a_4xx_is_tried_again_later_with_the_same_bytes(catcher: Catcher, post: Post) -> None:
    mail = OutgoingMailFactory()
    catcher.answers = ["451 try later"]

    assert services.send(claims.claim_due(), post) == 0

    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_answer) == ("queued", 1, "451 try later")
    assert timedelta(seconds=3) < mail.due_at - now() <= timedelta(seconds=services.LADDER[0])
    assert claims.claim_due() == [], "it waits for its rung"

    make_due()
    assert services.send(claims.claim_due(), post) == 1
    assert catcher.seen[0] == catcher.seen[1] == catcher.accepted[0]


@pytest.mark.django_db(transaction=True)
def test_a_line_that_breaks_after_data_repeats_the_mail_with_its_message_id(catcher: Catcher, post: Post) -> None:
    mail, other = OutgoingMailFactory.create_batch(2)
    catcher.answers = [hang_up]

    assert services.send(claims.claim_due(), post) == 1, "the next mail goes out over a new connection"

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("queued", 1)
    make_due()
    assert services.send(claims.claim_due(), post) == 1
    assert catcher.seen == [bytes(mail.raw), bytes(other.raw), bytes(mail.raw)]
    assert mail.message_id.encode() in catcher.seen[2]


@pytest.mark.django_db(transaction=True)
def test_a_5xx_is_the_end_and_is_told(catcher: Catcher, post: Post) -> None:
    mail, other = OutgoingMailFactory.create_batch(2)
    catcher.answers = ["550 no such user"]

    assert services.send(claims.claim_due(), post) == 1

    mail.refresh_from_db()
    assert (mail.state, mail.last_answer) == ("refused", "550 no such user")
    event = Event.objects.get()
    assert (event.name, event.payload) == (
        "mail.refused",
        {"mail_id": str(mail.pk), "conference_id": None, "purpose": "invitation"},
    )
    other.refresh_from_db()
    assert other.state == "sent"

    services.retry(mail_id=mail.pk)
    assert services.send(claims.claim_due(), post) == 1
    with pytest.raises(Conflict):
        services.retry(mail_id=mail.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("answer", "held"),
    [
        ("550 5.1.1 no such user", True),
        ("552 5.2.2 mailbox full", False),
        ("550 5.7.1 refused", False),
        ("550 5.1.8 bad sender", False),
        ("450 4.1.1 not now", False),
    ],
)
def test_an_address_that_is_refused_for_good_is_suppressed_like_one_reported_so(
    answer: str, held: bool, catcher: Catcher, post: Post
) -> None:
    mail = OutgoingMailFactory()
    catcher.answers = [answer]
    services.send(claims.claim_due(), post)

    rows = SuppressedAddress.objects.values_list("address", "status", "report")
    assert list(rows) == ([(mail.recipient.lower(), "5.1.1", None)] if held else [])
    later = services.queue(**arguments(recipient=mail.recipient))
    assert later.state == ("held" if held else "queued")


@pytest.mark.django_db(transaction=True)
def test_a_recipient_who_is_refused_costs_the_next_mail_nothing(catcher: Catcher, post: Post) -> None:
    mails = OutgoingMailFactory.create_batch(3)
    catcher.refused = {mails[1].recipient: "550 5.1.1 no such user"}

    assert services.send(claims.claim_due(), post) == 2

    assert catcher.accepted == [bytes(mails[0].raw), bytes(mails[2].raw)]
    assert len(catcher.sessions) == 1
    mails[1].refresh_from_db()
    assert (mails[1].state, mails[1].last_answer) == ("refused", "550 5.1.1 no such user")


@pytest.mark.django_db(transaction=True)
def test_after_the_last_try_a_mail_is_refused(catcher: Catcher, post: Post) -> None:
    mail = OutgoingMailFactory(attempts=services.TRIES - 1)
    catcher.answers = ["451 still not"]

    services.send(claims.claim_due(), post)

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("refused", services.TRIES)


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_away_delays_everything_and_loses_nothing(unused_port: int) -> None:
    OutgoingMailFactory.create_batch(3)

    assert services.send(claims.claim_due(), Post(server_at(unused_port))) == 0

    assert set(OutgoingMail.objects.values_list("state", "attempts", "held_until")) == {("queued", 1, None)}


@pytest.mark.django_db(transaction=True)
def test_a_connection_the_server_closed_between_two_mails_costs_no_try(catcher: Catcher, post: Post) -> None:
    first = OutgoingMailFactory()
    services.send([first.pk], post)
    assert post._smtp is not None
    post._smtp.docmd("QUIT")
    second = OutgoingMailFactory()

    assert services.send([second.pk], post) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_mails_send_each_once(catcher: Catcher) -> None:
    mails = OutgoingMailFactory.create_batch(20)
    claimed = claims.claim_due()

    def work() -> int:
        way = Post(server_at(catcher.port))
        try:
            return services.send(claimed, way)
        finally:
            way.close()

    assert sum(in_threads(4, work)) == len(mails)
    assert sorted(catcher.seen) == sorted(bytes(mail.raw) for mail in mails)


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_hold_ran_out_leaves_the_mail_to_the_next(catcher: Catcher, post: Post) -> None:
    mails = OutgoingMailFactory.create_batch(2)
    chunk = services._Held([mail.pk for mail in mails])
    next(chunk)
    OutgoingMail.objects.update(held_until=now() - timedelta(seconds=1))  # another worker may take both now

    assert services.send([mail.pk for mail in mails], post) == 2
    chunk.until -= timedelta(seconds=services.HOLD)
    assert list(chunk) == []


@pytest.mark.django_db(transaction=True)
def test_sending_leaves_no_transaction_open(catcher: Catcher, post: Post) -> None:
    OutgoingMailFactory()
    open_transactions: list[int] = []

    def look(server: SMTP) -> str:
        here = connection.settings_dict
        address = {
            "host": here["HOST"],
            "port": here["PORT"],
            "user": here["USER"],
            "password": here["PASSWORD"] or None,
        }
        with psycopg.connect(dbname=here["NAME"], **address) as another:
            open_transactions.append(
                another.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
                ).fetchone()[0]
            )
        return "250 taken"

    catcher.answers = [look]

    assert services.send(claims.claim_due(), post) == 1
    assert open_transactions == [0]


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
