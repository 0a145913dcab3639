"""How an API of a floor above answers who began long work: 202, where to follow it, and how it stands.

@extend_schema(request=None, responses=BEGUN)
@action(detail=True, methods=["post"])
def badges(self, request, pk):
    return accepted(services.print_badges(…))
"""

from typing import Any

from django.urls import reverse
from rest_framework.response import Response

from backend.jobs import queries
from backend.jobs.models import Job
from backend.jobs.serializers import JobSerializer

#: For `extend_schema(responses=…)`.
BEGUN: dict[int, Any] = {202: JobSerializer}


def accepted(job: Job) -> Response:
    """202 with the job, and its address as Location."""
    shown = JobSerializer(queries.jobs().get(pk=job.pk)).data
    return Response(shown, status=202, headers={"Location": reverse("job-detail", args=[job.pk])})
