"""Public registration: what its page offers, what people write, and what came of it."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from backend.conferences.models import Conference
from backend.conferences.queries import site_said
from backend.conferences.queries.notices import photo_notice
from backend.conferences.states import ConferenceState
from backend.core.serializers import Body, LanguageMap
from backend.core.text import Text
from backend.invitations import wording
from backend.invitations.forms import PersonName, Telephone
from backend.invitations.serializers import ConsentAsked, ConsentTicked
from backend.people.addresses import Address
from backend.people.models import Honorific
from backend.privacy import links as consent_links
from backend.privacy.queries import wordings_in_force
from backend.privacy.services import Asked
from backend.questions.queries import asked_now
from backend.questions.serializers import AnswersField, QuestionnaireSerializer
from backend.registration import queries
from backend.registration.models import Signup
from backend.registration.states import AdmissionMode, RegistrationState


class OneOf(serializers.UUIDField):
    """An id, or nothing chosen."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(None if data == "" else data)


class SignupForm(serializers.Serializer[Any]):
    """Who wants to come, as they write it. The address must be their own: they confirm by a letter to it."""

    full_name = PersonName()
    honorific = serializers.ChoiceField(Honorific.choices, required=False, allow_blank=True, default="")
    email = Address()
    phone = Telephone(required=False, allow_blank=True, default="")
    organisation = OneOf(required=False, allow_null=True, default=None)
    site = OneOf(required=False, allow_null=True, default=None)


class SignupBody(Body, SignupForm):
    """Nothing is consented to but what stands in `consents`, and not before it is confirmed."""

    consents = serializers.ListField(child=ConsentTicked(), required=False, max_length=50, default=list)
    language = serializers.ChoiceField(settings.LANGUAGES, required=False, default=settings.REQUIRED_LANGUAGE)
    answers = AnswersField(required=False)
    number = serializers.IntegerField(
        required=False, min_value=1, max_value=1_000_000, help_text="The version of the questions that is answered."
    )


def consents_of(said: dict[str, Any]) -> list[Asked]:
    """What stands in `consents` was agreed to, as read in the language of the body."""
    return [
        Asked(purpose=each["purpose"], version=each["wording"], language=said["language"]) for each in said["consents"]
    ]


class Offered(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = LanguageMap()


@extend_schema_serializer(many=False)
class RegistrationPageSerializer(serializers.Serializer[Any]):
    """What the public page says: no more than everybody may know."""

    conference = serializers.UUIDField(source="pk")
    title = LanguageMap(one_line=True)
    when = serializers.SerializerMethodField()
    where = serializers.SerializerMethodField()
    mode = serializers.ChoiceField(AdmissionMode.choices, source="admission.mode")
    opens_at = serializers.DateTimeField(source="admission.opens_at", allow_null=True)
    closes_at = serializers.DateTimeField(source="admission.closes_at", allow_null=True)
    sites = serializers.SerializerMethodField(help_text="Places to choose from; empty: there is no choice.")
    units = serializers.SerializerMethodField(help_text="Units that have seats of their own.")
    questionnaire = serializers.SerializerMethodField(help_text="What is asked; null: nothing.")
    asked = serializers.SerializerMethodField(help_text="What may be consented to, each by itself.")
    photo_notice = serializers.SerializerMethodField(help_text="Empty where nothing is recorded.")

    @extend_schema_field(LanguageMap)
    def get_when(self, row: Conference) -> Text:
        return {code: wording.when(row, code) for code, _ in settings.LANGUAGES}

    @extend_schema_field(LanguageMap)
    def get_where(self, row: Conference) -> Text:
        return {code: wording.where(row, None, code) for code, _ in settings.LANGUAGES}

    @extend_schema_field(Offered(many=True))
    def get_sites(self, row: Conference) -> Any:
        return [
            {"id": str(site.pk), "name": {code: site_said(site, code) for code, _ in settings.LANGUAGES}}
            for site in queries.sites_offered(row)
        ]

    @extend_schema_field(Offered(many=True))
    def get_units(self, row: Conference) -> Any:
        return [{"id": str(unit.pk), "name": unit.name} for unit in queries.units_offered(row)]

    @extend_schema_field(QuestionnaireSerializer(allow_null=True))
    def get_questionnaire(self, row: Conference) -> Any:
        asked = asked_now(row.pk)
        return QuestionnaireSerializer(asked).data if asked else None

    @extend_schema_field(ConsentAsked(many=True))
    def get_asked(self, row: Conference) -> Any:
        return [
            {"purpose": each.purpose.code, "wording": each.version, "text": each.text} for each in wordings_in_force()
        ]

    @extend_schema_field(LanguageMap(required_text=False))
    def get_photo_notice(self, row: Conference) -> Text:
        return photo_notice(row.pk).text  # type: ignore[no-any-return]


class SentSerializer(serializers.Serializer[Any]):
    """A letter is on its way to the address, whoever it belongs to and whether it is registered already or not."""

    expires_at = serializers.DateTimeField(help_text="Until when the link in the letter confirms.")


class Unrecorded(serializers.Serializer[Any]):
    purpose = serializers.CharField()
    title = LanguageMap(one_line=True)
    retired = serializers.BooleanField(help_text="Nobody is asked for it any more.")


class SignupSerializer(serializers.Serializer[Any]):
    """What the link in the letter shows. `state` is null until it is confirmed; `place` is the place among those who
    wait now; `unrecorded` is what they ticked that cannot be recorded, because its words mean more since or nobody is
    asked any more: by the page at `consents` they decide anew. While the conference is `postponed` nothing can be
    confirmed and `expires_at` does not count: a new link comes with the new time."""

    conference = serializers.UUIDField(source="conference_id")
    confirmed_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()
    postponed = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    place = serializers.SerializerMethodField()
    unrecorded = serializers.SerializerMethodField()
    consents = serializers.SerializerMethodField(help_text="Their own page; empty until it is confirmed.")

    def get_postponed(self, row: Signup) -> bool:
        return row.conference.state == ConferenceState.POSTPONED

    @extend_schema_field(serializers.ChoiceField(RegistrationState.choices, allow_null=True))
    def get_state(self, row: Signup) -> str | None:
        return row.registration.state if row.registration else None

    @extend_schema_field(Unrecorded(many=True))
    def get_unrecorded(self, row: Signup) -> Any:
        return [
            {"purpose": each.code, "title": each.title, "retired": each.retired_at is not None}
            for each in queries.unrecorded(row)
        ]

    def get_consents(self, row: Signup) -> str:
        return consent_links.address(row.registration.person) if row.registration else ""

    def get_place(self, row: Signup) -> int | None:
        return queries.place_in_line(row.registration) if row.registration else None
