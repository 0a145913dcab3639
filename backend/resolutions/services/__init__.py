"""What a conference does to decide."""

from backend.resolutions.services.ballots import cast
from backend.resolutions.services.issuing import issue
from backend.resolutions.services.polls import annul, close_due, conclude, count, declare, draft_poll, open_poll, seal
from backend.resolutions.services.quorums import edit_quorum, set_quorum, watch_quorums
from backend.resolutions.services.resolutions import agree, decide_without_count, refer, table, withdraw
from backend.resolutions.services.texts import draft, edit

__all__ = [
    "agree",
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
    "edit_quorum",
    "issue",
    "open_poll",
    "refer",
    "seal",
    "set_quorum",
    "table",
    "watch_quorums",
    "withdraw",
]
