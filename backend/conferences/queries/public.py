"""What everybody may read of conferences, without an account."""

from django.db.models import F, Q, QuerySet

from backend.conferences.models import Conference
from backend.conferences.states import OVER, ConferenceState, Confidentiality


def public_conferences() -> QuerySet[Conference]:
    """Public conferences from their announcement on, also those postponed or cancelled since.

    The latest announcement first, then those held before the house was there: when they were announced is unknown.
    """
    known = Q(announced_at__isnull=False) | Q(state__in=OVER)
    return (
        Conference.objects.filter(known, confidentiality=Confidentiality.PUBLIC)
        .exclude(state=ConferenceState.DRAFT)
        .order_by(F("announced_at").desc(nulls_last=True), F("day").desc(nulls_last=True), "-id")
    )
