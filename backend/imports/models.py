"""Lists of people as they were handed in, row by row, and who became of them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.imports.states import ImportState, Outcome
from backend.invitations.models import InvitationList
from backend.people.models import Account, Organisation, Person


class Import(Base):
    """One file for one organisation and, when it is to fill one, one invitation list. The same file is not taken twice.

    One handed in without an account, through a link, belongs to what the link opens: `holder_id` is the id of a row on a
    floor above. A holder has one import, which its next file replaces.

    `content` is emptied and the rows are deleted when the import is removed or old; what remains refuses the same file.
    """

    unused = ArrayField(models.CharField(max_length=80), default=list, help_text="Headings of all other columns.")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="imports")
    list = models.ForeignKey(InvitationList, null=True, blank=True, on_delete=models.PROTECT, related_name="imports")
    uploaded_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="imports")
    filename = models.CharField(max_length=150)
    format = models.CharField(max_length=4)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    holder_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READING)
    reason = LocalizedTextField(blank=True, help_text="Why it cannot be read.")
    sheet = models.CharField(max_length=100, blank=True)
    heading_row = models.PositiveIntegerField(null=True, help_text="The last row of headings, counted from 1.")
    headings = models.JSONField(default=dict, help_text="The columns that were understood, and the words above them.")
    kept = models.BooleanField(default=True, help_text="False: the file and its rows are no longer here.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "list", "holder_id", "sha256"],
                nulls_distinct=False,
                name="one_import_per_file_and_list",
            ),
            models.UniqueConstraint(fields=["holder_id"], name="one_import_per_holder"),
        ]


class ImportRow(models.Model):
    """One person of the file. `entry` is what the row says, tidied; `values` what stands in its cells.

    `place` counts the rows from 1, `number` is the row in the file. `person` is who is meant, or became of it.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    place = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    entry = models.JSONField(default=dict)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.PENDING)
    errors = models.JSONField(default=list)
    remarks = models.JSONField(default=list)
    duplicate_of = models.PositiveIntegerField(null=True)
    unit = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="import_rows")
    candidates = ArrayField(models.UUIDField(), default=list, help_text="Who might be meant, where that is open.")
    decided = models.BooleanField(default=False, help_text="Somebody said who is meant.")
    committed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["imported", "place"], name="one_row_per_place")]
        indexes = [models.Index(fields=["imported", "outcome", "place"], name="rows_by_outcome")]

    def tells(self, field: str) -> str:
        """What the row says of `field`; "" when nothing."""
        said: Any = self.entry.get(field, "")
        return str(said)


class ImportedPerson(models.Model):
    """Who became of an identity that a file named: the e-mail address, else the telephone number, else name and unit,
    as a keyed hash. Two files committed at once make one person of it."""

    key = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="imported_as")
