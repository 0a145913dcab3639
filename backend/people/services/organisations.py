"""The tree of organisations, and the names they bore."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.services import emit
from backend.people.events import OrganisationChanged, OrganisationCreated
from backend.people.models import Organisation, OrganisationName
from backend.people.queries import DEPTH, ancestors, descendants

#: Serialises changes of the tree's shape (pg_advisory_xact_lock key), so that two moves cannot close a ring.
TREE_LOCK = 0x54726565


@transaction.atomic
def add_organisation(
    *, parent_id: UUID | None = None, former_names: Sequence[Mapping[str, Any]] = (), **fields: Any
) -> Organisation:
    """Adds an organisation with the names it bore before. Raises Invalid when the tree would become too deep."""
    _check_place(None, parent_id)
    organisation = Organisation.objects.create(parent_id=parent_id, **fields)
    _replace_former_names(organisation, former_names)
    emit(OrganisationCreated(organisation_id=organisation.pk))
    return organisation


@transaction.atomic
def change_organisation(
    *, organisation_id: UUID, changes: Mapping[str, Any], expected: int | None = None
) -> Organisation:
    """Corrects what the record says of an organisation; a new name from some day on is `rename_organisation`.

    `former_names`, when given, replaces the whole list. Raises StaleWrite, or Invalid for a parent below the
    organisation itself.
    """
    organisation = locked(Organisation, organisation_id, expected=expected)
    values = dict(changes)
    former_names = values.pop("former_names", None)
    if "parent_id" in values:
        _check_place(organisation_id, values["parent_id"])
    for name, value in values.items():
        setattr(organisation, name, value)
    organisation.save()
    if former_names is not None:
        _replace_former_names(organisation, former_names)
    emit(OrganisationChanged(organisation_id=organisation_id, fields=sorted(changes)))
    return organisation


@transaction.atomic
def rename_organisation(
    *, organisation_id: UUID, name: Text, short_name: Text | None = None, since: dt.date, expected: int | None = None
) -> Organisation:
    """Gives a new name from `since` on; today's becomes a former one, valid until the day before."""
    organisation = locked(Organisation, organisation_id, expected=expected)
    last = organisation.former_names.order_by("-valid_to").exclude(valid_to=None).first()
    starts = last.valid_to + dt.timedelta(days=1) if last and last.valid_to else None
    if starts and since <= starts:
        raise Invalid({"since": say(vi="Phải sau lần đổi tên trước.", en="Must be after the previous renaming.")})
    OrganisationName.objects.create(
        organisation=organisation, name=organisation.name, valid_from=starts, valid_to=since - dt.timedelta(days=1)
    )
    organisation.name = name
    organisation.short_name = organisation.short_name if short_name is None else short_name
    organisation.save()
    emit(OrganisationChanged(organisation_id=organisation_id, fields=["name"]))
    return organisation


def _check_place(organisation_id: UUID | None, parent_id: UUID | None) -> None:
    if parent_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])
    if organisation_id is not None and parent_id in descendants({organisation_id}):
        raise Invalid({"parent": say(vi="Đơn vị không thể trực thuộc chính nó.", en="It cannot be below itself.")})
    if len(ancestors(parent_id)) >= DEPTH:
        raise Invalid({"parent": say(vi="Cây đơn vị quá sâu.", en="The tree would become too deep.")})


def _replace_former_names(organisation: Organisation, names: Sequence[Mapping[str, Any]]) -> None:
    organisation.former_names.all().delete()
    OrganisationName.objects.bulk_create(OrganisationName(organisation=organisation, **name) for name in names)
