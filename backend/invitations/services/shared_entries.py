"""A meeting in the calendar of an address that several invitees have: it stands there once, whoever it is for."""

from icalendar import Calendar

from backend.conferences.models import Conference
from backend.invitations import ical, queries
from backend.invitations.models import Invitation
from backend.invitations.states import InvitationState
from backend.mail.models import MailState, OutgoingMail
from backend.mail.reading import Letter

_GOES_OUT = (MailState.QUEUED, MailState.SENT)


def needed_by_others(row: Invitation) -> bool:
    """Whether somebody else at the address was written to, or will be: a cancellation would take the meeting from them.

    Who is only on a list is not waited for: their first letter has a sequence above the cancellation's. Who is being
    written to at this very moment is.
    """
    others = queries.sharing_calendar_entry(row).exclude(state=InvitationState.WITHDRAWN).order_by("id")
    states = others.select_for_update(no_key=True).values_list("state", flat=True)
    return any(state != InvitationState.DRAFT for state in states)


def left_behind_for(row: Invitation) -> Invitation | None:
    """Of those at the address who were taken off before: whose meeting stands in its calendar still, because they were
    told in words alone for the sake of `row`, or of others who are not invited any more either."""
    if needed_by_others(row) or not _stands(row):
        return None
    told = OutgoingMail.objects.filter(
        conference_id=row.conference_id, purpose="cancellation", state__in=_GOES_OUT
    ).values("subject_id")
    gone = queries.sharing_calendar_entry(row).filter(
        state=InvitationState.WITHDRAWN, person__isnull=False, pk__in=told
    )
    found = queries.with_letter_facts(gone).order_by("id")
    return max(found, key=lambda each: each.withdrawn_before, default=None)  # type: ignore[attr-defined]


def _stands(row: Invitation) -> bool:
    """Whether the last calendar message about the meeting that goes to the address puts it there."""
    uid = ical.calendar_uid(row.conference_id, row.site_id)
    together = [row.conference_id]  # a letter about several meetings of a series is kept under one of them
    if row.conference.series_id is not None:
        together = list(Conference.objects.filter(series=row.conference.series_id).values_list("pk", flat=True))
    mails = OutgoingMail.objects.filter(
        conference_id__in=together, recipient__iexact=row.email, state__in=_GOES_OUT
    ).order_by("-id")
    for raw in mails.values_list("raw", flat=True).iterator(chunk_size=10):
        for data in Letter(bytes(raw)).calendars:
            calendar = Calendar.from_ical(data)
            if uid in {str(event.get("uid", "")) for event in calendar.events}:
                return str(calendar.get("method", "")) == "REQUEST"
    return False
