"""Clashes, as whoever arranges the conference may see them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import Site
from backend.conferences.queries import Clash
from backend.conferences.serializers.fields import Times
from backend.conferences.serializers.named import NamedPerson
from backend.conferences.serializers.rooms import ConferenceNamed
from backend.conferences.serializers.speakers import OfficeLeftSerializer
from backend.conferences.states import Equipment
from backend.core.serializers import LanguageMap
from backend.core.text import both, localized, say


class ClaimedBeyond(serializers.Serializer[Any]):
    """A kind of portable equipment, how many pieces there are, and how many are claimed at once."""

    kind = serializers.ChoiceField(choices=Equipment.choices)
    quantity = serializers.IntegerField()
    claimed = serializers.IntegerField()


class ClashSerializer(serializers.Serializer[Any]):
    """A person needed in two places, or equipment claimed beyond what there is.

    `conference` is the other one, null for equipment and where the caller may not know of it; `other_agenda_item` is
    null then too, and where that item is hidden from the caller. `agenda_item` is the item of this conference. `firm` is false for a mere draft of others, which is
    never a reason to refuse.
    """

    person = NamedPerson(allow_null=True)
    equipment = ClaimedBeyond(allow_null=True)
    when = Times()
    conference = ConferenceNamed(allow_null=True)
    agenda_item = serializers.UUIDField(allow_null=True)
    other_agenda_item = serializers.UUIDField(allow_null=True)
    firm = serializers.BooleanField()
    said = LanguageMap()

    def to_representation(self, clash: Clash) -> dict[str, Any]:
        other = self.context["conferences"].get(clash.elsewhere)
        piece = clash.portable
        unknown = clash.elsewhere is not None and other is None
        hidden = unknown or clash.other_item_id in self.context["hidden_items"]
        with timezone.override(self.context["time_zone"]):
            when = self.fields["when"].to_representation(clash.span)
        return {
            "person": clash.person and self.fields["person"].to_representation(clash.person),
            "equipment": piece and {"kind": piece.kind, "quantity": piece.quantity, "claimed": clash.claimed},
            "when": when,
            "conference": other and self.fields["conference"].to_representation(other),
            "agenda_item": clash.item_id and str(clash.item_id),
            "other_agenda_item": str(clash.other_item_id) if clash.other_item_id and not hidden else None,
            "firm": clash.firm,
            "said": both(clash.said(self.context["time_zone"])),
        }


class CrowdedSiteSerializer(serializers.Serializer[Any]):
    """A site that lets in more people than its room has seats, or where more are expected; never a reason to refuse."""

    site = serializers.UUIDField(source="pk")
    room = serializers.UUIDField(source="room_id")
    capacity = serializers.IntegerField(allow_null=True)
    people = serializers.IntegerField()
    seats = serializers.IntegerField(source="room.capacity")
    said = serializers.SerializerMethodField()

    @extend_schema_field(LanguageMap())
    def get_said(self, site: Site) -> Any:
        assert site.room is not None
        people: int = site.people  # type: ignore[attr-defined]  # by queries.crowded_sites
        vi, en = "Điểm họp nhận {n} người", "The site lets in {n} people"
        if people != site.capacity:
            vi, en = "Dự kiến có {n} người", "{n} people are expected"
        return both(
            say(
                vi=f"{vi}, “{{room_vi}}” chỉ có {{seats}} chỗ.",
                en=f"{en}; “{{room_en}}” has {{seats}} seats.",
                n=people,
                room_vi=localized(site.room.name, "vi"),
                room_en=localized(site.room.name, "en"),
                seats=site.room.capacity,
            )
        )


class ClashesSerializer(serializers.Serializer[Any]):
    results = ClashSerializer(many=True)
    offices_left = OfficeLeftSerializer(many=True)
    crowded_sites = CrowdedSiteSerializer(many=True)


def written(shown: Any, *, named: str = "", **beside: Any) -> Any:
    """For the API's description: the answer to a write, which is the row, the `clashes` of its conference and whatever
    else is told `beside`; `named` is what the description calls it."""
    told = {"clashes": ClashSerializer(many=True, read_only=True), **beside}
    fields = (*shown.Meta.fields, *told)
    meta = type("Meta", (shown.Meta,), {"fields": fields, "read_only_fields": fields})
    name = named or f"{shown.__name__.removesuffix('Serializer')}Written"
    return type(name, (shown,), {**told, "Meta": meta})
