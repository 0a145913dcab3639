"""How many seats there are, and how a conference gives them."""

from django.db import models

from backend.conferences.models import Conference, Site
from backend.core.ids import time_ordered_id
from backend.people.models import Organisation
from backend.registration.states import AdmissionMode


class Admission(models.Model):
    """How a conference takes people. None stored: by invitation, and free seats are given at once.

    `opens_at` and `closes_at` bound when people may register themselves; invitees answer and organisers register at any
    time. With `offer_hours` above 0 a free seat is offered to who is next, for so long, before it is theirs. `by_unit`
    passes free seats to the waiting unit that holds fewest, and not to whoever has waited longest.

    People are checked in from the beginning of the day on, on the conference's own clock; with `door_hours` so long
    before the start, where that is earlier.
    """

    conference = models.OneToOneField(Conference, primary_key=True, on_delete=models.CASCADE, related_name="admission")
    mode = models.CharField(max_length=10, choices=AdmissionMode, default=AdmissionMode.INVITATION)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    offer_hours = models.PositiveSmallIntegerField(default=0)
    by_unit = models.BooleanField(default=False)
    door_hours = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_at__isnull=True)
                | models.Q(closes_at__isnull=True)
                | models.Q(closes_at__gt=models.F("opens_at")),
                name="admission_closes_after_it_opens",
            )
        ]


class Seats(models.Model):
    """The counter of a conference's seats: one row, locked for every change, and a CHECK that it never runs over.

    `waiting` is counted here too: with it the row alone decides between a seat and a turn, so that nobody who comes
    between a cancellation and a promotion passes those who wait. `taken` are confirmed; `offered` ones are kept for
    those asked. `limited` says that sites or units have limits of their own, which are read with this row locked.
    `version` rises with what organisers decide, not with every seat taken.
    """

    conference = models.OneToOneField(Conference, primary_key=True, on_delete=models.CASCADE, related_name="seats")
    capacity = models.PositiveIntegerField(null=True)
    taken = models.PositiveIntegerField(default=0)
    offered = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    last_turn = models.PositiveIntegerField(default=0, help_text="The last place given out on the waiting list.")
    limited = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(capacity__isnull=True)
                | models.Q(capacity__gte=models.F("taken") + models.F("offered")),
                name="never_over_capacity",
            )
        ]


class SeatLimit(models.Model):
    """At most so many seats for those of one site, or of one unit. `held` counts taken and offered ones; it is changed
    with the conference's `Seats` locked, and a CHECK keeps it from running over."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="seat_limits")
    site = models.ForeignKey(Site, null=True, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    capacity = models.PositiveIntegerField()
    from_site = models.BooleanField(default=False, help_text="It follows the site's own capacity.")
    held = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(held__lte=models.F("capacity")), name="never_over_limit"),
            models.CheckConstraint(
                condition=models.Q(site__isnull=True, organisation__isnull=False)
                | models.Q(site__isnull=False, organisation__isnull=True),
                name="a_limit_is_of_a_site_or_a_unit",
            ),
            models.UniqueConstraint(fields=["site"], name="one_limit_per_site"),
            models.UniqueConstraint(fields=["conference", "organisation"], name="one_limit_per_unit"),
        ]
