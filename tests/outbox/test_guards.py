"""The event table is append-only, and only the relay's columns may be filled, once."""

import pytest
from django.db import IntegrityError, connection, transaction

from backend.outbox.models import Event
from tests.factories.outbox import EventFactory


@pytest.mark.django_db
def test_an_event_cannot_be_rewritten_or_deleted_or_truncated() -> None:
    event = EventFactory()

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(payload={"said": "otherwise"})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE outbox_event CASCADE")

    assert Event.objects.get().payload == event.payload


@pytest.mark.django_db
def test_an_events_place_in_the_chain_is_set_once() -> None:
    event = EventFactory()
    Event.objects.filter(pk=event.pk).update(position=1, previous_hash="a" * 64, hash="b" * 64)

    for change in ({"position": 2}, {"previous_hash": "c" * 64}, {"hash": "c" * 64}, {"hash": ""}, {"position": None}):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Event.objects.filter(pk=event.pk).update(**change)


@pytest.mark.django_db
def test_without_the_guard_the_record_could_be_rewritten() -> None:
    """The negative control: it is the trigger, and nothing else, that refuses."""
    event = EventFactory()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outbox_event DISABLE TRIGGER outbox_event_append_only")

    Event.objects.filter(pk=event.pk).update(payload={"said": "otherwise"})

    assert Event.objects.get().payload == {"said": "otherwise"}


@pytest.mark.django_db(transaction=True)
def test_transactional_tests_can_still_be_cleaned_up() -> None:
    EventFactory()
