"""Letters about delegations: to focal points, and to the unit above one that stays silent.

Each is written from the record as it stands when it is written, and not at all when it has been overtaken by then.
"""

from typing import Any
from uuid import UUID

from django.db import transaction

from backend.conferences.queries import lead_organisation_id
from backend.core.text import Text, localized
from backend.delegations import links, queries, schedule
from backend.delegations.models import Delegation
from backend.delegations.states import DelegationState
from backend.invitations import wording
from backend.invitations.letters import of_conference, post
from backend.people.models import Organisation
from backend.people.queries import secretariat

SUBJECTS = {
    "request": {"vi": "Đề nghị cử đại biểu: {title}", "en": "Please name your delegates: {title}"},
    "extended": {"vi": "Gia hạn cử đại biểu: {title}", "en": "More time to name your delegates: {title}"},
    "brought_forward": {
        "vi": "Rút ngắn thời hạn cử đại biểu: {title}",
        "en": "Less time to name your delegates: {title}",
    },
    "reminder": {"vi": "Nhắc cử đại biểu: {title}", "en": "Reminder to name your delegates: {title}"},
    "escalation": {"vi": "Đơn vị chưa cử đại biểu: {title}", "en": "No delegates named: {title}"},
}


@transaction.atomic
def mail_request(*, delegation_id: UUID, link_round: int) -> None:
    """Asks the focal point for names, with the link."""
    row = _read(delegation_id)
    if row.link_round == link_round and row.state != DelegationState.DRAFT:
        _post(row, "request", sequence=link_round)


@transaction.atomic
def mail_extended(*, delegation_id: UUID, due: int, version: int) -> None:
    """Tells the focal point that there is more time."""
    _mail_deadline("extended", delegation_id, due, version)


@transaction.atomic
def mail_brought_forward(*, delegation_id: UUID, due: int, version: int) -> None:
    """Tells the focal point that there is less time."""
    _mail_deadline("brought_forward", delegation_id, due, version)


def _mail_deadline(kind: str, delegation_id: UUID, due: int, version: int) -> None:
    row = _read(delegation_id)
    if row.state == DelegationState.ASKED and schedule.minutes_of(queries.due(row)) == due:
        _post(row, kind, sequence=version)


@transaction.atomic
def mail_reminder(*, delegation_id: UUID, due: int, sequence: int) -> None:
    """Reminds the focal point of the deadline the reminder was for; says nothing once the list was submitted."""
    row = _read(delegation_id)
    if row.state == DelegationState.ASKED and schedule.minutes_of(queries.due(row)) == due:
        _post(row, "reminder", sequence=sequence)


@transaction.atomic
def mail_escalation(*, delegation_id: UUID, due: int) -> int:
    """Tells the unit above that the deadline passed in silence; returns to how many. Where nobody there is known, the
    organisers are told. Says nothing when somebody has been named meanwhile."""
    row = _read(delegation_id)
    silent = row.state == DelegationState.ASKED and row.taken == 0 and schedule.minutes_of(queries.due(row)) == due
    if not silent or row.conference.state not in queries.INVITING:
        return 0
    readers = _above(row)
    for name, email, language, unit in readers:
        facts = {
            **delegation_facts(row, language),
            "addressee": ", ".join(filter(None, [name or _COLLEAGUES[language], name and localized(unit, language)])),
            "until": wording.until(queries.open_until(row), row.conference.time_zone, language),
            "focal": row.focal_name,
        }
        post(
            of_conference(
                row.conference,
                "letters/delegation_escalation",
                language,
                subjects=SUBJECTS["escalation"],
                facts=facts,
            ),
            purpose="delegation_escalation",
            subject_id=row.pk,
            sequence=due,
            recipient=(name, email),
            conference=row.conference,
        )
    return len(readers)


_COLLEAGUES = {"vi": "đơn vị cấp trên", "en": "the unit above"}


def _read(delegation_id: UUID) -> Delegation:
    return queries.counted(queries.with_letter_facts(Delegation.objects.all())).get(pk=delegation_id)


def _above(row: Delegation) -> list[tuple[str, str, str, Text]]:
    """Name, address, language and unit of who is told: the focal point of the unit above, else who keeps its record or
    organises there, else those who do so for the conference."""
    parent = row.organisation.parent_id
    if parent is not None:
        asked = Delegation.objects.filter(conference=row.conference, organisation=parent).order_by("id")
        if focal := asked.values_list("focal_name", "focal_email", "focal_language", "organisation__name").first():
            return [focal]
    for unit in (parent, lead_organisation_id(row.conference)):
        if accounts := secretariat(unit):
            of = Organisation.objects.get(pk=unit).name if unit else {}
            return [
                (account.person.full_name if account.person else "", account.email, account.language, of)
                for account in accounts
            ]
    return []


def delegation_facts(row: Delegation, language: str) -> dict[str, Any]:
    """What letters and the page say of a delegation."""
    conference = row.conference
    return {
        "addressee": row.focal_name,
        "unit": localized(row.organisation.name, language),
        "title": localized(conference.title, language),
        "hosts": wording.hosts(conference, language),
        "when": wording.when(conference, language),
        "where": wording.where(conference, row.site, language),
        "due": wording.until(queries.due(row), conference.time_zone, language),
        "quota": row.quota - row.returned,
        "named": row.named,  # type: ignore[attr-defined]  # by queries.counted
        "added": row.added,  # type: ignore[attr-defined]
        "left": row.left,  # type: ignore[attr-defined]
    }


def _post(row: Delegation, kind: str, *, sequence: int) -> None:
    """Says nothing while the conference does not invite."""
    if row.conference.state not in queries.INVITING:
        return
    language = row.focal_language
    link = links.address(row.pk, row.link_round)
    facts = {**delegation_facts(row, language), "kind": kind, "link": link}
    post(
        of_conference(row.conference, "letters/delegation", language, subjects=SUBJECTS[kind], facts=facts),
        purpose=f"delegation_{kind}",
        subject_id=row.pk,
        sequence=sequence,
        recipient=(row.focal_name, row.focal_email),
        conference=row.conference,
    )
