"""The lift without its motor: facts reach reactions, letters lie ready to be sent."""

from backend.core.clock import now
from backend.mail.models import MailState, OutgoingMail
from backend.outbox import services as outbox
from workers import tasks
from workers.subscriptions import SUBSCRIPTIONS

#: Turns after which whatever still moves is a circle.
MOST_TURNS = 50


def run() -> None:
    """Lets every reaction hear what it has not heard."""
    for _ in range(MOST_TURNS):
        done = outbox.fan_out(SUBSCRIPTIONS)
        done += outbox.hand_out(lambda delivery, consumer: tasks.react(str(delivery), consumer))
        if not done:
            return
    raise AssertionError("the lift goes round in a circle")


def post() -> None:
    """As if the mail server had taken every letter that waits."""
    waiting = OutgoingMail.objects.filter(state=MailState.QUEUED)
    waiting.update(state=MailState.SENT, sent_at=now(), attempts=1)
