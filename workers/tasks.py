"""What Celery runs: an id comes in, the database says what to do. Every task may run twice without harm."""

from uuid import UUID

from backend.mail import services as mail
from backend.outbox import services as outbox
from backend.outbox import webhooks
from workers.celery import app
from workers.subscriptions import reaction_to


@app.task(name="plenum.react")
def react(delivery_id: str, consumer: str) -> None:
    """Lets one reaction hear one fact."""
    outbox.handle(UUID(delivery_id), reaction_to(consumer))


@app.task(name="plenum.call")
def call_endpoint(endpoint_id: str, mark: str) -> None:
    """Sends one endpoint outside what is due for it."""
    webhooks.call(UUID(endpoint_id), mark)


@app.task(name="plenum.send")
def send_mails(mail_ids: list[str]) -> None:
    """Hands a chunk of claimed mails to the mail server over one connection."""
    mail.send([UUID(mail_id) for mail_id in mail_ids])
