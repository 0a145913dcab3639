"""The one way a start fails: with a sentence for the person at the keyboard."""

import os


class CannotStart(RuntimeError):
    """Nothing was left running. Its text is in the terminal's language: Vietnamese where the locale says so."""

    def __init__(self, *, vi: str, en: str) -> None:
        locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
        super().__init__(vi if locale.startswith("vi") else en)
