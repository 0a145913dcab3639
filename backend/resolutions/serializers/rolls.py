"""Who holds which votes, as it is written and read."""

from typing import Any

from rest_framework import serializers

from backend.core.serializers import Body
from backend.core.text import say
from backend.invitations.states import Category
from backend.resolutions.weights import MOST_EACH, SCOPES


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
