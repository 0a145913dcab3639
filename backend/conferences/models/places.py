"""Houses, their rooms, and what is carried from one to another."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from backend.conferences.states import (
    Equipment,
)
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Organisation


class Venue(Base):
    """A house with rooms, own or hired (null: unknown)."""

    name = LocalizedTextField()
    address = LocalizedTextField(blank=True)
    hired = models.BooleanField(null=True, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)


class Room(Base):
    """A room, what is fixed in it, and the minutes it needs before and after each use."""

    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="rooms")
    name = LocalizedTextField()
    capacity = models.PositiveIntegerField(null=True, blank=True)
    equipment = ArrayField(models.CharField(max_length=20, choices=Equipment), default=list, blank=True)
    setup_minutes = models.PositiveSmallIntegerField(default=0)
    clearing_minutes = models.PositiveSmallIntegerField(default=0)


class PortableEquipment(Base):
    """How many pieces of one kind a venue can carry to whichever room needs them."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="portable")
    kind = models.CharField(max_length=20, choices=Equipment)
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["kind"]
        constraints = [models.UniqueConstraint(fields=["venue", "kind"], name="portable_equipment_is_counted_once")]
