"""Papers as they are shown, asked for, handed in and judged."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences import queries
from backend.conferences.models import Conference, Paper, Speaker
from backend.conferences.queries.papers import MISSING
from backend.conferences.serializers.fields import Id, OnItsClock, VisibleItem
from backend.conferences.serializers.speakers import SpeakerSerializer
from backend.conferences.states import PAPER_MOVES
from backend.core.clock import now
from backend.core.errors import Invalid
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Moment, StatefulSerializer
from backend.core.text import say
from backend.documents.models import DocumentFile


class PaperVersionSerializer(HouseSerializer):
    """One file as it was handed in. The one that is no `draft` was accepted, and is the last."""

    class Meta:
        model = DocumentFile
        fields = ("number", "draft", "media_type", "filename", "sha256", "size", "created_at")
        read_only_fields = fields


class PaperSerializer(OnItsClock, StatefulSerializer):
    """A paper with the versions the caller may read. `moves` names the verbs its state allows; `overdue` says that it is
    missing and its deadline has passed, `reachable` that a letter can reach the speaker."""

    machine = PAPER_MOVES
    speaker = SpeakerSerializer(read_only=True)
    overdue = serializers.SerializerMethodField()
    reachable = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()

    class Meta:
        model = Paper
        fields = (
            "id",
            "conference",
            "speaker",
            "title",
            "state",
            "moves",
            "due_at",
            "overdue",
            "reachable",
            "requested_at",
            "handed_in_at",
            "accepted_at",
            "remarks",
            "reminded_at",
            "versions",
            "version",
        )
        read_only_fields = fields

    def get_overdue(self, paper: Paper) -> bool:
        return paper.state in MISSING and paper.due_at is not None and paper.due_at <= now()

    def get_reachable(self, paper: Paper) -> bool:
        person = paper.speaker.person
        return person is not None and bool(person.email)

    @extend_schema_field(PaperVersionSerializer(many=True))
    def get_versions(self, paper: Paper) -> Any:
        found = getattr(paper.document, "versions", []) if paper.document is not None else []
        return PaperVersionSerializer(found, many=True).data


class SpeakerOfMine(Id):
    """A planned speaker the caller may know of."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Speaker.objects.none(), **kwargs)

    def get_queryset(self) -> Any:
        rows = Speaker.objects.select_related("conference")
        return queries.parts_visible_to(rows, self.context["request"].user)


class ConferenceOfMine(Id):
    """A conference the caller may know of."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Conference.objects.none(), **kwargs)

    def get_queryset(self) -> Any:
        return queries.visible_to(self.context["request"].user)


class PaperBody(Body):
    """`due_at` carries its offset; letters and pages say it on the conference's clock. Without one there is no deadline."""

    speaker = SpeakerOfMine()
    title = LanguageMap(one_line=True, max_length=1000, required=False, required_text=False)
    due_at = Moment(required=False, allow_null=True)


class PaperTitleBody(Body):
    title = LanguageMap(one_line=True, max_length=1000)


class PapersBody(Body):
    """Every speaker of the conference, or of one of its agenda items, who was not asked yet."""

    conference = ConferenceOfMine(required=False)
    agenda_item = VisibleItem(required=False)
    due_at = Moment(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("conference" in attrs) == ("agenda_item" in attrs):
            raise serializers.ValidationError(
                {
                    "conference": say(
                        vi="Chọn một hội nghị hoặc một mục chương trình.",
                        en="Give either a conference or an agenda item.",
                    )
                }
            )
        return attrs


class DeadlineBody(Body):
    due_at = Moment()


class HandInBody(serializers.Serializer[Any]):
    """A form with one file: .pdf, .docx or .pptx."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)


class VersionBody(Body):
    """`number` is the version that was read: a newer one that came meanwhile is not judged unread."""

    number = serializers.IntegerField(min_value=1, max_value=10000)


class RemarksBody(VersionBody):
    remarks = LanguageMap(max_length=5000)
    due_at = Moment(required=False, help_text="A new deadline for the changes.")


class PapersSerializer(serializers.Serializer[Any]):
    results = PaperSerializer(many=True)


class PaperCounts(serializers.Serializer[Any]):
    requested = serializers.IntegerField()
    handed_in = serializers.IntegerField()
    returned = serializers.IntegerField()
    accepted = serializers.IntegerField()
    withdrawn = serializers.IntegerField()


class PaperOverviewSerializer(serializers.Serializer[Any]):
    """How far a conference has come: papers by state, how many are overdue, speakers nobody asked, and speakers a paper
    is missing from whom no letter reaches, since they have no name or no e-mail address."""

    by_state = PaperCounts()
    overdue = serializers.IntegerField()
    not_asked = serializers.IntegerField()
    unreachable = SpeakerSerializer(many=True)


class OverviewQuery(Body):
    conference = ConferenceOfMine()


def the_file(given: dict[str, Any]) -> tuple[str, bytes]:
    """Name and bytes of the file in the form."""
    file = given.get("file")
    if file is None:
        raise Invalid({"file": say(vi="Thiếu tệp.", en="A file is missing.")})
    return file.name, file.read()
