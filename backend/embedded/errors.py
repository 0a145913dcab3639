"""The one way a start fails: with a sentence for the person at the keyboard."""

import os


def spoken(*, vi: str, en: str) -> str:
    """The sentence in the terminal's language: Vietnamese where the locale says so."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return vi if locale.startswith("vi") else en


class CannotStart(RuntimeError):
    """Nothing was left running; the text is a sentence in the terminal's language."""

    def __init__(self, *, vi: str, en: str) -> None:
        super().__init__(spoken(vi=vi, en=en))
