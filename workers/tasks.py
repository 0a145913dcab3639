"""What Celery runs: an id comes in, the database says what to do. Every task may run twice without harm."""

from uuid import UUID

from django.db import close_old_connections

from backend.mail import services as mail
from backend.outbox import services as outbox
from backend.outbox import webhooks
from workers.celery import app
from workers.subscriptions import REACTIONS


@app.task(name="plenum.deliver")
def deliver(delivery_id: str, consumer: str) -> None:
    """Lets one consumer hear one event."""
    close_old_connections()
    if consumer.startswith("webhook:"):
        webhooks.deliver(UUID(delivery_id))
    else:
        outbox.handle(UUID(delivery_id), REACTIONS[consumer.removeprefix("reaction:")])


@app.task(name="plenum.mail.send")
def send_mail(mail_ids: list[str]) -> None:
    """Hands a chunk of claimed mails to the mail server over one connection."""
    close_old_connections()
    mail.send([UUID(mail_id) for mail_id in mail_ids])
