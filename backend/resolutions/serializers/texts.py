"""Texts as they are written and read."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import Conference
from backend.conferences.serializers.fields import Id, VisibleItem
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Line, Part, StatefulSerializer
from backend.core.text import Text, say
from backend.invitations.states import Authority
from backend.resolutions.models import Resolution, TextVersion
from backend.resolutions.states import RESOLUTION_MOVES
from backend.resolutions.wording import LETTERS, Place, Wording, label, marker

MOST_ARTICLES, MOST_PARAGRAPHS, MOST_RECITALS = 200, 200, 50


class NumberedSerializer(Body):
    """A clause as it is read: its number follows from where it stands."""

    id = serializers.CharField(help_text="Stays with the clause through every version.")
    label = LanguageMap(help_text="As it is cited: điểm đ khoản 2 Điều 1.")  # type: ignore[assignment]
    marker = LanguageMap(required_text=False, help_text="What stands before it on paper: Điều 1., 2., đ).")
    text = LanguageMap()


class PointOfTextSerializer(NumberedSerializer):
    pass


class ParagraphOfTextSerializer(NumberedSerializer):
    clauses = PointOfTextSerializer(many=True)


class ArticleOfTextSerializer(NumberedSerializer):
    clauses = ParagraphOfTextSerializer(many=True)


def numbered(wording: Wording) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Preamble and clauses with their numbers."""
    preamble: list[dict[str, Any]] = []
    clauses: list[dict[str, Any]] = []
    open_at: list[list[dict[str, Any]]] = [clauses, [], []]
    for place in wording.places():
        said: dict[str, Any] = {
            "id": place.clause.id,
            "label": label(place),
            "marker": marker(place),
            "text": place.clause.text,
        }
        if place.level == "basis":
            preamble.append(said)
            continue
        depth = len(place.numbers)
        open_at[depth - 1].append(said)
        if depth < len(open_at):
            said["clauses"] = open_at[depth] = []
    return preamble, clauses


class WordedSerializer(HouseSerializer):
    """A row that has a text: title, căn cứ, and clauses with their numbers."""

    preamble = serializers.SerializerMethodField()
    clauses = serializers.SerializerMethodField()

    @extend_schema_field(NumberedSerializer(many=True))
    def get_preamble(self, row: Any) -> Any:
        return numbered(row.wording)[0]

    @extend_schema_field(ArticleOfTextSerializer(many=True))
    def get_clauses(self, row: Any) -> Any:
        return numbered(row.wording)[1]


class UntabledSerializer(Body):
    """When a text went back to its draft, why, and the hash of the words that were taken off the table."""

    at = serializers.DateTimeField()
    why = LanguageMap()
    text_hash = serializers.CharField()


class ResolutionSerializer(WordedSerializer, StatefulSerializer):
    """`clauses` are the Điều, with their khoản and điểm below them; [] means that the text is not on record.
    `text_hash` is what a vote on the text as it stands would be cast on. `official_number` is null before it is issued."""

    machine = RESOLUTION_MOVES
    text_hash = serializers.SerializerMethodField()
    untabled = UntabledSerializer(many=True, read_only=True)
    chair = serializers.CharField(source="chaired_by.full_name", default="", read_only=True)
    official_number = serializers.CharField(source="promulgation.facts.number", allow_null=True, read_only=True)
    issued_at = serializers.DateTimeField(source="promulgation.issued_at", allow_null=True, read_only=True)

    class Meta:
        model = Resolution
        fields = (
            "id",
            "conference",
            "agenda_item",
            "title",
            "preamble",
            "clauses",
            "text_hash",
            "state",
            "moves",
            "shared_at",
            "comments_until",
            "support_needed",
            "untabled",
            "decided_how",
            "decided_at",
            "by_consensus",
            "chair",
            "referred_to",
            "referred_why",
            "official_number",
            "issued_at",
            "version",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "string"})
    def get_text_hash(self, row: Resolution) -> str:
        return row.wording.hash()


class TextVersionSerializer(WordedSerializer):
    class Meta:
        model = TextVersion
        fields = ("number", "source", "title", "preamble", "clauses", "hash", "amendments", "made_at")
        read_only_fields = fields


class WrittenClause(Part):
    """`id` names a clause that is on record already; a new one has none."""

    id = serializers.CharField(required=False, max_length=32)
    text = LanguageMap(max_length=10000)


