"""Where the public finds conferences, and calendar programs their feeds."""

from uuid import UUID

from django.conf import settings

CONFERENCES = {"vi": "/vi/hoi-nghi", "en": "/en/conferences"}


def absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def conference(language: str, slug: str) -> str:
    """The page of a public conference."""
    return absolute(f"{CONFERENCES[language]}/{slug}")


def linked_data(slug: str) -> str:
    return absolute(f"/calendars/conferences/{slug}.jsonld")


def series_feed(series_id: UUID) -> str:
    return absolute(f"/calendars/series/{series_id}.ics")


def private_feed(secret: str) -> str:
    """A link's own address: whoever knows it reads the feed."""
    return absolute(f"/calendars/private/{secret}.ics")
