"""The invitations' addresses: under /api/v1/, and the reply page."""

from django.urls import path

from backend.invitations.api import (
    AssignViewSet,
    FailedLetterViewSet,
    InvitationListViewSet,
    InvitationReplyViewSet,
    InvitationViewSet,
    ProposalViewSet,
    ReplyViewSet,
)
from backend.invitations.letter_api import InvitationLetterViewSet
from backend.invitations.letter_pages import LetterDownload
from backend.invitations.pages import ReplyPage
from backend.invitations.paper_pages import PaperPage

routes = [
    ("invitation-lists", InvitationListViewSet),
    ("invitation-letters", InvitationLetterViewSet),
    ("invitations", InvitationViewSet),
    ("invitation-replies", InvitationReplyViewSet),
    ("reply-proposals", ProposalViewSet),
    ("failed-letters", FailedLetterViewSet, "failed-letter"),
]
pages = [
    # Here, since mail knows of no invitations.
    path("api/v1/inbound-mails/<str:pk>/assign", AssignViewSet.as_view({"post": "assign"}), name="assign"),
    path("r/<str:token>", ReplyPage.as_view(), name="reply"),
    path("r/<str:token>/letter", LetterDownload.as_view(), name="letter"),
    path("p/<str:token>", PaperPage.as_view(), name="paper"),
    # Both methods on one address: a router knows no POST on a single resource.
    path(
        "api/v1/replies/<str:token>", ReplyViewSet.as_view({"get": "retrieve", "post": "give_answer"}), name="replies"
    ),
]
