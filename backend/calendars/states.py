"""What a feed may be of."""

from django.db import models

from backend.core.text import say


class FeedKind(models.TextChoices):
    PERSON = "person", say(vi="lịch của tôi", en="my own calendar")
    CONFERENCE = "conference", say(vi="hội nghị", en="conference")
    SERIES = "series", say(vi="lịch họp định kỳ", en="series")
    ROOM = "room", say(vi="phòng họp", en="room")
    ORGANISATION = "organisation", say(vi="đơn vị", en="organisation")
