"""The actions of /polls that concern who counts a secret poll, and with which keys."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.resolutions import services
from backend.resolutions.serializers import (
    AppointBody,
    DrawnKeySerializer,
    PollSerializer,
    RecountSerializer,
    TableBody,
    TellerSerializer,
    TestKeyBody,
)


class CustodyActions(HouseViewSet):
    """A teller acts for themselves alone, by their own account; only at the counting table are words entered together."""

    @extend_schema(request=AppointBody, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def appoint(self, request: Any, pk: str) -> Response:
        """Names the committee of a secret poll that has not opened, from the conference's tellers; one named before is
        replaced."""
        row = self.get_object()
        body = self.body(AppointBody)
        return self.answer_anew(services.appoint(poll_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(responses=TellerSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def tellers(self, request: Any, pk: str) -> Response:
        """The committee, and which of them have tested their key or given it up."""
        rows = list(self.get_object().tellers.select_related("person"))
        self.note_shown(rows, ("person_id",))
        return Response(TellerSerializer(rows, many=True).data)

    @extend_schema(request=None, responses=DrawnKeySerializer)
    @action(detail=True, methods=["post"], url_path="draw-key")
    def draw_key(self, request: Any, pk: str) -> Response:
        """The caller's own key as words, told this once; one drawn before is void. Nobody else can ask for it."""
        poll = self.get_object()
        teller, words = services.draw_key(poll_id=poll.pk, person_id=self.account.person_id)
        response = Response({"public_key": teller.public_key, "words": words})
        response.shown_once = ("words",)  # type: ignore[attr-defined]
        return response

    @extend_schema(request=TestKeyBody, responses=TellerSerializer)
    @action(detail=True, methods=["post"], url_path="test-key")
    def test_key(self, request: Any, pk: str) -> Response:
        """Notes that the caller can read and enter the own words; the poll opens when every teller has."""
        poll = self.get_object()
        words = self.body(TestKeyBody)["words"]
        teller = services.test_key(poll_id=poll.pk, person_id=self.account.person_id, words=words)
        return self.answer(teller, serializer_class=TellerSerializer)

    @extend_schema(request=TableBody, responses=PollSerializer)
    @action(detail=True, methods=["post"], url_path="open-envelopes")
    def open_envelopes(self, request: Any, pk: str) -> Response:
        """Opens a sealed secret poll at the counting table: as many tellers as it takes enter their words into this one
        request; the ballots are counted, and the key is gone when it is answered."""
        poll = self.get_object()
        body = self.body(TableBody)
        return self.answer_anew(services.open_envelopes(poll_id=poll.pk, expected=self.expected_version(), **body))

    @extend_schema(request=TableBody, responses=RecountSerializer)
    @action(detail=True, methods=["post"])
    def recount(self, request: Any, pk: str) -> Response:
        """Opens the envelopes once more and says whether the same ballots come out; nothing is kept."""
        poll = self.get_object()
        return Response({"same": services.recount(poll_id=poll.pk, **self.body(TableBody))})

    @extend_schema(request=None, responses=PollSerializer)
    @action(detail=True, methods=["post"], url_path="destroy-key")
    def destroy_key(self, request: Any, pk: str) -> Response:
        """The caller gives up the own share after the result and attests that the words are destroyed."""
        poll = self.get_object()
        return self.answer_anew(services.destroy_key(poll_id=poll.pk, person_id=self.account.person_id))
