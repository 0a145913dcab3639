"""Addresses that open a feed to whoever knows them, and when each feed last said something new."""

from django.db import models

from backend.calendars.states import FeedKind
from backend.core.models import Base
from backend.people.models import Account


class CalendarLink(Base):
    """A feed as its account may see it at each fetch. Only the hash of its address is kept.

    `subject` is the id of what the feed is of: no foreign key, so that a link never stands in the way of a draft's
    removal; what is gone answers 404. A person's own calendar has none.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="calendar_links")
    kind = models.CharField(max_length=12, choices=FeedKind)
    subject = models.UUIDField(null=True)
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(help_text="When its present address was made.")
    used_at = models.DateTimeField(null=True, help_text="When it was last fetched, to the hour.")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "subject"],
                condition=models.Q(revoked_at=None),
                nulls_distinct=False,
                name="one_live_calendar_link_per_feed",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=FeedKind.PERSON, subject=None)
                | (~models.Q(kind=FeedKind.PERSON) & models.Q(subject__isnull=False)),
                name="a_calendar_link_is_of_something",
            ),
        ]


class FeedEdition(models.Model):
    """When a feed, in one language, last said something new: its Last-Modified.

    Not to be read off the rows it is made of: what leaves a feed, or is no longer seen, changes it and no row of it.
    """

    feed = models.CharField(max_length=80, primary_key=True)
    digest = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
