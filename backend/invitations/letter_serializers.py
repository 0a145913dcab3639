"""What the API says about invitation letters, and what it takes."""

from typing import Any

from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, LanguageMap, Line
from backend.invitations.models import InvitationLetter
from backend.invitations.states import Authority, LetterDelivery

MOST_RECIPIENTS = 20


class InvitationLetterSerializer(HouseSerializer):
    """`number` is as written (05/GM-KT2), "" before the letter is issued. What is empty is drawn from the record when it
    is issued."""

    conference = serializers.UUIDField(source="list.conference_id", read_only=True)
    number = serializers.CharField(source="facts.number", default="", read_only=True)
    signer_name = serializers.CharField(source="signer.full_name", default="", read_only=True)
    site_texts = serializers.DictField(child=LanguageMap(), read_only=True)
    recipients = serializers.ListField(child=LanguageMap(), read_only=True)

    class Meta:
        model = InvitationLetter
        fields = (
            "id", "list", "conference", "edition", "number", "delivery", "subject", "signer", "signer_name", "authority",
            "signs_for", "signer_office", "place", "chair", "text", "site_texts", "note", "recipients", "kept_by",
            "issued_at", "document", "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields


def _text(help_text: str, *, one_line: bool = True, max_length: int = 400) -> LanguageMap:
    """{} says nothing: it is left out, or drawn from the record."""
    return LanguageMap(
        required=False, required_text=False, one_line=one_line, max_length=max_length, help_text=help_text
    )


class LetterChanges(Body):
    delivery = serializers.ChoiceField(LetterDelivery.choices, required=False)
    subject = _text("Trích yếu; default: the conference's title.")
    signer = serializers.UUIDField(required=False, allow_null=True, help_text="A person.")
    authority = serializers.ChoiceField(
        Authority.choices, required=False, allow_blank=True, help_text='Quyền hạn; "": the signer\'s own office.'
    )
    signs_for = _text("Whom the signer signs for: the collective, the head.")
    signer_office = _text("Default: what the signer holds in the organisation that invites.")
    place = _text("Địa danh; default: the organisation's.")
    chair = _text("Default: who chairs the conference.")
    text = _text("What else is said, to everybody.", one_line=False, max_length=3000)
    site_texts = serializers.DictField(
        child=LanguageMap(max_length=3000), required=False, help_text="By site id: what is said to those invited there."
    )
    note = _text("What invitees are to mind.", max_length=1000)
    recipients = serializers.ListField(
        child=LanguageMap(one_line=True, max_length=200), required=False, max_length=MOST_RECIPIENTS
    )
    kept_by = Line(required=False, allow_blank=True, max_length=60, help_text="The unit that keeps it, beside VT.")


class LetterBody(LetterChanges):
    list = serializers.UUIDField()


class OrderBody(Body):
    """The invitations that are named first, in this order; all others follow by protocol. [] leaves it to protocol."""

    conference = serializers.UUIDField()
    invitations = serializers.ListField(child=serializers.UUIDField(), max_length=2000)


class PutInOrder(serializers.Serializer[Any]):
    placed = serializers.IntegerField()


class GuestSerializer(serializers.Serializer[Any]):
    """One line of a guest list. `name` is empty while an office is invited without one."""

    number = serializers.IntegerField()
    invitation = serializers.UUIDField()
    category = serializers.CharField()
    honorific = serializers.CharField()
    name = serializers.CharField()
    office = serializers.CharField()
    state = serializers.CharField()
    placed_by_hand = serializers.BooleanField()
