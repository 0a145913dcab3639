"""Documents and their official numbers."""

from django.db import models
from django.db.models.functions import Now

from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Organisation


class Document(Base):
    """Something on file, in one or more versions."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    kind = models.CharField(
        max_length=10, help_text="Abbreviation of the document's kind: BB, NQ, GM … (decree 30/2020, annex III)."
    )
    title = LocalizedTextField()
    conference_id = models.UUIDField(null=True, db_index=True)
    public = models.BooleanField(default=False)
    attached = models.BooleanField(
        default=False, help_text="Belongs to another row, which says who may read it: it is in no list of documents."
    )


class DocumentFile(models.Model):
    """One version of a document in one format: immutable bytes and their hash. Drafts are for those who work on it."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="files")
    number = models.PositiveIntegerField()
    draft = models.BooleanField(default=False)
    media_type = models.CharField(max_length=100)
    filename = models.CharField(max_length=150)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number", "media_type"], name="one_file_per_version_and_format")
        ]


class NumberSeries(models.Model):
    """Numbers of one organisation, kind of document and year; `last` is the last one given out."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "year"], name="one_series_per_organisation_kind_year"
            )
        ]


class OfficialNumber(Base):
    """A number given to a document, or a gap with its explanation."""

    series = models.ForeignKey(NumberSeries, on_delete=models.PROTECT, related_name="numbers")
    number = models.PositiveIntegerField()
    document = models.OneToOneField(Document, null=True, on_delete=models.PROTECT, related_name="official_number")
    gap_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="official_numbers_unique"),
            models.CheckConstraint(
                condition=models.Q(document__isnull=False) | ~models.Q(gap_reason=""), name="a_gap_is_explained"
            ),
        ]
