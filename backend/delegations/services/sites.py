"""A site that is called off while the conference goes on: nobody is named for it any more."""

from uuid import UUID

from django.db import transaction

from backend.delegations import queries
from backend.delegations.models import Delegation
from backend.delegations.services.letters import delegation_facts
from backend.delegations.services.lifecycle import close_locked
from backend.delegations.services.places import locked_delegation
from backend.delegations.states import OPEN
from backend.invitations.letters import of_conference, post

SUBJECT = {"vi": "Thôi tổ chức tại một địa điểm: {title}", "en": "No longer held at one place: {title}"}


@transaction.atomic
def call_off_site(*, conference_id: UUID, site_id: UUID) -> int:
    """Closes the lists of units asked to name people for the site, and tells each focal point; returns how many. Nothing
    the second time. Whoever they had named hears as an invitee."""
    rows = Delegation.objects.filter(conference=conference_id, site=site_id, state__in=OPEN).order_by("pk")
    closed = 0
    for delegation_id in rows.values_list("pk", flat=True):
        row = locked_delegation(delegation_id)
        if row.state in OPEN:
            close_locked(row)
            _tell(row)
            closed += 1
    return closed


def _tell(row: Delegation) -> None:
    if not row.focal_email:
        return
    told = queries.counted(queries.with_letter_facts(Delegation.objects.all())).get(pk=row.pk)
    language = told.focal_language
    post(
        of_conference(
            told.conference,
            "letters/delegation_site_off",
            language,
            subjects=SUBJECT,
            facts=delegation_facts(told, language),
        ),
        purpose="delegation_site_off",
        subject_id=told.pk,
        sequence=told.version,
        recipient=(told.focal_name, told.focal_email),
        conference=told.conference,
    )
