"""/agenda-items: the agenda, point by point; /own-phases: what its phases are called beside those of the house."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences import queries, rules, services
from backend.conferences.api.shelf import PartShelf, described
from backend.conferences.models import AgendaItem, OwnPhase
from backend.conferences.serializers.agenda import (
    AgendaItemBody,
    AgendaItemSerializer,
    ItemCallOffBody,
    OwnPhaseBody,
    OwnPhaseSerializer,
)
from backend.conferences.serializers.clashes import written

AgendaItemWritten = written(AgendaItemSerializer)


@described(AgendaItemBody, AgendaItemWritten)
class AgendaItemViewSet(PartShelf):
    """A conference's agenda: a tree of sessions, items and breaks, read from top to bottom."""

    queryset = queries.with_speakers(AgendaItem.objects.select_related("conference", "own_phase"))
    of_the_programme = True
    serializer_class = AgendaItemSerializer
    rules = rules.AGENDA
    body_class, noun = AgendaItemBody, "agenda_item"
    add, edit, remove = services.add_agenda_item, services.edit_agenda_item, services.remove_agenda_item

    def _moved(self, verb: Callable[..., AgendaItem], body: Any = None) -> Response:
        item = self.get_object()
        return self.answer_anew(verb(**self._target(item), **(self.body(body) if body else {})))

    @extend_schema(request=ItemCallOffBody, responses=AgendaItemWritten)
    @action(detail=True, methods=["post"])
    def postpone(self, request: Any, pk: str) -> Response:
        """Puts the item, and what it holds, off. Its planned time is kept; it takes no time and no room any more."""
        return self._moved(services.postpone_agenda_item, ItemCallOffBody)

    @extend_schema(request=ItemCallOffBody, responses=AgendaItemWritten)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: str) -> Response:
        """Calls the item, and what it holds, off. It stays visible as cancelled, with its planned time."""
        return self._moved(services.cancel_agenda_item, ItemCallOffBody)

    @extend_schema(request=None, responses=AgendaItemWritten)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: str) -> Response:
        """Plans the item again, with what was called off together with it, and takes its rooms back."""
        return self._moved(services.reopen_agenda_item)


@described(OwnPhaseBody, OwnPhaseSerializer)
class OwnPhaseViewSet(PartShelf):
    """The phases a conference has for itself, beside those of the house."""

    tells_clashes = False
    queryset = OwnPhase.objects.select_related("conference")
    serializer_class = OwnPhaseSerializer
    body_class, noun = OwnPhaseBody, "own_phase"
    add, edit, remove = services.add_own_phase, services.edit_own_phase, services.remove_own_phase
