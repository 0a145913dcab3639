"""Where calendars answer: links under /api/v1/, feeds and linked data outside it."""

from django.urls import path

from backend.calendars import feeds
from backend.calendars.api import CalendarLinkViewSet

routes = [("calendar-links", CalendarLinkViewSet)]

pages = [
    path("calendars/conferences/<slug:slug>.ics", feeds.conference, name="conference-feed"),
    path("calendars/conferences/<slug:slug>.jsonld", feeds.conference_data, name="conference-data"),
    path("calendars/series/<uuid:pk>.ics", feeds.series, name="series-feed"),
    path("calendars/rooms/<uuid:pk>.ics", feeds.room, name="room-feed"),
    path("calendars/organisations/<slug:slug>.ics", feeds.organisation, name="organisation-feed"),
    path("calendars/private/<str:secret>.ics", feeds.private, name="private-feed"),
]
