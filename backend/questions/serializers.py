"""What the API says about questions and answers, and what it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from backend.conferences.states import Category
from backend.core.serializers import Body, HouseSerializer, LanguageMap
from backend.core.text import say
from backend.questions.asking import GREATEST_NUMBER, Refused, refuse_unseen
from backend.questions.composing import MOST_OPTIONS, MOST_QUESTIONS
from backend.questions.models import AnswerSheet, Questionnaire
from backend.questions.states import QuestionKind

KEY = r"^[a-z][a-z0-9_]{0,39}$"


def form_text(**kwargs: Any) -> LanguageMap:
    """What people read on a form: nothing unseen is tidied away silently."""
    return LanguageMap(check=_visible, **kwargs)


def _visible(text: str) -> None:
    try:
        refuse_unseen(text, lines=True)
    except Refused as refused:
        raise serializers.ValidationError(refused.sentence) from None


class PlainNumber(serializers.FloatField):
    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]})
class AnswerValue(serializers.Field[Any, Any, Any, Any]):
    """One answer: text, a number, true or false, an option's key."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, (str, int, float, bool)) or (isinstance(data, str) and len(data) > 200):
            raise serializers.ValidationError(
                say(vi="Phải là chữ, số hoặc true/false.", en="Must be text, a number or true/false.")
            )
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {
            "anyOf": [
                {"type": "string"},
                {"type": "number"},
                {"type": "boolean"},
                {"type": "array", "items": {"type": "string"}},
            ]
        },
        "description": "By the question's key: text, a number, a date as 2026-11-21, true or false, an option's key, "
        "or a list of options' keys.",
    }
)
class AnswersField(serializers.Field[Any, Any, Any, Any]):
    """{key: value}; what each value must be is the version's to say."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or len(data) > MOST_QUESTIONS:
            raise serializers.ValidationError(
                say(
                    vi='Phải là {{"mã": câu trả lời}}, nhiều nhất {n} câu.',
                    en='Must be {{"key": answer}}, at most {n} of them.',
                    n=MOST_QUESTIONS,
                )
            )
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class OptionBody(Body):
    key = serializers.RegexField(KEY)
    label = form_text(one_line=True, max_length=300)  # type: ignore[assignment]  # a field here


class ConditionBody(Body):
    """The answer another question must have got: exactly one of `equals` and, for several of several, `contains`."""

    question = serializers.RegexField(KEY)
    equals = AnswerValue(required=False)
    contains = serializers.RegexField(KEY, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("equals" in attrs) == ("contains" in attrs):
            raise serializers.ValidationError(
                say(vi="Cần đúng một: equals hoặc contains.", en="Exactly one is needed: equals or contains.")
            )
        return attrs


class QuestionBody(Body):
    """`options` for choice and choices; `unit`, `min` and `max` for a number. Empty `categories` or `sites`: everybody."""

    key = serializers.RegexField(KEY, help_text="Stays the same from version to version; so must its kind.")
    kind = serializers.ChoiceField(QuestionKind.choices)
    label = form_text(one_line=True, max_length=500)  # type: ignore[assignment]  # a field here
    help = form_text(required=False, required_text=False, max_length=1000)
    required = serializers.BooleanField(required=False, default=False)  # type: ignore[assignment]
    options = OptionBody(many=True, required=False, max_length=MOST_OPTIONS)  # type: ignore[call-arg]
    unit = form_text(required=False, required_text=False, one_line=True, max_length=40)
    min = PlainNumber(required=False, min_value=-GREATEST_NUMBER, max_value=GREATEST_NUMBER)
    max = PlainNumber(required=False, min_value=-GREATEST_NUMBER, max_value=GREATEST_NUMBER)
    categories = serializers.ListField(child=serializers.ChoiceField(Category.choices), required=False, max_length=3)
    sites = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=200)
    shown_if = ConditionBody(required=False, help_text="Asked only of those who answered another question so.")

    def to_internal_value(self, data: Any) -> Any:
        plain = super().to_internal_value(data)
        if "sites" in plain:
            plain["sites"] = [str(site) for site in plain["sites"]]
        return plain


class QuestionnaireBody(Body):
    conference = serializers.UUIDField()
    follows = serializers.IntegerField(
        min_value=0, max_value=1_000_000, help_text="The number of the version it was made from; 0 for the first."
    )
    title = form_text(one_line=True, max_length=300)
    intro = form_text(required=False, required_text=False, max_length=2000)
    questions = QuestionBody(  # type: ignore[call-arg]
        many=True, max_length=MOST_QUESTIONS, help_text="In their order; none: nothing is asked."
    )


class QuestionnaireSerializer(HouseSerializer):
    """One version. The newest is asked; answers to former ones stay with theirs."""

    questions = QuestionBody(many=True, read_only=True)

    class Meta:
        model = Questionnaire
        fields = ("id", "conference", "number", "title", "intro", "questions", "published_at")
        read_only_fields = fields


class AnswerSheetSerializer(HouseSerializer):
    """One person's last answers, to the version `number`; a higher `newest` was published since."""

    person_name = serializers.CharField(source="person.full_name", read_only=True)
    number = serializers.IntegerField(source="questionnaire.number", read_only=True)
    newest = serializers.IntegerField(read_only=True, help_text="The number of the version that is asked now.")
    answers = AnswersField(read_only=True)

    class Meta:
        model = AnswerSheet
        fields = (
            "id", "conference", "person", "person_name", "questionnaire", "number", "newest", "answers", "via",
            "answered_at", "version",
        )  # fmt: skip
        read_only_fields = fields


class AnswerBody(Body):
    """One's own answers, or those of a person the organiser speaks for."""

    conference = serializers.UUIDField()
    person = serializers.UUIDField(required=False, help_text="Organisers only; else it is the caller's own person.")
    number = serializers.IntegerField(
        required=False, min_value=1, max_value=1_000_000, help_text="The version that is answered; default: the newest."
    )
    answers = AnswersField()


class AnswerTallySerializer(serializers.Serializer[Any]):
    value = serializers.CharField(help_text="An option's key, yes or no, or a date.")
    label = LanguageMap(required_text=False)  # type: ignore[assignment]
    count = serializers.IntegerField()


class AnswerCountSerializer(serializers.Serializer[Any]):
    """What was answered to one question. Texts are only counted: they are in the export."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(QuestionKind.choices)
    label = LanguageMap()  # type: ignore[assignment]
    answered = serializers.IntegerField()
    tally = AnswerTallySerializer(many=True)
    total = serializers.FloatField(allow_null=True)
    least = serializers.FloatField(allow_null=True)
    greatest = serializers.FloatField(allow_null=True)


class AnswerSummarySerializer(serializers.Serializer[Any]):
    """Of those who said that they come: how many answered, how many have to answer, or again, and what was answered."""

    questionnaire = serializers.UUIDField()
    number = serializers.IntegerField()
    answered = serializers.IntegerField()
    never_answered = serializers.IntegerField(help_text="Of those who have required questions open.")
    to_answer_again = serializers.IntegerField(help_text="They answered a former version that did not ask everything.")
    questions = AnswerCountSerializer(many=True)


@extend_schema_serializer(many=False)
class OwingSerializer(serializers.Serializer[Any]):
    person = serializers.UUIDField()
    person_name = serializers.CharField()
    answered = serializers.IntegerField(allow_null=True, help_text="The version they answered; null: none.")
    missing = serializers.ListField(child=serializers.CharField(), help_text="Keys of required questions left open.")


class OwingListSerializer(serializers.Serializer[Any]):
    people = OwingSerializer(many=True)
