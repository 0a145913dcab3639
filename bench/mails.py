"""Mails handed to a mail server: by the mail worker, and invitations from the fact to the envelope.

The reference is what Python can do at best: smtplib sending the very same messages, rendered beforehand, over one
connection to the same catcher.
"""

import smtplib
import time
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.core.clock import now
from backend.invitations import services as invitations
from backend.invitations.models import Invitation
from backend.invitations.states import InvitationState
from backend.mail.batches import open_batch
from backend.mail.models import MailState, OutgoingMail
from backend.outbox import wake
from bench.house import House
from bench.population import PERSON, announced_conference, numbered, people, settle_tables
from bench.rounds import Comparison, Scale, in_turns

#: smtplib is so fast that its turn would be over before it meant anything.
REPEATED = 4


def measure(house: House, scale: Scale) -> list[Comparison]:
    letters = rendered(scale)
    settle_tables()

    def by_smtplib(number: int) -> float:
        house.catcher.reset()
        begun = time.monotonic()
        with smtplib.SMTP("127.0.0.1", house.catcher.port, local_hostname="bench.example") as smtp:
            for letter in letters * REPEATED:
                smtp.sendmail(settings.MAIL_FROM, [letter.recipient], bytes(letter.raw))
        count = len(letters) * REPEATED
        return count / (house.catcher.wait_for(count) - begun)

    def by_the_mail_worker(number: int) -> float:
        memory.append(_mebibytes(processes.running["mail-worker"].pid))
        house.catcher.reset()
        begun = time.monotonic()
        queue_again(letters)
        return len(letters) / (house.catcher.wait_for(len(letters)) - begun)

    def from_the_fact(number: int) -> float:
        list_id = written_list(scale, scale.invitations)
        house.catcher.reset()
        begun = time.monotonic()
        invitations.send_list(list_id=list_id)
        return scale.invitations / (house.catcher.wait_for(scale.invitations) - begun)

    memory: list[float] = []
    with house.running("relay", "mail-worker") as processes:
        queued = in_turns(scale.rounds, {"smtplib": by_smtplib, "mail-worker": by_the_mail_worker})
        memory.append(_mebibytes(processes.running["mail-worker"].pid))
    with house.running("relay", "worker", "mail-worker"):
        whole = in_turns(scale.rounds, {"smtplib": by_smtplib, "invitations": from_the_fact})
    size = sum(len(letter.raw) for letter in letters) // len(letters)
    reference = "smtplib, the same messages"
    return [
        Comparison(
            name="queued mails sent",
            unit="/s",
            reference=reference,
            ours=queued["mail-worker"],
            theirs=queued["smtplib"],
            # Of the first round, the worker's memory is that of what it had not done yet.
            detail={"mails": len(letters), "bytes_each": size, "worker_mib": f"{memory[1]:.0f} to {memory[-1]:.0f}"},
        ),
        Comparison(
            name="invitations issued, rendered and sent",
            unit="/s",
            reference=reference,
            ours=whole["invitations"],
            theirs=whole["smtplib"],
            detail={"invitations": scale.invitations},
        ),
    ]


def rendered(scale: Scale) -> list[OutgoingMail]:
    """Real invitations of one conference, rendered by the product as its workers do."""
    list_id = written_list(scale, scale.mails)
    invited = Invitation.objects.filter(list_id=list_id)
    # Not sent by the service: its facts would be carried to the workers while something else is measured.
    invited.update(state=InvitationState.SENT, sent_at=now())
    batch = open_batch(purpose="invitation", subject_id=list_id, number=1, conference_id=None, organisation_id=None)
    for invitation_id in invited.values_list("pk", flat=True):
        invitations.mail_invitation(invitation_id=invitation_id, sequence=0, batch=batch)
    OutgoingMail.objects.update(state=MailState.SENT)
    return list(OutgoingMail.objects.order_by("id"))


def queue_again(letters: list[OutgoingMail]) -> None:
    """Makes the rendered mails due once more, as if they had just been written."""
    with transaction.atomic():
        OutgoingMail.objects.filter(pk__in=[letter.pk for letter in letters]).update(
            state=MailState.QUEUED, due_at=now(), held_until=None, attempts=0, sent_at=None
        )
        transaction.on_commit(wake.relay)


def written_list(scale: Scale, count: int) -> UUID:
    """The first `count` people on an invitation list of a new conference, not sent yet."""
    conference = announced_conference()
    guests = [numbered(PERSON, n) for n in people(scale.people)[:count]]
    made = invitations.create_list(
        conference_id=conference.pk, title={"vi": "Đại biểu"}, category="delegate", people=guests
    )
    return made.pk


def _mebibytes(pid: int) -> float:
    """What a process keeps in memory."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024
