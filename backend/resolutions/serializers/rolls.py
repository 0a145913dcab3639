"""Who holds which votes, as it is written and read."""

from typing import Any

from rest_framework import serializers

from backend.conferences.models import Conference
from backend.conferences.serializers.fields import Id
from backend.core.serializers import Body, HouseSerializer
from backend.core.text import say
from backend.invitations.states import Category
from backend.people.models import Person
from backend.registration.models import Registration
from backend.resolutions.models import Authorisation, Poll
from backend.resolutions.weights import MOST_EACH, SCOPES

#: Nobody stands for more than this, whatever is allowed.
MOST_PROXIES = 100


class WeightSerializer(Body):
    """Whoever comes as this `category`, or from this `organisation`, or by this `registration` (one of the three) holds so
    many votes. Where several name somebody, the narrowest does; whom none names has one vote."""

    category = serializers.ChoiceField(Category.choices, required=False)
    organisation = serializers.UUIDField(required=False)
    registration = serializers.UUIDField(required=False)
    weight = serializers.IntegerField(min_value=1, max_value=MOST_EACH)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.keys() & set(SCOPES)) != 1:
            one = say(vi="Nêu đúng một trong: {scopes}.", en="Name exactly one of: {scopes}.", scopes=", ".join(SCOPES))
            raise serializers.ValidationError({"weight": one})
        return attrs


class AuthorisationSerializer(HouseSerializer):
    """`holder` is a registration; `on_paper` says that the signed paper is on file (`…/paper`)."""

    holder_name = serializers.CharField(source="holder.person.full_name", read_only=True)
    proxy_name = serializers.CharField(source="proxy.full_name", read_only=True)
    on_paper = serializers.SerializerMethodField()

    class Meta:
        model = Authorisation
        fields = (
            "id", "conference", "poll", "holder", "holder_name", "proxy", "proxy_name", "on_paper", "given_at",
            "taken_back_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_on_paper(self, given: Authorisation) -> bool:
        return given.paper_id is not None


class AuthorisationBody(Body):
    """Without a `holder` the caller's own votes are meant; without a `poll` all that open from now on."""

    conference = Id(queryset=Conference.objects.all())
    proxy = Id(queryset=Person.objects.all())
    holder = Id(queryset=Registration.objects.all(), required=False)
    poll = Id(queryset=Poll.objects.all(), required=False, allow_null=True)
