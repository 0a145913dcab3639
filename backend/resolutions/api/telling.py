"""The actions of /polls by which tellers hand out papers and enter what they counted."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import Conflict
from backend.core.text import current_language, say
from backend.documents.answers import PAGES, format_of, pages
from backend.resolutions import queries, services, tellers_form
from backend.resolutions.batches import batches
from backend.resolutions.models import Poll
from backend.resolutions.serializers import HandOutBody, PollingListSerializer, PollSerializer
from backend.resolutions.serializers.sheets import BatchSerializer, SheetBody


class TellingActions(HouseViewSet):
    """Of polls with papers or hands."""

    @extend_schema(responses=PollingListSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def papers(self, request: Any, pk: str) -> Response:
        """The roll as it lies on the table where papers are handed out."""
        return self._polling_list(self.get_object())

    @extend_schema(request=HandOutBody, responses=PollingListSerializer(many=True))
    @papers.mapping.post
    def issue_papers(self, request: Any, pk: str) -> Response:
        """Notes who was handed a ballot paper, all or none: whoever was votes on no device any more. Answers with the
        roll."""
        poll = self.get_object()
        services.issue_papers(poll_id=poll.pk, **self.body(HandOutBody))
        return self._polling_list(poll)

    def _polling_list(self, poll: Poll) -> Response:
        rows = queries.polling_list(poll)
        self.note_shown(rows, ("person_id",))
        return Response(PollingListSerializer(rows, many=True).data)

    @extend_schema(responses=BatchSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def sheets(self, request: Any, pk: str) -> Response:
        """The boxes and rooms that were counted, and where two tellers agree. A teller reads what others found when the
        own sheet is in; everybody else when the poll is counted."""
        return self._batches(self.get_object())

    @extend_schema(request=SheetBody, responses=BatchSerializer(many=True))
    @sheets.mapping.post
    def enter_sheet(self, request: Any, pk: str) -> Response:
        """Keeps what the caller counted, after voting has ended; another sheet of the same batch corrects it. Answers with
        the batches, and with what differs from another teller's sheet."""
        poll = self.get_object()
        services.enter_sheet(poll_id=poll.pk, person_id=self.account.person_id, **self.body(SheetBody))
        return self._batches(poll)

    @extend_schema(request=None, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def count(self, request: Any, pk: str) -> Response:
        """Says that every box and room is in, and counts; refused while two tellers do not agree on each, or where the sums
        cannot be. Envelopes of a secret poll are opened instead."""
        poll = self.get_object()
        return self.answer_anew(services.count_sheets(poll_id=poll.pk, expected=self.expected_version()))

    @extend_schema(**PAGES, summary="Read the tellers' minutes")
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def record(self, request: Any, pk: str) -> HttpResponse:
        """Biên bản kiểm phiếu, in the language asked for: committee, roll, ballots issued and returned, the votes, the verdict
        and the seals, with room for the tellers and the chair to sign; DỰ THẢO before the result is declared; of a voided one it says
        so first."""
        poll, format = self.get_object(), format_of(request)
        if not poll.was_counted:
            raise Conflict(say(vi="Chưa kiểm phiếu xong.", en="The poll is not counted yet."))
        content = tellers_form.written(tellers_form.document_of(poll, current_language()), format)
        of = f"-sua-doi-{poll.amendment.number}" if poll.amendment else ""
        return pages(content, stem=f"bien-ban-kiem-phieu{of}-{poll.round}", format=format, request=request)

    def _batches(self, poll: Poll) -> Response:
        found = batches(poll)
        self.note_shown([sheet for batch in found for sheet in batch.sheets], ("teller.person_id",))
        context = {"poll": poll, "person_id": self.account.person_id}
        return Response(BatchSerializer(found, many=True, context=context).data)
