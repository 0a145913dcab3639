"""Climbing the tree of organisations, each way in one statement."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

#: The most levels the tree is climbed.
DEPTH = 12


def ancestors(organisation_id: UUID) -> list[UUID]:
    """The organisation and all above it, itself first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE up(id, parent_id, level) AS ("
            " SELECT id, parent_id, 0 FROM people_organisation WHERE id = %s"
            " UNION ALL SELECT o.id, o.parent_id, up.level + 1 FROM people_organisation o"
            " JOIN up ON o.id = up.parent_id WHERE up.level < %s) SELECT id FROM up ORDER BY level",
            [organisation_id, DEPTH],
        )
        return [row[0] for row in cursor.fetchall()]


def descendants(organisation_ids: Collection[UUID]) -> set[UUID]:
    """The organisations and all below them."""
    if not organisation_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE down(id, level) AS ("
            " SELECT id, 0 FROM people_organisation WHERE id = ANY(%s)"
            " UNION ALL SELECT o.id, down.level + 1 FROM people_organisation o"
            " JOIN down ON o.parent_id = down.id WHERE down.level < %s) SELECT DISTINCT id FROM down",
            [list(organisation_ids), DEPTH],
        )
        return {row[0] for row in cursor.fetchall()}


def above(organisation_ids: Collection[UUID]) -> set[UUID]:
    """The organisations and all above them."""
    if not organisation_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE up(id, parent_id, level) AS ("
            " SELECT id, parent_id, 0 FROM people_organisation WHERE id = ANY(%s)"
            " UNION SELECT o.id, o.parent_id, up.level + 1 FROM people_organisation o"
            " JOIN up ON o.id = up.parent_id WHERE up.level < %s) SELECT DISTINCT id FROM up",
            [list(organisation_ids), DEPTH],
        )
        return {row[0] for row in cursor.fetchall()}
