"""Letters that did not arrive are told to who can mend it: to the focal point who named the person, and to the
organisers; one letter about all of them, however many they are."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min

from backend.conferences.models import Conference
from backend.conferences.queries import lead_organisation
from backend.core.clock import database_now
from backend.core.text import localized
from backend.delegations import links
from backend.delegations.models import Delegate, Delegation
from backend.invitations import wording
from backend.invitations.letters import Letter, post
from backend.invitations.models import FailedLetter
from backend.invitations.services.papers import secretaries_of
from backend.mail.models import OutgoingMail

SUBJECT = {"vi": "Thư mời không đến được: {title}", "en": "Letters that did not arrive: {title}"}
_SECRETARIAT = {"vi": "Ban thư ký", "en": "The secretariat"}
#: People listed in one letter; more are counted, and stand in the organisers' list.
MOST_LISTED = 100


def tell_of_undelivered() -> int:
    """Tells of each conference's failed letters once the first of them is settings.FAILED_LETTER_MINUTES old; returns
    how many conferences were told of."""
    before = database_now() - dt.timedelta(minutes=int(settings.FAILED_LETTER_MINUTES))
    rows = FailedLetter.objects.filter(told_at=None).values("conference").annotate(first=Min("at"))
    due = rows.filter(first__lte=before).values_list("conference", flat=True)
    return sum(_tell(conference_id) for conference_id in list(due))


@transaction.atomic
def _tell(conference_id: UUID) -> bool:
    # Two that tell at the same moment number their letters one after the other.
    conference = Conference.objects.select_for_update(no_key=True).get(pk=conference_id)
    waiting = FailedLetter.objects.filter(conference=conference_id, told_at=None).order_by("at", "id")
    rows = list(
        waiting.select_related("person", "invitation", "mail").select_for_update(of=("self",), skip_locked=True)
    )
    if not rows:
        return False
    FailedLetter.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=database_now())
    earlier = OutgoingMail.objects.filter(purpose="undelivered", conference_id=conference_id)
    number = 1 + (earlier.aggregate(last=Max("sequence"))["last"] or 0)
    for delegation, theirs in _by_delegation(rows):
        link = links.address(delegation.pk, delegation.link_round)
        facts = {"unit": localized(delegation.organisation.name, delegation.focal_language), "link": link}
        reader = (delegation.focal_name, delegation.focal_email)
        _post(conference, theirs, delegation.focal_language, facts, subject_id=delegation.pk, number=number, to=reader)
    for person, email, language in secretaries_of(conference):
        name = wording.addressee(person, {}, language) or _SECRETARIAT[language]
        reader = (person.full_name if person else "", email)
        _post(conference, rows, language, {"addressee": name}, subject_id=conference.pk, number=number, to=reader)
    return True


def _by_delegation(rows: Sequence[FailedLetter]) -> Iterable[tuple[Delegation, list[FailedLetter]]]:
    """The delegations whose focal points named some of them. One that reaches nobody itself is not written to."""
    of = {row.invitation_id: row for row in rows if row.invitation_id}
    delegates = Delegate.objects.filter(invitation__in=list(of)).order_by("delegation", "id")
    found: dict[UUID, tuple[Delegation, list[FailedLetter]]] = {}
    for delegate in delegates.select_related("delegation__organisation"):
        _, theirs = found.setdefault(delegate.delegation_id, (delegate.delegation, []))
        theirs.append(of[delegate.invitation_id])
    return found.values()


def _post(
    conference: Conference,
    rows: Sequence[FailedLetter],
    language: str,
    facts: dict[str, Any],
    *,
    subject_id: UUID,
    number: int,
    to: tuple[str, str],
) -> None:
    lead = lead_organisation(conference)
    people = list({row.person_id: _said(row, language, with_address="unit" not in facts) for row in rows}.values())
    letter = Letter(
        template="letters/undelivered",
        language=language,
        subject=SUBJECT[language].format(title=localized(conference.title, language)),
        sender_name=localized(lead.name, language) if lead else settings.MAIL_FROM_NAME,
        facts={
            "addressee": to[0],
            **facts,
            "title": localized(conference.title, language),
            "people": people[:MOST_LISTED],
            "more": max(0, len(people) - MOST_LISTED),
        },
    )
    post(letter, purpose="undelivered", subject_id=subject_id, sequence=number, recipient=to, conference=conference)


def _said(row: FailedLetter, language: str, *, with_address: bool) -> dict[str, Any]:
    """One person. The unit's focal point is told no address: of who was on record they have seen none."""
    return {
        "name": wording.addressee(row.person, {}, language),
        "address": row.mail.recipient if row.mail and with_address else "",
        "kind": row.kind,
        "problem": row.problem,
        "readdressed": row.readdressed,
    }
