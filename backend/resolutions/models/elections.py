"""Who is to be elected to what, and who stands for it."""

from django.db import models
from django.db.models.functions import MD5, Cast, Lower

from backend.conferences.models import AgendaItem, Conference
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Person
from backend.resolutions.states import ElectionState


class Election(Base):
    """So many `places` of an `office` to be filled, in as many rounds (polls) as it takes. Its candidates and places
    stand once the first round is open: a guard of PostgreSQL."""

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="elections")
    agenda_item = models.ForeignKey(AgendaItem, null=True, blank=True, on_delete=models.SET_NULL)
    title = LocalizedTextField()
    office = LocalizedTextField(blank=True, help_text="What they are elected to: Uỷ viên Ban Chấp hành.")
    places = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=ElectionState, default=ElectionState.DRAFT)
    ended_why = LocalizedTextField(blank=True, help_text="Why it ended with places left.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(places__gte=1, places__lte=40), name="an_election_fills_one_to_forty_places"
            )
        ]


class Candidate(Base):
    """Somebody who stands in an election: a person on record, or a name alone. `number` is the place on the paper and,
    as text, the id on ballots; it stays through all rounds. `elected_in` is the poll that elected them."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="candidates")
    number = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="candidacies")
    name = models.CharField(max_length=200)
    about = LocalizedTextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    elected_in = models.ForeignKey(
        "resolutions.Poll", null=True, blank=True, on_delete=models.PROTECT, related_name="elected"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["election", "number"], name="one_candidate_per_line"),
            models.UniqueConstraint(
                fields=["election", "person"], condition=models.Q(person__isnull=False), name="nobody_stands_twice"
            ),
            models.UniqueConstraint(
                "election",
                Lower("name"),
                MD5(Cast("about", models.TextField())),
                name="candidates_are_told_apart",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(elected_in__isnull=True),
                name="whoever_withdrew_is_not_elected",
            ),
        ]
