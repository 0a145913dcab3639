"""The jobs' addresses, under /api/v1/."""

from backend.jobs.api import JobErrorViewSet, JobViewSet

routes = [("jobs", JobViewSet, "job"), ("job-errors", JobErrorViewSet, "job-error")]
