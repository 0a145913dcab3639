"""The actions of /polls by which tellers hand out papers and enter what they counted."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.resolutions import queries, services
from backend.resolutions.models import Poll
from backend.resolutions.serializers import PapersBody, PollingListSerializer


class TellingActions(HouseViewSet):
    """Of polls with papers or hands."""

    @extend_schema(responses=PollingListSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def papers(self, request: Any, pk: str) -> Response:
        """The roll as it lies on the table where papers are handed out."""
        return self._polling_list(self.get_object())

    @extend_schema(request=PapersBody, responses=PollingListSerializer(many=True))
    @papers.mapping.post
    def issue_papers(self, request: Any, pk: str) -> Response:
        """Notes who was handed a ballot paper, all or none: whoever was votes on no device any more. Answers with the
        roll."""
        poll = self.get_object()
        services.issue_papers(poll_id=poll.pk, **self.body(PapersBody))
        return self._polling_list(poll)

    def _polling_list(self, poll: Poll) -> Response:
        rows = queries.polling_list(poll)
        self.note_shown(rows, ("person_id",))
        return Response(PollingListSerializer(rows, many=True).data)
