"""What the API says about invitations, and what it takes."""

import datetime as dt
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.queries.deadlines import by_start
from backend.conferences.queries.notices import photo_notice
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Line, Moment
from backend.core.text import Text
from backend.documents.form.text import unprintable
from backend.invitations import wording
from backend.invitations.forms import NamedBody
from backend.invitations.models import FailedLetter, Invitation, InvitationList, InvitationReply, ReplyProposal
from backend.invitations.overview import FORMER, OUTDATED
from backend.invitations.states import BY_HAND, Answer, Category, FailureKind, InvitationState, ReplyVia, Substitutes
from backend.privacy.queries import standings
from backend.questions import queries as questions
from backend.questions.serializers import AnswersField, QuestionnaireSerializer

MOST_MEMBERS = 2000
MOST_REMINDERS = 10
#: The farthest a reminder may be from what it counts down to: ninety days, in minutes.
FARTHEST_REMINDER = 90 * 24 * 60


class InvitationListSerializer(HouseSerializer):
    """`members` counts everybody on the list, `waiting_to_be_sent` those no letter has gone to.

    Reminders go out so many minutes before the start, and before `reply_by`; null: as the house has set.
    """

    members = serializers.IntegerField(read_only=True)
    waiting_to_be_sent = serializers.IntegerField(read_only=True)
    deadline = serializers.SerializerMethodField(
        help_text="The one that applies: `reply_by`, or the conference's start where that is earlier."
    )

    class Meta:
        model = InvitationList
        fields = (
            "id", "conference", "title", "organisation", "site", "category", "reply_by", "deadline", "substitutes",
            "start_reminders", "reply_reminders", "sent_at", "members", "waiting_to_be_sent", "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_deadline(self, row: InvitationList) -> dt.datetime | None:
        return by_start(row.reply_by, row.conference)


class InvitationSerializer(HouseSerializer):
    person_name = serializers.CharField(source="person.full_name", default="", read_only=True)
    organisation_name = LanguageMap(source="organisation.name", default=dict, read_only=True, required_text=False)
    language = serializers.ChoiceField(settings.LANGUAGES, read_only=True)
    unreachable = serializers.BooleanField(
        read_only=True, help_text="Letters to this address came back for good, and are held."
    )

    outdated = serializers.BooleanField(
        read_only=True, help_text="Answered before the invitee was told the time and place that hold now."
    )

    unprintable = serializers.SerializerMethodField(
        help_text="Letters of the name and office that PDFs cannot print, and leave blank; write them in Latin letters."
    )

    class Meta:
        model = Invitation
        fields = (
            "id", "list", "conference", "site", "person", "person_name", "organisation", "organisation_name", "office",
            "category", "rank", "place", "language", "email", "unreachable", "unprintable", "state", "sequence", "link_round", "note", "substitute", "sent_at", "answered_at", "outdated",
            "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_unprintable(self, row: Invitation) -> str:
        return unprintable(" ".join((row.person.full_name if row.person else "", *row.office.values())))


class FailedLetterSerializer(HouseSerializer):
    """A letter that did not reach its person, and why. `settled_at`: tried again, or gone to the second address."""

    person_name = serializers.CharField(source="person.full_name", read_only=True)
    reason = serializers.SerializerMethodField(help_text="What `kind` means, in the caller's language.")

    class Meta:
        model = FailedLetter
        fields = (
            "id", "conference", "invitation", "person", "person_name", "mail", "letter", "kind", "reason", "problem",
            "readdressed", "at", "told_at", "settled_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_reason(self, row: FailedLetter) -> str:
        return str(FailureKind(row.kind).label)


class InvitationReplySerializer(HouseSerializer):
    conference = serializers.UUIDField(source="invitation.conference_id", read_only=True)
    person_name = serializers.CharField(source="invitation.person.full_name", default="", read_only=True)

    class Meta:
        model = InvitationReply
        fields = (
            "id", "invitation", "conference", "person_name", "answer", "note", "via", "at", "taken_by", "taken_at",
        )  # fmt: skip
        read_only_fields = fields


class ReplyProposalSerializer(HouseSerializer):
    conference = serializers.UUIDField(source="invitation.conference_id", read_only=True)
    person_name = serializers.CharField(source="invitation.person.full_name", default="", read_only=True)
    outdated = serializers.SerializerMethodField(help_text="The invitee was told a newer time or place since.")

    class Meta:
        model = ReplyProposal
        fields = (
            "id", "invitation", "conference", "person_name", "kind", "state", "outdated", "starts_at", "ends_at",
            "substitute_name", "substitute_honorific", "substitute_office", "substitute_email", "substitute_phone",
            "note", "inbound_id", "created_at", "settled_at", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_outdated(self, row: ReplyProposal) -> bool:
        return row.invitation.sequence > row.sequence


class SubstituteBody(Body, NamedBody):
    """Who comes, where the proposal does not say it, or says it wrongly."""


class OfficeEntryBody(Body):
    """A seat for whoever holds an office, until a name is known."""

    office = LanguageMap(one_line=True, max_length=400)
    organisation = serializers.UUIDField(required=False, allow_null=True)
    rank = serializers.IntegerField(
        required=False, min_value=0, max_value=32767, help_text="Protocol order: lower goes first. Default: 100."
    )


class MembersBody(Body):
    people = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_MEMBERS)
    offices = serializers.ListField(child=OfficeEntryBody(), required=False, max_length=MOST_MEMBERS)


def _minutes_before(what: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=FARTHEST_REMINDER),
        max_length=MOST_REMINDERS,
        required=False,
        allow_null=True,
        help_text=f"Minutes before {what}; null: as the house has set.",
    )


class ListChanges(Body):
    title = LanguageMap(one_line=True, max_length=400, required=False)
    reply_by = Moment(required=False, allow_null=True)
    substitutes = serializers.ChoiceField(Substitutes.choices, required=False)
    start_reminders = _minutes_before("the start")
    reply_reminders = _minutes_before("`reply_by`")


class InvitationListBody(MembersBody):
    conference = serializers.UUIDField()
    title = LanguageMap(one_line=True, max_length=400)
    category = serializers.ChoiceField(Category.choices)
    organisation = serializers.UUIDField(required=False, allow_null=True)
    site = serializers.UUIDField(required=False, allow_null=True)
    reply_by = Moment(required=False, allow_null=True)
    start_reminders = _minutes_before("the start")
    reply_reminders = _minutes_before("`reply_by`")
    substitutes = serializers.ChoiceField(
        Substitutes.choices, required=False, help_text="Whether somebody else may come instead."
    )


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


class ConsentTicked(Body):
    """What somebody consents to: a purpose, and the version of its words they read."""

    purpose = serializers.SlugField(max_length=40)
    wording = serializers.IntegerField(min_value=1, max_value=32767)


class OwnReplyBody(ReplyBody):
    """The invitee's own answer, with the answers to what the conference asks, for those who come. Nothing is consented
    to but what stands in `consents`."""

    consents = serializers.ListField(child=ConsentTicked(), required=False, max_length=50, default=list)
    answers = AnswersField(required=False)
    number = serializers.IntegerField(
        required=False, min_value=1, max_value=1_000_000, help_text="The version of the questions that is answered."
    )


class RecordBody(ReplyBody):
    """An answer the organiser records: who took it and when, and whether it was said or written."""

    via = serializers.ChoiceField(
        [(way.value, way.label) for way in BY_HAND], required=False, default=ReplyVia.STAFF.value
    )
    taken_by = Line(required=False, allow_blank=True, max_length=200, default="")
    taken_at = Moment(required=False, allow_null=True)


class AssignBody(ReplyBody):
    invitation = serializers.UUIDField()


class SelectionBody(Body):
    """Invitations of one conference: all, or of a list, to a site, in some states, or those named."""

    conference = serializers.UUIDField()
    list = serializers.UUIDField(required=False)
    site = serializers.UUIDField(required=False)
    state = serializers.ListField(child=serializers.ChoiceField(InvitationState.choices), required=False, min_length=1)
    invitations = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_MEMBERS
    )


class LeftAlone(serializers.Serializer[Any]):
    """How many of the selected were left as they are, by the reason."""

    draft = serializers.IntegerField(default=0, help_text="Not sent yet.")
    declined = serializers.IntegerField(default=0)
    withdrawn = serializers.IntegerField(default=0)
    no_address = serializers.IntegerField(default=0)
    recently = serializers.IntegerField(default=0, help_text="Written to within the hour.")


class ManyDone(serializers.Serializer[Any]):
    reached = serializers.IntegerField()
    left = LeftAlone()


class NameBody(Body):
    person = serializers.UUIDField()


class ConsentAsked(serializers.Serializer[Any]):
    purpose = serializers.CharField()
    wording = serializers.IntegerField()
    text = LanguageMap()


class OpenReplySerializer(serializers.Serializer[Any]):
    """What a reply link shows its holder: no more than the letter said."""

    conference = serializers.UUIDField(source="conference_id")
    title = LanguageMap(one_line=True, source="conference.title")
    addressee = serializers.SerializerMethodField()
    when = serializers.SerializerMethodField()
    where = serializers.SerializerMethodField()
    reply_by = serializers.SerializerMethodField(help_text="The start, where that is earlier than what was set.")
    language = serializers.ChoiceField(settings.LANGUAGES)
    photo_notice = serializers.SerializerMethodField(help_text="Empty where nothing is recorded.")
    asked = serializers.SerializerMethodField(help_text="What may be consented to, each by itself, and is not yet.")
    state = serializers.ChoiceField(InvitationState.choices)
    note = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    questionnaire = serializers.SerializerMethodField(help_text="What is asked of those who come; null: nothing.")
    answers = serializers.SerializerMethodField()

    def get_reply_by(self, row: Invitation) -> dt.datetime | None:
        return by_start(row.list.reply_by, row.conference)

    @extend_schema_field(QuestionnaireSerializer(allow_null=True))
    def get_questionnaire(self, row: Invitation) -> Any:
        asked = questions.asked_now(row.conference_id)
        return QuestionnaireSerializer(asked).data if asked else None

    @extend_schema_field(AnswersField)
    def get_answers(self, row: Invitation) -> Any:
        sheet = questions.sheet_of(row.conference_id, row.person_id)
        return sheet.answers if sheet else {}

    def get_addressee(self, row: Invitation) -> str:
        return wording.invitee(row, row.language)

    @extend_schema_field(LanguageMap(required_text=False))
    def get_photo_notice(self, row: Invitation) -> Text:
        return photo_notice(row.conference_id).text  # type: ignore[no-any-return]

    @extend_schema_field(ConsentAsked(many=True))
    def get_asked(self, row: Invitation) -> list[dict[str, Any]]:
        if row.person is None:
            return []
        return [
            {"purpose": each.wording.purpose.code, "wording": each.wording.version, "text": each.wording.text}
            for each in standings(row.person.pk)
            if not each.given
        ]

    @extend_schema_field(LanguageMap)
    def get_when(self, row: Invitation) -> Text:
        return {code: wording.when(row.conference, code) for code, _ in settings.LANGUAGES}

    @extend_schema_field(LanguageMap)
    def get_where(self, row: Invitation) -> Text:
        return {code: wording.where(row.conference, row.site, code) for code, _ in settings.LANGUAGES}


class OverviewQuery(Body):
    conference = serializers.UUIDField()
    list = serializers.UUIDField(required=False)
    organisation = serializers.UUIDField(required=False)
    site = serializers.UUIDField(required=False)
    category = serializers.ChoiceField(Category.choices, required=False)


class InvitationCounts(serializers.Serializer[Any]):
    draft = serializers.IntegerField()
    sent = serializers.IntegerField()
    accepted = serializers.IntegerField()
    declined = serializers.IntegerField()
    tentative = serializers.IntegerField()
    withdrawn = serializers.IntegerField()


class InvitationFigures(serializers.Serializer[Any]):
    """`invited` have been written to and not been taken off: they `answered`, or are `waiting` to. The answers of
    `outdated` among those who answered were given before they were told the present time and place."""

    invited = serializers.IntegerField()
    answered = serializers.IntegerField()
    outdated = serializers.IntegerField()
    waiting = serializers.IntegerField()
    by_state = InvitationCounts()


class InvitedUnit(serializers.Serializer[Any]):
    """`figures` counts the invitees of the unit and of all below it, `own` its own. Without an id: of no unit."""

    id = serializers.UUIDField(allow_null=True)
    name = LanguageMap()
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]  # a field here, not its serializer
    level = serializers.IntegerField()
    own = InvitationFigures()
    figures = InvitationFigures()


