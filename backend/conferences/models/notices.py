"""What people are told about pictures and recordings, and whom it was shown to (Law 91/2025/QH15, Art. 32)."""

from django.db import models
from django.db.models.functions import Now

from backend.conferences.models.conference import Conference
from backend.conferences.states import NoticePlace
from backend.core.ids import time_ordered_id
from backend.core.text import LocalizedTextField
from backend.people.models import Person


class PhotoNotice(models.Model):
    """One version of what a conference tells about pictures and recordings; the last one holds. Append-only. Where
    nothing is `recorded` there is nothing to tell, and no text."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="photo_notices")
    version = models.PositiveSmallIntegerField()
    recorded = models.BooleanField(default=True)
    text = LocalizedTextField(blank=True)
    set_by = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conference", "version"], name="a_photo_notice_per_version"),
            models.CheckConstraint(
                condition=models.Q(recorded=True) & ~models.Q(text={}) | models.Q(recorded=False, text={}),
                name="a_photo_notice_tells_what_is_recorded",
            ),
        ]


class PhotoNoticeShown(models.Model):
    """This version was shown to this person there, first at that moment. Append-only."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    notice = models.ForeignKey(PhotoNotice, on_delete=models.PROTECT, related_name="shown")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="photo_notices")
    place = models.CharField(max_length=10, choices=NoticePlace)
    language = models.CharField(max_length=5)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "person", "place"], name="a_photo_notice_is_first_shown_once")
        ]
        indexes = [models.Index(fields=["person", "id"], name="photo_notices_of_a_person")]