class WrittenPoint(WrittenClause):
    pass


class WrittenParagraph(WrittenClause):
    clauses = serializers.ListField(child=WrittenPoint(), required=False, max_length=len(LETTERS), help_text="Điểm.")


class WrittenArticle(WrittenClause):
    clauses = serializers.ListField(
        child=WrittenParagraph(), required=False, max_length=MOST_PARAGRAPHS, help_text="Khoản."
    )


class EditResolutionBody(Body):
    title = LanguageMap(one_line=True, max_length=500)
    preamble = serializers.ListField(
        child=WrittenClause(), required=False, max_length=MOST_RECITALS, help_text="Căn cứ."
    )
    clauses = serializers.ListField(child=WrittenArticle(), max_length=MOST_ARTICLES, help_text="Điều.")
    agenda_item = VisibleItem(required=False, allow_null=True)
    support_needed = serializers.IntegerField(
        min_value=0, max_value=1000, required=False, allow_null=True, help_text="null: as the conference has it."
    )


class ResolutionBody(EditResolutionBody):
    conference = Id(queryset=Conference.objects.all())


class DecisionBody(Body):
    """A decision taken without a count, and how it was taken."""

    adopted = serializers.BooleanField()
    decided_how = LanguageMap(max_length=1000)


class AgreeBody(Body):
    """Consensus: whether objections were asked for, by whom, and what else is to be said of it."""

    objections_asked = serializers.BooleanField(help_text="Must be true: without it there is no consensus.")
    chaired_by = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Who asked; default: the one who chairs."
    )
    decided_how = LanguageMap(required=False, max_length=1000)

    def validate_objections_asked(self, asked: bool) -> bool:
        if not asked:
            raise serializers.ValidationError(
                say(
                    vi="Chỉ thống nhất khi đã hỏi ý kiến phản đối mà không có ai.",
                    en="There is consensus only when objections were asked for and none was raised.",
                )
            )
        return asked


class UntableBody(Body):
    why = LanguageMap(max_length=2000)


class ReferBody(Body):
    to = LanguageMap(one_line=True, max_length=400, help_text="The body that is to look at it.")
    why = LanguageMap(max_length=2000)


class IssueBody(Body):
    """Who signs and how; what is left out is drawn from the record."""

    signer = serializers.UUIDField(help_text="A person.")
    authority = serializers.ChoiceField(
        Authority.choices, required=False, allow_blank=True, default=Authority.TM, help_text="Quyền hạn; default: TM."
    )
    signs_for = LanguageMap(
        one_line=True, max_length=400, required=False, help_text="The collective or head signed for."
    )
    signer_office = LanguageMap(
        one_line=True,
        max_length=400,
        required=False,
        help_text="Default: what the signer holds in the lead organisation.",
    )
    body = LanguageMap(
        one_line=True, max_length=400, required=False, help_text="Thẩm quyền ban hành; default: the conference."
    )
    place = LanguageMap(one_line=True, max_length=400, required=False, help_text="Default: the organisation's.")
    recipients = serializers.ListField(child=LanguageMap(one_line=True, max_length=200), required=False, max_length=20)
    kept_by = Line(required=False, allow_blank=True, max_length=60, help_text="The unit that keeps it, beside VT.")


class WordsSerializer(Body):
    kind = serializers.ChoiceField(["same", "removed", "added"])
    text = serializers.CharField()


class SideSerializer(Body):
    id = serializers.CharField()
    label = LanguageMap()  # type: ignore[assignment]
    text = LanguageMap()


class ComparedClauseSerializer(Body):
    """One clause before and after; a side is null where the clause is not there. `words`, by language: read without what
    was added they are the text before, without what was removed the text after."""

    change = serializers.ChoiceField(["same", "changed", "moved", "added", "removed"])
    before = SideSerializer(allow_null=True)
    after = SideSerializer(allow_null=True)
    words = serializers.DictField(child=WordsSerializer(many=True))


class TextComparisonSerializer(Body):
    before = serializers.IntegerField(help_text="The version compared.")
    after = serializers.IntegerField()
    title = serializers.DictField(child=WordsSerializer(many=True))
    rows = ComparedClauseSerializer(many=True)


def side(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    text: Text = place.clause.text
    return {"id": place.clause.id, "label": label(place), "text": text}
