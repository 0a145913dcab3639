"""/sites, /duties, /speeches: what a conference consists of beside its agenda."""

from typing import Any

import django_filters
from rest_framework.response import Response

from backend.conferences import queries, rules, services
from backend.conferences.api.shelf import PartFilters, PartShelf, described, shown_crowded_sites
from backend.conferences.models import Duty, Site, Speech
from backend.conferences.serializers.clashes import CrowdedSiteSerializer, written
from backend.conferences.serializers.parts import (
    DutyBody,
    DutySerializer,
    SiteBody,
    SiteSerializer,
    SpeechBody,
    SpeechSerializer,
)
from backend.conferences.states import DutyKind, SpeechKind


@described(SiteBody, written(SiteSerializer, crowded_sites=CrowdedSiteSerializer(many=True, read_only=True)))
class SiteViewSet(PartShelf):
    """Where a conference takes place: several at once are several sites."""

    queryset = queries.with_bookings(Site.objects.select_related("conference"))
    of_the_programme = True
    serializer_class = SiteSerializer
    body_class, noun = SiteBody, "site"
    add, edit, remove = services.add_site, services.edit_site, services.remove_site

    def answer_anew(self, row: Any, status: int = 200) -> Response:
        response = super().answer_anew(row, status)
        response.data["crowded_sites"] = shown_crowded_sites(row.conference)
        return response


class DutyFilters(PartFilters):
    kind = django_filters.ChoiceFilter(choices=DutyKind.choices)


@described(DutyBody, written(DutySerializer))
class DutyViewSet(PartShelf):
    """Who chairs, keeps the record, counts, or is a guest: a person, an office without a name, or a group."""

    queryset = Duty.objects.select_related("conference", "person", "organisation").prefetch_related(
        "organisation__former_names"
    )
    of_the_programme = True
    serializer_class = DutySerializer
    filterset_class = DutyFilters
    ordering = ("conference_id", "kind", "order", "id")
    body_class, noun = DutyBody, "duty"
    add, edit, remove = services.add_duty, services.edit_duty, services.remove_duty


class SpeechFilters(PartFilters):
    kind = django_filters.ChoiceFilter(choices=SpeechKind.choices)
    agenda_item = django_filters.UUIDFilter("agenda_item_id")


@described(SpeechBody, SpeechSerializer)
class SpeechViewSet(PartShelf):
    """What was said, by whom, in what office."""

    tells_clashes = False  # what was said is a fact, whoever should have been elsewhere
    queryset = Speech.objects.select_related("conference", "person", "organisation").prefetch_related(
        "organisation__former_names"
    )
    serializer_class = SpeechSerializer
    rules = rules.SPEECHES
    filterset_class = SpeechFilters
    body_class, noun = SpeechBody, "speech"
    add, edit, remove = services.add_speech, services.edit_speech, services.remove_speech
