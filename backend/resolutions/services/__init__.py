"""What a conference does to decide."""

from backend.resolutions.services.ballots import cast
from backend.resolutions.services.polls import annul, close_due, conclude, count, declare, draft_poll, open_poll, seal
from backend.resolutions.services.resolutions import decide_without_count, draft, edit, table, withdraw

__all__ = [
    "annul",
    "cast",
    "close_due",
    "conclude",
    "count",
    "decide_without_count",
    "declare",
    "draft",
    "draft_poll",
    "edit",
    "open_poll",
    "seal",
    "table",
    "withdraw",
]
