"""/speakers: who is planned to speak to which agenda item, in what order."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences import rules, services
from backend.conferences.api.shelf import PartFilters, PartShelf, described
from backend.conferences.models import Speaker
from backend.conferences.serializers.clashes import written
from backend.conferences.serializers.speakers import (
    SpeakerBody,
    SpeakerOrderBody,
    SpeakerSerializer,
    SpeakersSerializer,
)


class SpeakerFilters(PartFilters):
    agenda_item = django_filters.UUIDFilter("agenda_item_id")
    person = django_filters.UUIDFilter("person_id")


@described(SpeakerBody, written(SpeakerSerializer))
class SpeakerViewSet(PartShelf):
    """Who is planned to speak: a person with the office held on the conference's day, an office without a name, or a
    bloc. What was said in the end is a speech (/speeches)."""

    queryset = Speaker.objects.select_related("conference", "agenda_item", "person", "organisation").prefetch_related(
        "organisation__former_names"
    )
    of_the_programme = True
    serializer_class = SpeakerSerializer
    rules = rules.SPEAKERS
    filterset_class = SpeakerFilters
    ordering = ("conference_id", "agenda_item_id", "order", "id")
    body_class, noun = SpeakerBody, "speaker"
    add, edit, remove = services.add_speaker, services.edit_speaker, services.remove_speaker

    @extend_schema(
        summary="Put speakers in order", request=SpeakerOrderBody, responses=SpeakersSerializer, filters=False
    )
    @action(detail=False, methods=["post"], pagination_class=None)
    def reorder(self, request: Any) -> Response:
        """Lets the speakers of one agenda item speak in the order given; each must be named once."""
        body = self.body(SpeakerOrderBody)
        item = body["agenda_item"]
        self.check_object_permissions(request, item)
        services.reorder_speakers(agenda_item_id=item.pk, speaker_ids=body["speakers"])
        rows = self.get_queryset().filter(agenda_item=item).order_by("order")
        return Response({"results": self.get_serializer(rows, many=True).data})
