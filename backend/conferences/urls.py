"""The conferences' addresses under /api/v1/."""

from backend.conferences.api.agenda import AgendaItemViewSet, OwnPhaseViewSet
from backend.conferences.api.conferences import ConferenceViewSet
from backend.conferences.api.papers import PaperViewSet
from backend.conferences.api.parts import (
    DutyViewSet,
    SiteViewSet,
    SpeechViewSet,
)
from backend.conferences.api.programmes import ReleaseViewSet
from backend.conferences.api.rooms import AgendaRoomViewSet, RoomViewSet, VenueViewSet
from backend.conferences.api.series import SeriesViewSet, TemplateViewSet
from backend.conferences.api.speakers import SpeakerViewSet

routes = [
    ("conferences", ConferenceViewSet),
    ("sites", SiteViewSet),
    ("agenda-items", AgendaItemViewSet),
    ("own-phases", OwnPhaseViewSet),
    ("duties", DutyViewSet),
    ("speakers", SpeakerViewSet),
    ("papers", PaperViewSet),
    ("speeches", SpeechViewSet),
    ("releases", ReleaseViewSet),
    ("venues", VenueViewSet),
    ("rooms", RoomViewSet),
    ("agenda-rooms", AgendaRoomViewSet),
    ("series", SeriesViewSet),
    ("conference-templates", TemplateViewSet),
]
