"""What delegations hold about a person: that they are a unit's focal point, or were named by one."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from backend.core.clock import now
from backend.core.text import localized, say
from backend.delegations.models import Delegate, Delegation
from backend.invitations.holdings import TO_COME
from backend.privacy.below import ERASED_NAME
from backend.privacy.holdings import Basis, DataClass, Forgotten, Holding, Kept, Named, Row, Subject, holding
from backend.privacy.terms import sweep

FOCAL_POINTS = Named(rows=Delegation.objects.all(), address="focal_email", name="focal_name")


@holding("delegations", Delegation, Delegate)
class Delegations(Holding):
    title = say(vi="Đầu mối và người được cử", en="Focal points and those they named")
    data_class = DataClass.CONTACT
    purpose = say(vi="Hỏi đơn vị cử ai đi dự.", en="To ask a unit whom it sends.")
    basis = Basis.TASK
    kept = Kept(since=say(vi="ngày kết thúc hội nghị", en="the end of the conference"), days=730)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for row in (
            _minded(subject)
            .order_by("id")
            .values(
                "conference__title",
                "organisation__name",
                "focal_name",
                "focal_email",
                "state",
                "asked_at",
                "submitted_at",
            )
        ):
            yield {"type": "focal_point", **row}
        for named in (
            Delegate.objects.filter(invitation__person=subject.person_id)
            .order_by("id")
            .values("delegation__conference__title", "delegation__organisation__name", "created_at")
        ):
            yield {"type": "named_by_unit", **named}

    def named(self) -> Iterator[Named]:
        yield FOCAL_POINTS

    def hindrances(self, subject: Subject) -> Iterator[object]:
        for row in _minded(subject).filter(conference__state__in=TO_COME).select_related("conference"):
            yield say(
                vi="Còn là đầu mối của đơn vị cho “{what}”; hãy đổi đầu mối trước.",
                en="They are a unit's focal point for “{what}”; name another one first.",
                what=localized(row.conference.title),
            )

    def forget(self, subject: Subject) -> Forgotten:
        ids = list(_minded(subject).values_list("pk", flat=True))
        # A new round voids the link that was mailed.
        rows = Delegation.objects.filter(pk__in=ids).update(
            focal_name=ERASED_NAME,
            focal_email="",
            link_round=F("link_round") + 1,
            updated_at=now(),
            version=F("version") + 1,
        )
        return Forgotten(rows=rows)


def _minded(subject: Subject) -> QuerySet[Delegation]:
    return Delegation.objects.filter(pk__in=FOCAL_POINTS.of(subject))


def _without_focal_point(ids: Sequence[UUID]) -> int:
    return Delegation.objects.filter(pk__in=ids).update(
        focal_name=ERASED_NAME, focal_email="", updated_at=now(), version=F("version") + 1
    )


@sweep(
    "delegations",
    days=730,
    title=say(vi="Đầu mối của đơn vị", en="Focal points of units"),
    expire=_without_focal_point,
)
def old_focal_points(before: datetime, held: frozenset[UUID]) -> QuerySet[Delegation]:
    rows = Delegation.objects.filter(conference__ends_at__lt=before).exclude(conference__state__in=TO_COME)
    return rows.exclude(conference__in=held).exclude(focal_email="")
