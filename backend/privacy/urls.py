"""The addresses of what people may know and decide about their data: under /api/v1/, and the page that needs no
account."""

from django.urls import path

from backend.privacy.api import AccessViewSet, ConsentPurposeViewSet, ConsentViewSet
from backend.privacy.pages import ConsentPage

routes = [
    ("consent-purposes", ConsentPurposeViewSet),
    ("consents", ConsentViewSet),
    ("accesses", AccessViewSet),
]
pages = [path("c/<str:token>", ConsentPage.as_view(), name="consents")]
