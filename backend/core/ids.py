"""Identifiers: time-ordered UUIDs (RFC 9562 version 7), random ones where an order would betray somebody."""

import uuid

from uuid_utils.compat import uuid7


def time_ordered_id() -> uuid.UUID:
    return uuid7()


def random_id() -> uuid.UUID:
    return uuid.uuid4()
