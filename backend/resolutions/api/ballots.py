"""/ballots."""

import threading
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

_kept = threading.local()


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
        body = self.body()
        found = services.cast(
            poll_id=body["poll"],
            person_id=self.account.person_id,
            choice=body.get("choice"),
            numbers=body.get("numbers"),
            envelopes=body.get("envelopes"),
        )
        replayed = {"Idempotency-Replayed": "true"} if any(receipt.repeated for receipt in found) else {}
        return Response([receipt.to_json() for receipt in found], headers=replayed)

    def body(self, serializer_class: Any = None, **kwargs: Any) -> dict[str, Any]:
        """As everywhere, but read by a serializer that each thread keeps, empty between two ballots: making one costs as
        much as casting."""
        if not hasattr(_kept, "body"):
            _kept.body = BallotBody(data=None)
        return _kept.body.read(self.request.data)  # type: ignore[no-any-return]
