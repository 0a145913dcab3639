"""What the API says about invitations, and what it takes."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, LanguageMap, Moment
from backend.core.text import Text
from backend.invitations import wording
from backend.invitations.models import Invitation, InvitationList
from backend.invitations.states import Answer, Category, InvitationState

MOST_MEMBERS = 2000


class InvitationListSerializer(HouseSerializer):
    """`members` counts everybody on the list, `waiting_to_be_sent` those no letter has gone to."""

    members = serializers.IntegerField(read_only=True)
    waiting_to_be_sent = serializers.IntegerField(read_only=True)

    class Meta:
        model = InvitationList
        fields = (
            "id", "conference", "title", "organisation", "site", "category", "reply_by", "sent_at",
            "members", "waiting_to_be_sent", "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class InvitationSerializer(HouseSerializer):
    person_name = serializers.CharField(source="person.full_name", default="", read_only=True)
    organisation_name = LanguageMap(source="organisation.name", default=dict, read_only=True, required_text=False)
    language = serializers.ChoiceField(settings.LANGUAGES, read_only=True)

    class Meta:
        model = Invitation
        fields = (
            "id", "list", "conference", "site", "person", "person_name", "organisation", "organisation_name", "office",
            "category", "language", "email", "state", "sequence", "link_round", "note", "sent_at", "answered_at",
            "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class OfficeEntryBody(Body):
    """A seat for whoever holds an office, until a name is known."""

    office = LanguageMap(one_line=True, max_length=400)
    organisation = serializers.UUIDField(required=False, allow_null=True)


class MembersBody(Body):
    people = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_MEMBERS)
    offices = serializers.ListField(child=OfficeEntryBody(), required=False, max_length=MOST_MEMBERS)


class InvitationListBody(MembersBody):
    conference = serializers.UUIDField()
    title = LanguageMap(one_line=True, max_length=400)
    category = serializers.ChoiceField(Category.choices)
    organisation = serializers.UUIDField(required=False, allow_null=True)
    site = serializers.UUIDField(required=False, allow_null=True)
    reply_by = Moment(required=False, allow_null=True)


class MembersAdded(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    already = serializers.IntegerField(help_text="Were invited to this conference before.")


class ListSent(serializers.Serializer[Any]):
    issued = serializers.IntegerField(help_text="Letters that are on their way.")
    held = serializers.IntegerField(help_text="No name or no address yet: nothing was sent.")
    list = InvitationListSerializer()


class ReplyBody(Body):
    answer = serializers.ChoiceField(Answer.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=1000, default="")


class NameBody(Body):
    person = serializers.UUIDField()


class OpenReplySerializer(serializers.Serializer[Any]):
    """What a reply link shows its holder: no more than the letter said."""

    conference = serializers.UUIDField(source="conference_id")
    title = LanguageMap(one_line=True, source="conference.title")
    addressee = serializers.SerializerMethodField()
    when = serializers.SerializerMethodField()
    where = serializers.SerializerMethodField()
    reply_by = serializers.DateTimeField(source="list.reply_by", allow_null=True)
    language = serializers.ChoiceField(settings.LANGUAGES)
    state = serializers.ChoiceField(InvitationState.choices)
    note = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)

    def get_addressee(self, row: Invitation) -> str:
        return wording.addressee(row.person, row.office, row.language)

    @extend_schema_field(LanguageMap)
    def get_when(self, row: Invitation) -> Text:
        return {code: wording.when(row.conference, code) for code, _ in settings.LANGUAGES}

    @extend_schema_field(LanguageMap)
    def get_where(self, row: Invitation) -> Text:
        return {code: wording.where(row.conference, row.site, code) for code, _ in settings.LANGUAGES}