class InvitedAt(serializers.Serializer[Any]):
    site = serializers.UUIDField(source="key", allow_null=True)
    name = LanguageMap()
    figures = InvitationFigures()


class InvitedAs(serializers.Serializer[Any]):
    category = serializers.ChoiceField(Category.choices, source="key")
    name = LanguageMap()
    figures = InvitationFigures()


class ChartSeries(serializers.Serializer[Any]):
    key = serializers.ChoiceField(InvitationState.choices)
    name = LanguageMap()
    values = serializers.ListField(child=serializers.IntegerField())


class OutdatedSeries(ChartSeries):
    """Of the answers in the other series: those given for a former time or place. Not to be stacked upon them."""

    key = serializers.ChoiceField([(OUTDATED, FORMER)])


class AnswerChart(serializers.Serializer[Any]):
    labels = serializers.ListField(child=LanguageMap())
    series = ChartSeries(many=True)
    outdated = OutdatedSeries()


class AnswersByDay(serializers.Serializer[Any]):
    labels = serializers.ListField(child=serializers.DateField())
    series = ChartSeries(many=True)
    outdated = OutdatedSeries()


class InvitationOverviewSerializer(serializers.Serializer[Any]):
    """Who has answered: units in the order of their tree, each followed by those below it; days on the conference's
    clock, each answer on the day it was last given."""

    conference = serializers.UUIDField()
    figures = InvitationFigures()
    by_unit = InvitedUnit(many=True)
    by_site = InvitedAt(many=True)
    by_category = InvitedAs(many=True)
    units = AnswerChart()
    sites = AnswerChart()
    days = AnswersByDay()
