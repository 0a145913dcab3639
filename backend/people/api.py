"""/api/v1/sessions, tokens, organisations, people, positions, role-grants and accounts."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.db.models import QuerySet
from django.middleware.csrf import get_token
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.filters import TrueOrFalseFilter
from backend.core.shown import OWN
from backend.people import queries, rules, serializers, services
from backend.people.models import Account, ApiToken, Organisation, Person, Position, RoleGrant


def remote_address(request: Any) -> str:
    """The caller's address; behind TRUSTED_PROXIES proxies, what the outermost of them saw."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    return hops[-trusted] if trusted and len(hops) >= trusted else str(request.META.get("REMOTE_ADDR", ""))


class PeopleViewSet(HouseViewSet):
    scope = "people"


class SessionViewSet(PeopleViewSet):
    """Signing in and out. A failed try must leave its trace, so nothing here is rolled back or replayed."""

    rules = rules.SESSIONS
    shows = OWN
    honours_idempotency_key = False
    own_refusals = {"create": (403, 429)}
    serializer_class = serializers.SessionSerializer

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Whoever signs in is nobody yet: a stale cookie or token must not stand in the way."""
        request = getattr(self, "request", None)
        signing_in = request is not None and request.method == "POST"
        return [] if signing_in else super().get_authenticators()

    @extend_schema(request=serializers.SignIn, responses={201: serializers.SessionSerializer}, summary="Sign in")
    def create(self, request: Any) -> Response:
        """Signs in: the answer sets the session cookie."""
        account = services.sign_in(**self.body(serializers.SignIn), address=remote_address(request))
        login(request._request, account)
        return self._whoami(request, account, 201)

    @extend_schema(responses=serializers.SessionSerializer)
    @action(detail=False, methods=["get"])
    def current(self, request: Any) -> Response:
        """Who am I?"""
        return self._whoami(request, self.account)

    @extend_schema(request=None, responses={204: None}, summary="Sign out")
    @current.mapping.delete
    def leave(self, request: Any) -> Response:
        """Signs out."""
        logout(request._request)
        return Response(status=204)

    def _whoami(self, request: Any, account: Account, status: int = 200) -> Response:
        identity = {**queries.identity(account), "csrf_token": get_token(request._request)}
        return self.answer(identity, status)


class TokenViewSet(PeopleViewSet):
    """The caller's own tokens."""

    rules = rules.TOKENS
    blind_to_versions = frozenset({"destroy"})
    queryset = ApiToken.objects.none()
    serializer_class = serializers.TokenSerializer

    def get_queryset(self) -> QuerySet[ApiToken]:
        return queries.tokens_of(self.account)

    @extend_schema(request=serializers.TokenBody, responses={201: serializers.IssuedTokenSerializer})
    def create(self, request: Any) -> Response:
        """Makes a token. Its secret is in this answer and nowhere else."""
        by = request.auth if isinstance(request.auth, ApiToken) else None
        body = self.body(serializers.TokenBody)
        token, secret = services.issue_token(account_id=self.account.pk, by=by, **body)
        response = self.answer(token, 201)
        response.data["secret"] = secret
        response.shown_once = ("secret",)  # type: ignore[attr-defined]
        return response

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: str) -> Response:
        """Revokes the token."""
        services.revoke_token(token_id=self.get_object().pk)
        return Response(status=204)


class OrganisationFilters(filters.FilterSet):
    parent = filters.UUIDFilter(field_name="parent_id")
    top = TrueOrFalseFilter(field_name="parent", lookup_expr="isnull", help_text="Those below no other.")

    class Meta:
        model = Organisation
        fields = ["kind", "slug"]


class OrganisationViewSet(PeopleViewSet):
    """Organisations, in Vietnamese order."""

    rules = rules.ORGANISATIONS
    edited_by_two = True
    queryset = Organisation.objects.none()
    serializer_class = serializers.OrganisationSerializer
    filterset_class = OrganisationFilters
    search_fields = ("folded",)
    ordering = ("sort_key",)

    def get_queryset(self) -> QuerySet[Organisation]:
        return queries.organisations()

    def create(self, request: Any) -> Response:
        """Adds an organisation: below one that the caller organises, or at the top for those who organise everywhere."""
        fields = self.body()
        parent = fields.pop("parent", None)
        self._may_stand_below(parent)
        row = services.add_organisation(parent_id=parent and parent.pk, **fields)
        return self.answer(row, 201)

    def partial_update(self, request: Any, pk: str) -> Response:
        """Corrects an organisation. `former_names`, when given, replaces the list."""
        row = self.get_object()
        changes = self.body(instance=row, partial=True)
        if "parent" in changes:
            parent = changes.pop("parent")
            changes["parent_id"] = parent and parent.pk
            if changes["parent_id"] != row.parent_id:
                self._may_stand_below(parent)
        row = services.change_organisation(organisation_id=row.pk, changes=changes, expected=self.expected_version())
        return self.answer(row)

    @extend_schema(request=serializers.Rename, responses=serializers.OrganisationSerializer)
    @action(detail=True, methods=["post"])
    def rename(self, request: Any, pk: str) -> Response:
        """Gives a new name from a day on; today's becomes a former one."""
        row = services.rename_organisation(
            organisation_id=self.get_object().pk, expected=self.expected_version(), **self.body(serializers.Rename)
        )
        return self.answer(row)

    def _may_stand_below(self, parent: Organisation | None) -> None:
        if parent is not None:
            self.check_object_permissions(self.request, parent)
        elif not self.account.holds_everywhere("organiser"):
            self.permission_denied(self.request)


