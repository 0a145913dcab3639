"""Where the public finds things. Pages carry their language in the path, so that one address is one text."""

from django.conf import settings

ARTICLES = {"vi": "/vi/bai-viet", "en": "/en/articles"}
CONFERENCES = {"vi": "/vi/hoi-nghi", "en": "/en/conferences"}


def absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def article(language: str, slug: str) -> str:
    return absolute(f"{ARTICLES[language]}/{slug}")


def conference(language: str, slug: str) -> str:
    return absolute(f"{CONFERENCES[language]}/{slug}")


def feed(language: str, form: str) -> str:
    return absolute(f"/{language}/feed.{form}")
