"""Doing everything, and undoing it again, so that what is told is what would happen."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def rehearsal(preview: bool) -> Iterator[None]:
    """One transaction; a rehearsed one leaves nothing behind."""
    with transaction.atomic():
        yield
        if preview:
            transaction.set_rollback(True)
