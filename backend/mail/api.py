"""/api/v1/mails."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.mail import queries, rules, serializers, services
from backend.mail.models import OutgoingMail


class MailFilters(filters.FilterSet):
    conference_id = filters.UUIDFilter()
    subject_id = filters.UUIDFilter()
    recipient = filters.CharFilter(lookup_expr="iexact")

    class Meta:
        model = OutgoingMail
        fields = ["purpose", "state"]


class MailViewSet(HouseViewSet):
    """The ledger of mail, newest first."""

    rules = rules.MAILS
    scope = "mail"
    blind_to_versions = frozenset({"retry"})
    queryset = OutgoingMail.objects.none()
    serializer_class = serializers.MailSerializer
    filterset_class = MailFilters

    def get_queryset(self) -> QuerySet[OutgoingMail]:
        return queries.visible_to(self.account)

    @extend_schema(responses={(200, "message/rfc822"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def content(self, request: Any, pk: str) -> HttpResponse:
        """The mail byte for byte as it was handed to the mail server."""
        mail = self.get_object()
        return HttpResponse(
            bytes(mail.raw),
            content_type="message/rfc822",
            headers={"Content-Disposition": f'attachment; filename="{mail.pk}.eml"'},
        )

    @extend_schema(request=None, responses=serializers.MailSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Any, pk: str) -> Response:
        """Gives a refused mail all its tries again, unchanged."""
        return self.answer(services.retry(mail_id=self.get_object().pk))
