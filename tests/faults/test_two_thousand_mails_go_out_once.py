"""Two thousand letters of one batch, and whoever carries them is killed at every step of the way: with mails claimed,
with tasks in Redis, before a mail is handed over, while it is, and when the server has it and nobody has noted that.

Afterwards everybody has one letter. Only what the server had taken when its worker died, one letter of each of its
connections, may come twice, with the same Message-ID, byte for byte.
"""

from collections import Counter
from email import message_from_bytes
from pathlib import Path

import pytest

from backend.mail import claims, services
from backend.mail.models import OutgoingMail
from tests.factories.mail import MailBatchFactory, OutgoingMailFactory
from tests.faults.stack import Breakable, breakable, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
MAILS = 2000
CONNECTIONS = 2


def small(mail: OutgoingMail) -> bytes:
    return f"Message-ID: {mail.message_id}\r\nTo: {mail.recipient}\r\n\r\nKính mời.\r\n".encode()


def queue_two_thousand() -> None:
    letters = OutgoingMailFactory.build_batch(MAILS, batch=MailBatchFactory(), raw=b"")
    for letter in letters:
        letter.raw = small(letter)
    services.queue_all(letters)


def sent() -> int:
    return OutgoingMail.objects.filter(state="sent").count()


def claimed_and_lost() -> None:
    """A relay that died with a full hand."""
    assert len(claims.claim_due(limit=100)) == 100


class KilledWhile:
    """The mail server's temper: the worker is killed while it speaks the `number`th mail, which is `taken` or not."""

    def __init__(self, stack: Breakable, number: int, *, taken: bool) -> None:
        self.stack, self.number, self.taken = stack, number, taken
        self.seen = 0

    def __call__(self, recipient: str, raw: bytes) -> str | None:
        self.seen += 1
        if self.seen != self.number:
            return None
        self.stack.kill("mail-worker")
        return None if self.taken else "451 4.3.2 going down"


def test_killed_at_every_step_of_two_thousand_mails(tmp_path: Path) -> None:
    queue_two_thousand()
    claimed_and_lost()
    with breakable(tmp_path, "relay") as stack:
        wait_for(lambda: stack.queued("mail") >= 2, 60, "tasks in Redis")
        stack.kill("relay")
        stack.tell_redis("FLUSHALL")

        for step, taken in enumerate((False, True, False, True)):
            killed = KilledWhile(stack, 60, taken=taken)
            stack.mail.temper = killed
            stack.start("mail-worker")
            if "relay" not in stack.processes.running:
                stack.start("relay")
            wait_for(lambda: "mail-worker" not in stack.processes.running, 90, f"the worker to die, step {step}")  # noqa: B023
            assert sent() < MAILS
        stack.mail.temper = None
        stack.start("mail-worker")
        stack.kill("relay", over=lambda: sent() > 300)
        stack.start("relay")
        wait_for(lambda: sent() == MAILS, 120, "everything to be sent")

        letters = [path.read_bytes() for path in sorted(stack.mail.folder.glob("*.eml"))]

    times = Counter(message_from_bytes(letter)["Message-ID"] for letter in letters)
    assert set(times) == set(OutgoingMail.objects.values_list("message_id", flat=True)), "no one without"
    assert set(times.values()) <= {1, 2}
    assert len(letters) - MAILS <= 4 * CONNECTIONS, "twice only what had been taken when its worker died"
    assert len(set(letters)) == MAILS, "and that byte for byte"
