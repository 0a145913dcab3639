"""/mails, /mail-batches, /inbound-mails and /suppressed-addresses."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import Invalid, NotFound, TooLarge
from backend.core.filters import TrueOrFalseFilter
from backend.core.shown import Address
from backend.core.text import say
from backend.mail import batches, intake, queries, rules, serializers, services, suppression
from backend.mail.models import InboundMail, MailBatch, OutgoingMail, SuppressedAddress
from backend.mail.states import InboundReason, InboundState, InboundVia


class MailFilters(filters.FilterSet):
    conference_id = filters.UUIDFilter()
    subject_id = filters.UUIDFilter()
    recipient = filters.CharFilter(lookup_expr="iexact")
    batch = filters.UUIDFilter(field_name="batch_id")

    class Meta:
        model = OutgoingMail
        fields = ["purpose", "state"]


class MailViewSet(HouseViewSet):
    """The ledger of mail, newest first."""

    rules = rules.MAILS
    shows = (Address("recipient"),)
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
        return _as_mail(self)

    @extend_schema(request=None, responses=serializers.MailSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Any, pk: str) -> Response:
        """Gives a refused mail, or one that was held for its address, all its tries again, unchanged."""
        return self.answer(services.retry(mail_id=self.get_object().pk))


class MailBatchFilters(filters.FilterSet):
    conference_id = filters.UUIDFilter()
    subject_id = filters.UUIDFilter(help_text="An invitation list, or the conference the letters are about.")

    class Meta:
        model = MailBatch
        fields = ["purpose", "state"]


class MailBatchViewSet(HouseViewSet):
    """Letters to many about one thing, newest first: how far they are; they can be paused, resumed and aborted."""

    rules = rules.MAIL_BATCHES
    scope = "mail"
    queryset = MailBatch.objects.none()
    serializer_class = serializers.MailBatchSerializer
    filterset_class = MailBatchFilters

    def get_queryset(self) -> QuerySet[MailBatch]:
        return queries.visible_batches(self.account)

    @extend_schema(request=None, responses=serializers.MailBatchSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Any, pk: str) -> Response:
        """Keeps back what was not sent yet. A letter that is being handed over at this moment goes out."""
        batch = self.get_object()
        batches.pause(batch_id=batch.pk, expected=self.expected_version())
        return self._as_it_is(batch)

    @extend_schema(request=None, responses=serializers.MailBatchSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Any, pk: str) -> Response:
        """Lets what waits go out."""
        batch = self.get_object()
        batches.resume(batch_id=batch.pk, expected=self.expected_version())
        return self._as_it_is(batch)

    @extend_schema(request=serializers.AbortBody, responses=serializers.MailBatchSerializer)
    @action(detail=True, methods=["post"])
    def abort(self, request: Any, pk: str) -> Response:
        """Withdraws for good what was not sent yet, with the reason. What was sent stays sent; a letter that is being
        handed over at this moment goes out."""
        batch = self.get_object()
        reason = self.body(serializers.AbortBody)["reason"]
        batches.abort(batch_id=batch.pk, reason=reason, expected=self.expected_version())
        return self._as_it_is(batch)

    def _as_it_is(self, batch: MailBatch) -> Response:
        return self.answer_anew(batch)


class RawMail(BaseParser):
    """message/rfc822: the mail itself, whatever its bytes are."""

    media_type = "message/rfc822"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw: bytes = stream.read(settings.INBOUND_MAX_BYTES + 1)
        if len(raw) > settings.INBOUND_MAX_BYTES:
            raise TooLarge()
        return raw


class InboundMailFilters(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=InboundState.choices)
    reason = filters.MultipleChoiceFilter(choices=InboundReason.choices)
    conference_id = filters.UUIDFilter()
    subject_id = filters.UUIDFilter()
    sender = filters.CharFilter(lookup_expr="iexact")

    class Meta:
        model = InboundMail
        fields: tuple[str, ...] = ()


class InboundMailViewSet(HouseViewSet):
    """Mail that came in: replies, delivery reports and letters, with what became of each and why."""

    rules = rules.INBOUND_MAILS
    shows = (Address("sender"),)
    scope = "inbound-mails"
    blind_to_versions = frozenset({"create"})
    queryset = InboundMail.objects.none()
    serializer_class = serializers.InboundMailSerializer
    filterset_class = InboundMailFilters
    takes_bytes = {"create": lambda: settings.INBOUND_MAX_BYTES}

    def get_queryset(self) -> QuerySet[InboundMail]:
        return queries.visible_inbound(self.account)

    def get_parsers(self) -> list[BaseParser]:
        bringing = self.request is not None and getattr(self, "action_map", {}).get("post") == "create"
        return [RawMail()] if bringing else super().get_parsers()

    @extend_schema(
        request={"message/rfc822": OpenApiTypes.BINARY},
        responses={200: serializers.InboundMailSerializer, 201: serializers.InboundMailSerializer},
        summary="Bring in a mail",
    )
    def create(self, request: Any) -> Response:
        """For mail gateways: the mail as it was received, headers and all, with the envelope's sender in `Return-Path`.
        It is kept before the answer; the same Message-ID again changes nothing and is answered 200."""
        if not isinstance(request.data, bytes):  # the framework parses no empty body
            raise Invalid({"body": say(vi="Thiếu thư: nội dung trống.", en="There is no mail: the body is empty.")})
        mail, new = intake.receive(raw=request.data, via=InboundVia.GATEWAY)
        return self.answer(mail, status=201 if new else 200)

    @extend_schema(responses={(200, "message/rfc822"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def content(self, request: Any, pk: str) -> HttpResponse:
        """The mail byte for byte as it came, as an attachment: it is a stranger's, and nothing in it is to be shown as
        a page."""
        return _as_mail(self)

    @extend_schema(request=None, responses=serializers.InboundMailSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Any, pk: str) -> Response:
        """Closes a mail that waits and needs nothing done."""
        mail = self.get_object()
        return self.answer(intake.dismiss(inbound_id=mail.pk, expected=self.expected_version()))


class SuppressedAddressFilters(filters.FilterSet):
    address = filters.CharFilter(lookup_expr="iexact")
    lifted = TrueOrFalseFilter("lifted_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = SuppressedAddress
        fields: tuple[str, ...] = ()


class SuppressedAddressViewSet(HouseViewSet):
    """Addresses that mail came back from for good: mails to them are held."""

    rules = rules.SUPPRESSED_ADDRESSES
    shows = (Address("address"),)
    scope = "mail"
    queryset = SuppressedAddress.objects.none()
    serializer_class = serializers.SuppressedAddressSerializer
    filterset_class = SuppressedAddressFilters

    def get_queryset(self) -> QuerySet[SuppressedAddress]:
        return queries.visible_suppressions(self.account)

    @extend_schema(request=None, responses=serializers.SuppressedAddressSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Any, pk: str) -> Response:
        """Lets mail to the address go out again. Mails that were held are sent one by one, with `retry`: some may be out
        of date."""
        row = self.get_object()
        return self.answer(suppression.lift(suppression_id=row.pk, expected=self.expected_version()))


def _as_mail(view: HouseViewSet) -> HttpResponse:
    """Raises NotFound when the bytes are no longer kept."""
    mail: OutgoingMail | InboundMail = view.get_object()
    if not mail.raw:
        raise NotFound()
    view.note_shown([mail])
    return HttpResponse(
        bytes(mail.raw),
        content_type="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="{mail.pk}.eml"'},
    )