class PersonFilters(filters.FilterSet):
    organisation = filters.UUIDFilter(field_name="organisation_id")

    class Meta:
        model = Person
        fields = ["language"]


class PersonViewSet(PeopleViewSet):
    """The people the caller may look up, by tên in Vietnamese order."""

    rules = rules.PEOPLE
    shows = ("pk",)
    edited_by_two = True
    queryset = Person.objects.none()
    serializer_class = serializers.PersonSerializer
    filterset_class = PersonFilters
    search_fields = ("folded",)
    ordering = ("sort_key",)

    def get_queryset(self) -> QuerySet[Person]:
        return queries.visible_people(self.account)

    def get_serializer_context(self) -> Any:
        account = self.account
        if not account.is_authenticated:  # while the schema is being written
            return super().get_serializer_context()
        return {
            **super().get_serializer_context(),
            "reachable_in": queries.reachable_in(account),
            "itself": account.person_id,
        }

    @extend_schema(request=serializers.PersonBody, responses={201: serializers.PersonSerializer})
    def create(self, request: Any) -> Response:
        """Adds a person to an organisation the caller works for."""
        fields = self.body(serializers.PersonBody)
        organisation = fields.pop("organisation", None)
        self.check_object_permissions(request, Person(organisation=organisation))
        return self.answer(services.add_person(organisation_id=organisation and organisation.pk, **fields), 201)

    @extend_schema(request=serializers.PersonBody, responses=serializers.PersonSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Corrects a person; moving them to another organisation needs the right there as well."""
        row = self.get_object()
        changes = self.body(serializers.PersonBody, instance=row, partial=True)
        if "organisation" in changes:
            organisation = changes.pop("organisation")
            changes["organisation_id"] = organisation and organisation.pk
            if changes["organisation_id"] != row.organisation_id:
                self.check_object_permissions(request, Person(organisation=organisation))
        services.change_person(person_id=row.pk, changes=changes, expected=self.expected_version())
        return self.answer(queries.visible_people(self.account).get(pk=row.pk))


class PositionFilters(filters.FilterSet):
    person = filters.UUIDFilter(field_name="person_id")
    organisation = filters.UUIDFilter(field_name="organisation_id")
    on = filters.DateFilter(method="held_on", help_text="Held on this day, as far as the dates are known.")

    def held_on(self, positions: QuerySet[Position], name: str, day: Any) -> QuerySet[Position]:
        return queries.held_on(positions, day)


class PositionViewSet(PeopleViewSet):
    """Offices, in protocol order."""

    rules = rules.POSITIONS
    shows = ("person_id",)
    edited_by_two = True
    queryset = Position.objects.none()
    serializer_class = serializers.PositionSerializer
    filterset_class = PositionFilters
    ordering = ("rank",)

    def get_queryset(self) -> QuerySet[Position]:
        return queries.visible_positions(self.account)

    @extend_schema(request=serializers.PositionBody, responses={201: serializers.PositionSerializer})
    def create(self, request: Any) -> Response:
        """Records an office of a person the caller keeps."""
        fields = self.body(serializers.PositionBody)
        person = fields.pop("person")
        self.check_object_permissions(request, person)
        return self.answer(services.add_position(person_id=person.pk, **fields), 201)

    @extend_schema(request=serializers.PositionChange, responses=serializers.PositionSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        row = self.get_object()
        changes = self.body(serializers.PositionChange, instance=row, partial=True)
        services.change_position(position_id=row.pk, changes=changes, expected=self.expected_version())
        return self.answer_anew(row)


class RoleGrantViewSet(PeopleViewSet):
    """Who holds which role where."""

    rules = rules.ROLE_GRANTS
    blind_to_versions = frozenset({"destroy"})
    queryset = RoleGrant.objects.none()
    serializer_class = serializers.RoleGrantSerializer
    filterset_fields = ("account", "role", "organisation")

    def get_queryset(self) -> QuerySet[RoleGrant]:
        return queries.role_grants()

    def create(self, request: Any) -> Response:
        """Lets an account act in a role, in one organisation and below it or (without one) everywhere."""
        fields = self.body()
        organisation = fields.get("organisation")
        grant = services.grant_role(
            account_id=fields["account"].pk, role=fields["role"], organisation_id=organisation and organisation.pk
        )
        return self.answer(grant, 201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: str) -> Response:
        """Withdraws the role."""
        services.withdraw_role(grant_id=self.get_object().pk)
        return Response(status=204)


class AccountViewSet(PeopleViewSet):
    """Accounts, for administrators."""

    rules = rules.ACCOUNTS
    shows = ("person_id",)
    queryset = Account.objects.none()
    serializer_class = serializers.AccountSerializer
    filterset_fields = ("email", "is_active")

    def get_queryset(self) -> QuerySet[Account]:
        return queries.accounts()

    @extend_schema(request=serializers.AccountBody, responses={201: serializers.AccountSerializer})
    def create(self, request: Any) -> Response:
        """Opens an account for a person who is on record (`person`) or new (`full_name`), or for nobody in particular."""
        fields = self.body(serializers.AccountBody)
        person = fields.pop("person", None)
        account = services.create_account(person_id=person and person.pk, **fields)
        return self.answer(account, 201)

    @extend_schema(request=None, responses=serializers.AccountSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Any, pk: str) -> Response:
        """Opens a closed account again."""
        return self.answer(services.activate_account(account_id=self.get_object().pk))

    @extend_schema(request=None, responses=serializers.AccountSerializer)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Any, pk: str) -> Response:
        """Closes the account: its password, sessions and tokens open nothing any more."""
        return self.answer(services.deactivate_account(account_id=self.get_object().pk))
