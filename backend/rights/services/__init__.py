"""What is done about people's rights to their data."""

from backend.rights.services.erasing import erase, erase_now, hindrances

__all__ = ["erase", "erase_now", "hindrances"]
