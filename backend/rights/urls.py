"""The addresses of what people ask about their data."""

from django.urls import path

from backend.rights import api
from backend.rights import pages as opened

routes = [
    ("data-requests", api.DataRequestViewSet),
    ("public-holidays", api.PublicHolidayViewSet),
    ("personal-exports", api.PersonalExportViewSet),
    ("corrections", api.CorrectionViewSet),
    ("erasures", api.ErasureViewSet),
    ("retention-terms", api.RetentionTermViewSet, "retention-term"),
    ("retention-runs", api.RetentionRunViewSet),
    ("legal-holds", api.LegalHoldViewSet),
]
pages = [
    path("my-data/<str:token>", opened.copy, name="my-data"),
    path("q/<str:token>", opened.RequestPage.as_view(), name="data-request-page"),
]
