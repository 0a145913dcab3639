"""The invitations' addresses: under /api/v1/, and the reply page."""

from django.urls import path

from backend.invitations.api import InvitationListViewSet, InvitationViewSet, ReplyViewSet
from backend.invitations.pages import ReplyPage
from backend.invitations.paper_pages import PaperPage

routes = [
    ("invitation-lists", InvitationListViewSet),
    ("invitations", InvitationViewSet),
]
pages = [
    path("r/<str:token>", ReplyPage.as_view(), name="reply"),
    path("p/<str:token>", PaperPage.as_view(), name="paper"),
    # Both methods on one address: a router knows no POST on a single resource.
    path(
        "api/v1/replies/<str:token>", ReplyViewSet.as_view({"get": "retrieve", "post": "give_answer"}), name="replies"
    ),
]
