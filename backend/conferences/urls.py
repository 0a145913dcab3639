"""The conferences' addresses under /api/v1/."""

from backend.conferences.api.conferences import ConferenceViewSet
from backend.conferences.api.parts import (
    AgendaItemViewSet,
    DutyViewSet,
    RoomViewSet,
    SeriesViewSet,
    SiteViewSet,
    SpeechViewSet,
    VenueViewSet,
)

routes = [
    ("conferences", ConferenceViewSet),
    ("sites", SiteViewSet),
    ("agenda-items", AgendaItemViewSet),
    ("duties", DutyViewSet),
    ("speeches", SpeechViewSet),
    ("venues", VenueViewSet),
    ("rooms", RoomViewSet),
    ("series", SeriesViewSet),
]
