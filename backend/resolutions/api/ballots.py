"""/ballots."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.resolutions import rules, services
from backend.resolutions.models import NamedBallot
from backend.resolutions.serializers import (
    BallotBody,
    ReceiptSerializer,
)


class BallotViewSet(HouseViewSet):
    """Where delegates vote. No row is loaded: the casting statement itself asks whether they may."""

    rules = rules.BALLOTS
    scope = "ballots"
    queryset = NamedBallot.objects.none()
    serializer_class = ReceiptSerializer
    filter_backends = ()

    @extend_schema(request=BallotBody, responses={200: ReceiptSerializer(many=True)}, summary="Vote")
    def create(self, request: Any) -> Response:
        """Casts the caller's ballots; sent again with the same choice, it answers with the same receipts."""
        body = self.body(BallotBody)
        receipts = services.cast(
            poll_id=body["poll"], person_id=self.account.person_id, choice=body["choice"], numbers=body.get("numbers")
        )
        return Response([{"poll": str(r.poll), "number": r.number, "leaf": r.leaf} for r in receipts])
