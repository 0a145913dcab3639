"""News about papers that speakers and secretaries are written to about."""

from uuid import UUID

from backend.invitations import services
from backend.outbox.models import Event


def mail_request(event: Event) -> None:
    services.mail_paper_request(paper_id=event.subject_id, link_round=event.payload["link_round"])


def mail_extended(event: Event) -> None:
    services.mail_paper_extended(paper_id=event.subject_id, due=event.payload["due"])


def mail_reminder(event: Event) -> None:
    services.mail_paper_reminder(paper_id=event.subject_id, sequence=event.payload["sequence"])


def mail_returned(event: Event) -> None:
    services.mail_paper_returned(paper_id=event.subject_id, number=event.payload["number"])


def mail_accepted(event: Event) -> None:
    services.mail_paper_accepted(paper_id=event.subject_id, number=event.payload["number"])


def mail_missing(event: Event) -> None:
    services.mail_missing_papers(conference_id=UUID(event.payload["conference_id"]), due=event.payload["due"])


ALL = [mail_request, mail_extended, mail_reminder, mail_returned, mail_accepted, mail_missing]
