"""/registration-pages and /sign-ups: what the public pages do, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from backend.conferences.models import Conference
from backend.core.api import HouseViewSet
from backend.people.api import remote_address
from backend.registration import queries, rules, services
from backend.registration.models import Signup
from backend.registration.serializers.signups import (
    RegistrationPageSerializer,
    SentSerializer,
    SignupBody,
    SignupSerializer,
    consents_of,
)
from backend.registration.services.signups import said_of


class _ByLink(HouseViewSet):
    rules = rules.BY_LINK
    scope = "registration"
    lookup_url_kwarg = "token"
    filter_backends = ()
    pagination_class = None
    #: Tries are counted whatever comes of them, and a repeat is harmless as it is.
    honours_idempotency_key = False

    def get_authenticators(self) -> list[Any]:
        """The link is the authority: a stale cookie or token must not stand in the way."""
        return []


class RegistrationPageViewSet(_ByLink):
    """The public registration page of a conference that is open or takes people by approval. The link is its id."""

    queryset = Conference.objects.none()
    serializer_class = RegistrationPageSerializer
    blind_to_versions = frozenset({"retrieve", "sign_up"})
    followed_by_mail = frozenset({"sign_up"})
    own_refusals = {"retrieve": (404, 409, 410), "sign_up": (404, 410, 429)}

    @extend_schema(responses=RegistrationPageSerializer, summary="Read the page")
    def retrieve(self, request: Any, token: str) -> Response:
        """What is held when and where, how people come to it, and what they are asked."""
        return Response(RegistrationPageSerializer(queries.public_page(token)).data)

    @extend_schema(request=SignupBody, responses={202: SentSerializer}, summary="Sign up")
    def sign_up(self, request: Any, token: str) -> Response:
        """Writes down who wants to come, and mails the link that confirms it: no seat is taken before. The same body
        again does nothing more."""
        conference = queries.public_page(token)
        said = self.body(SignupBody)
        row = services.sign_up(
            conference_id=conference.pk,
            said=said_of(said),
            language=said["language"],
            remote_address=remote_address(request),
            site_id=said["site"],
            organisation_id=said["organisation"],
            answers=said.get("answers"),
            number=said.get("number"),
            consents=consents_of(said),
        )
        return Response(SentSerializer(row).data, status=202)


class SignupViewSet(_ByLink):
    """What somebody signed up for, through the link in their letter."""

    queryset = Signup.objects.none()
    serializer_class = SignupSerializer
    blind_to_versions = frozenset({"retrieve", "confirm", "withdraw"})
    own_refusals = dict.fromkeys(("retrieve", "confirm", "withdraw"), (404, 410))

    @extend_schema(responses=SignupSerializer, summary="Read what came of it")
    def retrieve(self, request: Any, token: str) -> Response:
        """A seat, a place in the line, the wait for approval; nothing until it is confirmed."""
        row = queries.signup_by(token)
        queries.check_shown(row)
        return Response(SignupSerializer(row).data)

    @extend_schema(request=None, responses=SignupSerializer, summary="Confirm")
    def confirm(self, request: Any, token: str) -> Response:
        """The address is theirs: takes a seat or a turn, or asks for approval. A second time is harmless."""
        services.confirm_signup(token=token)
        return Response(SignupSerializer(queries.signup_by(token)).data)

    @extend_schema(request=None, responses={204: None}, summary="Withdraw")
    def withdraw(self, request: Any, token: str) -> Response:
        """Gives up the seat, the turn or the request; what was not confirmed is forgotten. A second time is harmless."""
        services.withdraw_signup(token=token)
        return Response(status=204)
