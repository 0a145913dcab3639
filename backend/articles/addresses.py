"""Where the public finds things. Pages carry their language in the path, so that one address is one text."""

from backend.calendars.addresses import CONFERENCES, absolute, conference

__all__ = ["ARTICLES", "CONFERENCES", "absolute", "article", "conference", "feed"]

ARTICLES = {"vi": "/vi/bai-viet", "en": "/en/articles"}


def article(language: str, slug: str) -> str:
    return absolute(f"{ARTICLES[language]}/{slug}")


def feed(language: str, form: str) -> str:
    return absolute(f"/{language}/feed.{form}")
