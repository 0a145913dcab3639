"""Reading with a lock, or all of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from backend.core.errors import NotFound, StaleWrite

Row = TypeVar("Row", bound=Model)


def locked(rows: type[Row] | QuerySet[Row], row_id: UUID, *, expected: int | None = None) -> Row:
    """The row, locked FOR UPDATE until the transaction ends.

    Raises NotFound, or StaleWrite when `expected` is not the row's version.
    """
    queryset = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    row = queryset.select_for_update(of=("self",)).filter(pk=row_id).first()
    if row is None:
        raise NotFound()
    if expected is not None and row.version != expected:  # type: ignore[attr-defined]
        raise StaleWrite()
    return row


@contextmanager
def one_snapshot() -> Iterator[None]:
    """All that is read within is of one moment, whatever others commit meanwhile; nothing can be written or locked.

    Within another transaction it is that one's readings, whose isolation was chosen before and stays.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
