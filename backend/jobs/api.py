"""/jobs and /job-errors."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.jobs import queries, rules, services
from backend.jobs.models import Job, JobError
from backend.jobs.serializers import JobErrorSerializer, JobSerializer


class JobFilters(filters.FilterSet):
    subject_id = filters.UUIDFilter()
    organisation_id = filters.UUIDFilter()

    class Meta:
        model = Job
        fields = ["kind", "state"]


class JobViewSet(HouseViewSet):
    """Long work and how far it is, newest first. Whoever began it follows it, and the organisers of its organisation."""

    queryset = Job.objects.none()
    serializer_class = JobSerializer
    rules = rules.JOBS
    scope = "jobs"
    filterset_class = JobFilters

    def get_queryset(self) -> QuerySet[Job]:
        return queries.visible_to(self.account)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: str) -> Response:
        """Ends it after the chunk that is being done; what was done stays."""
        ended = services.cancel(job_id=self.get_object().pk)
        return self.answer_anew(ended)


class JobErrorFilters(filters.FilterSet):
    job = filters.UUIDFilter("job_id")

    class Meta:
        model = JobError
        fields: tuple[str, ...] = ()


class JobErrorViewSet(HouseViewSet):
    """What jobs could not do, by row and column; everything else they did."""

    queryset = JobError.objects.none()
    serializer_class = JobErrorSerializer
    rules = rules.ERRORS
    scope = "jobs"
    filterset_class = JobErrorFilters
    ordering = ("row", "id")

    def get_queryset(self) -> QuerySet[JobError]:
        return queries.visible_errors(self.account)
