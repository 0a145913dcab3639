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
    # Casting is idempotent by itself, and of a body that holds a choice nothing is kept, not even a keyed hash.
    honours_idempotency_key = False

    @extend_schema(request=BallotBody, responses={200: ReceiptSerializer(many=True)}, summary="Vote")
    def create(self, request: Any) -> Response:
        """Casts the caller's ballots, all or none; sent again, it answers with the same receipts, and the header
        Idempotency-Replayed says that an earlier request cast them. In a secret poll the server seals a `choice` and
        forgets it; sent again with whatever choice, the first ballot stands."""
        body = self.body(BallotBody)
        found = services.cast(
            poll_id=body["poll"],
            person_id=self.account.person_id,
            choice=body.get("choice"),
            numbers=body.get("numbers"),
            envelopes=body.get("envelopes"),
        )
        replayed = {"Idempotency-Replayed": "true"} if any(receipt.repeated for receipt in found) else {}
        return Response(ReceiptSerializer(found, many=True).data, headers=replayed)
