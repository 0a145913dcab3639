"""Texts put before a conference."""

from django.db import models

from backend.conferences.models import AgendaItem, Conference
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.resolutions.states import ResolutionState


class Resolution(Base):
    """A text put before the conference. `clauses` is a list of language maps; [] means the text is not on record."""

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="resolutions")
    agenda_item = models.ForeignKey(AgendaItem, null=True, blank=True, on_delete=models.SET_NULL)
    title = LocalizedTextField()
    clauses = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=ResolutionState, default=ResolutionState.DRAFT)
    decided_how = LocalizedTextField(blank=True, help_text="How it was decided, where the record holds no count.")
    decided_at = models.DateTimeField(null=True)
