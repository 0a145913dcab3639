"""Jobs as JSON."""

from rest_framework import serializers

from backend.core.serializers import HouseSerializer, LanguageMap, Moment
from backend.jobs.models import Job, JobError


class JobSerializer(HouseSerializer):
    title = LanguageMap(read_only=True, help_text="What people call this kind of work.")
    result = serializers.DictField(read_only=True, help_text="What it came to; what is in it depends on the kind.")
    tries = serializers.IntegerField(
        read_only=True, help_text="How often the present chunk was begun: more than once is a sign of trouble."
    )
    next_try_at = Moment(
        read_only=True, allow_null=True, help_text="When the chunk is begun again, after a try in vain."
    )

    class Meta:
        model = Job
        fields = [
            "id", "kind", "title", "state", "done", "total", "failures", "result", "reason", "tries", "next_try_at",
            "requested_by", "organisation_id", "subject_id", "created_at", "started_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields
        extra_kwargs = {
            "done": {"help_text": "How much of `total` is done."},
            "total": {"help_text": "How much there is; null until that is known."},
            "failures": {"help_text": "How many things could not be done; /job-errors?job=… lists them."},
        }


class JobErrorSerializer(HouseSerializer):
    class Meta:
        model = JobError
        fields = ["id", "job", "row", "column", "reason"]
        read_only_fields = fields
