"""Standing behind a text or an amendment, and how many must."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import localized, say
from backend.people.models import Organisation, Person
from backend.resolutions import queries
from backend.resolutions.models import Amendment, Backing, Resolution
from backend.resolutions.states import AmendmentState, ResolutionState, SupportBy


@dataclass(frozen=True, kw_only=True)
class Backer:
    """A person, or an organisation that stands behind something as such."""

    person_id: UUID | None = None
    organisation_id: UUID | None = None


def ensure_a_say(conference_id: UUID, person_id: UUID | None) -> None:
    """Raises Forbidden for guests and for who has no seat."""
    if person_id is None or not queries.has_a_say(person_id, conference_id):
        raise Forbidden(
            say(
                vi="Chỉ đại biểu chính thức của hội nghị được đề xuất, ủng hộ.",
                en="Only delegates and staff who have a seat may move and support.",
            )
        )


@transaction.atomic
def back(*, of: Resolution | Amendment, role: str, backer: Backer, entered: bool = False) -> Backing:
    """Puts somebody behind a text or an amendment that is still a draft, for the words it has now: once a text is worded
    anew they are asked again.

    A person must have a seat here, unless a secretary enters them (`entered`). Raises Conflict once it was tabled, or
    when they stand behind it already; Invalid for who is not on record.
    """
    of = _locked_draft(of)
    organisation_id = backer.organisation_id
    if backer.person_id is not None:
        person = Person.objects.filter(pk=backer.person_id).first()
        if person is None:
            raise Invalid({"person": say(vi="Không có người này.", en="There is no such person.")})
        if not entered:
            ensure_a_say(of.conference_id, person.pk)
        organisation_id = organisation_id or person.organisation_id
    elif organisation_id is None or not Organisation.objects.filter(pk=organisation_id).exists():
        raise Invalid({"organisation": say(vi="Không có đơn vị này.", en="There is no such organisation.")})
    try:
        with transaction.atomic():
            return Backing.objects.create(
                **_subject(of),
                text_hash=queries.words_backed(of) if isinstance(of, Resolution) else "",
                role=role,
                person_id=backer.person_id,
                organisation_id=organisation_id,
            )
    except IntegrityError:
        raise Conflict(say(vi="Đã có tên ủng hộ rồi.", en="They stand behind it already.")) from None


@transaction.atomic
def take_back(*, of: Resolution | Amendment, backer: Backer) -> None:
    """Before it is tabled. Raises NotFound when they do not stand behind it, Conflict once it was tabled."""
    of = _locked_draft(of)
    live = Backing.objects.filter(**_subject(of), taken_back_at=None)
    if backer.person_id is not None:
        live = live.filter(person=backer.person_id)
    else:
        live = live.filter(person=None, organisation=backer.organisation_id)
    if not live.update(taken_back_at=Now()):
        raise NotFound()


def ensure_supported(of: Resolution | Amendment) -> None:
    """Raises Conflict saying how many are missing, where fewer stand behind it than the conference asks for."""
    support = queries.support_of(of)
    if not support.missing:
        return
    units = {SupportBy.PEOPLE: ("người", "people"), SupportBy.ORGANISATIONS: ("đơn vị", "organisations")}
    vi, en = units[SupportBy(support.by)]
    raise Conflict(
        say(
            vi="Còn thiếu {n} {unit} ủng hộ: cần {needed}, mới có {given}.",
            en="{n} more {unit} must stand behind it: {needed} are needed, there are {given}.",
            n=support.missing,
            unit=localized({"vi": vi, "en": en}),
            needed=support.needed,
            given=support.given,
        ),
        reason="support",
        missing=support.missing,
    )


def _locked_draft(of: Resolution | Amendment) -> Any:
    row: Resolution | Amendment = locked(Resolution, of.pk) if isinstance(of, Resolution) else locked(Amendment, of.pk)
    if row.state not in (ResolutionState.DRAFT, AmendmentState.DRAFT):
        raise Conflict(
            say(vi="Đã trình, không ghi thêm hay rút tên được nữa.", en="It was put forward: support stands as it is.")
        )
    return row


def _subject(of: Resolution | Amendment) -> dict[str, Any]:
    return {"resolution": of} if isinstance(of, Resolution) else {"amendment": of}
