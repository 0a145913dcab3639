"""Who is planned to speak to an agenda item: a person with the office held that day, an office without a name, a bloc.

Every change locks the conference first. Whoever is planned to speak is needed then: clashes are told or refused as the
conference's policy says.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from backend.conferences.models import AgendaItem, Conference, Paper, Speaker
from backend.conferences.services.inputs import SpeakerFields
from backend.conferences.services.offices import ensure_in_office, freeze_office
from backend.conferences.services.papers import ask_another
from backend.conferences.services.parts import at_most, ensure_of, order_taken, under, write
from backend.conferences.services.scheduling import ensure_writable, rearranging, save_changes
from backend.conferences.states import ItemKind, PaperState
from backend.core.clock import now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import say

#: The most speakers one agenda item may have.
MOST_PER_ITEM = 50
#: The fields of conference.edited that tell of them: speakers stand on the agenda.
_TOLD = ("agenda", "speakers")


@transaction.atomic
def add_speaker(*, conference_id: UUID, fields: SpeakerFields) -> Speaker:
    """Plans somebody to speak to an item, last unless `order` says where.

    Raises Invalid when it is nobody, somebody who speaks to the item already, or somebody who has left the office or
    organisation by the conference's day; Conflict for a clash the conference refuses.
    """
    conference = locked(Conference, conference_id)
    ensure_writable(conference)
    with rearranging(conference):
        speaker = _save(Speaker(conference=conference), fields)
        save_changes(conference, fields=_TOLD)
    return speaker


@transaction.atomic
def edit_speaker(*, speaker_id: UUID, fields: SpeakerFields, expected: int | None = None) -> Speaker:
    """Writes what is given; another person comes with the office that one holds, and a paper that was asked for is asked
    of them. Raises Conflict when a paper was handed in and another person were to speak."""
    conference, speaker = _locked_speaker(speaker_id, expected)
    _keep_authors(speaker, fields)
    before = speaker.person_id
    with rearranging(conference):
        _save(speaker, fields)
        save_changes(conference, fields=_TOLD)
    if speaker.person_id != before:
        ask_another(speaker)
    return speaker


@transaction.atomic
def remove_speaker(*, speaker_id: UUID, expected: int | None = None) -> None:
    """Takes the speaker off the programme. Raises Conflict as long as a paper is asked for, and for good once one was
    handed in: what is on file has its author."""
    conference, speaker = _locked_speaker(speaker_id, expected)
    paper = Paper.objects.filter(speaker=speaker).first()
    if paper is not None:
        if paper.document_id is not None:
            raise Conflict(
                say(vi="Diễn giả đã nộp tham luận, không xoá được.", en="The speaker's paper is on file: it stays.")
            )
        if paper.state != PaperState.WITHDRAWN:
            raise Conflict(
                say(
                    vi="Đã đề nghị diễn giả nộp tham luận: hãy rút đề nghị trước.",
                    en="A paper was asked of the speaker: withdraw the request first.",
                )
            )
        paper.delete()
    with rearranging(conference):
        speaker.delete()
        save_changes(conference, fields=_TOLD)


@transaction.atomic
def reorder_speakers(*, agenda_item_id: UUID, speaker_ids: Sequence[UUID]) -> list[Speaker]:
    """Lets the speakers of an item speak in the given order, counted from 1; returns them in it.

    Raises Invalid unless `speaker_ids` names each of them exactly once.
    """
    found = AgendaItem.objects.filter(pk=agenda_item_id).values_list("conference_id", flat=True).first()
    if found is None:
        raise NotFound()
    conference = locked(Conference, found)
    ensure_writable(conference)
    there = {row.pk: row for row in Speaker.objects.select_for_update().filter(agenda_item_id=agenda_item_id)}
    if sorted(speaker_ids) != sorted(there):
        raise Invalid(
            {
                "speakers": say(
                    vi="Phải kể đủ các diễn giả của mục này, mỗi người một lần.",
                    en="Every speaker of the item must be named, each once.",
                )
            }
        )
    moved = []
    for order, speaker_id in enumerate(speaker_ids, start=1):
        row = there[speaker_id]
        if row.order != order:
            row.order, row.version, row.updated_at = order, row.version + 1, now()
            moved.append(row)
    if moved:
        # One statement: PostgreSQL checks after it, so that speakers may change places.
        Speaker.objects.bulk_update(moved, ["order", "version", "updated_at"])
        save_changes(conference, fields=_TOLD)
    return [there[speaker_id] for speaker_id in speaker_ids]


def fill_item(item: AgendaItem, speakers: Sequence[SpeakerFields]) -> None:
    """Gives an item of a new conference its speakers; whoever comes without an order stands where they stand in the
    list. Raises Invalid naming the field below `speakers`."""
    for index, fields in enumerate(speakers):
        with under(f"speakers.{index}"):
            _save(Speaker(conference=item.conference), {"order": index + 1, **fields, "agenda_item": item})


def plan_again(conference: Conference, fields: Mapping[str, Any]) -> Speaker:
    """A speaker of another conference in a clone of it, with the office held on the new day: whoever has left the old
    one comes all the same, and is told of."""
    return _save(Speaker(conference=conference), fields, checked=False)


def _locked_speaker(speaker_id: UUID, expected: int | None) -> tuple[Conference, Speaker]:
    found = Speaker.objects.filter(pk=speaker_id).values_list("conference_id", flat=True).first()
    if found is None:
        raise NotFound()
    conference = locked(Conference, found)
    ensure_writable(conference)
    rows = Speaker.objects.select_related("agenda_item", "person", "organisation")
    speaker = locked(rows, speaker_id, expected=expected)
    speaker.conference = conference
    return conference, speaker


def _save(speaker: Speaker, fields: Mapping[str, Any], *, checked: bool = True) -> Speaker:
    write(speaker, fields)
    _check_item(speaker)
    _check_who(speaker)
    _find_place(speaker, given="order" in fields)
    freeze_office(speaker, fields)
    if checked:
        ensure_in_office(speaker, fields)
    speaker.save()
    return speaker


def _check_item(speaker: Speaker) -> None:
    ensure_of(speaker.conference, agenda_item=speaker.agenda_item)
    if speaker.agenda_item.kind == ItemKind.BREAK:
        raise Invalid({"agenda_item": say(vi="Giờ giải lao không có diễn giả.", en="Nobody speaks to a break.")})


def _check_who(speaker: Speaker) -> None:
    if speaker.bloc and (speaker.person is not None or speaker.office):
        raise Invalid(
            {"bloc": say(vi="Chọn một người, một chức vụ hoặc một khối.", en="Choose a person, an office or a bloc.")}
        )
    if speaker.person is None and speaker.organisation is None and not speaker.office and not speaker.bloc:
        raise Invalid(
            {
                "person": say(
                    vi="Cần một người, một chức vụ, một đơn vị hoặc một khối.",
                    en="A person, an office, an organisation or a bloc is needed.",
                )
            }
        )
    same = Speaker.objects.filter(agenda_item=speaker.agenda_item, person=speaker.person).exclude(pk=speaker.pk)
    if speaker.person is not None and same.exists():
        raise Invalid(
            {"person": say(vi="Người này đã phát biểu ở mục này.", en="This person speaks to the item already.")}
        )


def _find_place(speaker: Speaker, *, given: bool) -> None:
    """The place in the item: the given one if it is free (else Invalid), or after the last."""
    others = Speaker.objects.filter(agenda_item=speaker.agenda_item).exclude(pk=speaker.pk)
    if speaker._state.adding and others.count() >= MOST_PER_ITEM:
        raise Conflict(at_most(MOST_PER_ITEM))
    if speaker.order is not None and not others.filter(order=speaker.order).exists():
        return
    if given:
        raise Invalid({"order": order_taken()})
    speaker.order = (others.aggregate(last=Max("order"))["last"] or 0) + 1


def _keep_authors(speaker: Speaker, fields: Mapping[str, Any]) -> None:
    """Raises Conflict when a paper on file would become somebody else's."""
    if fields.get("person", speaker.person) == speaker.person:
        return
    if Paper.objects.filter(speaker=speaker, document__isnull=False).exists():
        raise Conflict(
            say(
                vi="Người này đã nộp tham luận: hãy thêm diễn giả mới.",
                en="This person's paper is on file: add another speaker instead.",
            )
        )
