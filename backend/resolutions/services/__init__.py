"""What a conference does to decide."""

from backend.resolutions.services.ballots import cast
from backend.resolutions.services.custody import appoint, destroy_key, draw_key, end_complaints, test_key
from backend.resolutions.services.issuing import issue
from backend.resolutions.services.letters import mail_root
from backend.resolutions.services.polls import annul, close_due, conclude, count, declare, draft_poll, open_poll, seal
from backend.resolutions.services.quorums import edit_quorum, set_quorum, watch_quorums
from backend.resolutions.services.resolutions import agree, decide_without_count, refer, table, withdraw
from backend.resolutions.services.texts import draft, edit
from backend.resolutions.services.urn import open_envelopes, recount

__all__ = [
    "agree",
    "annul",
    "appoint",
    "cast",
    "close_due",
    "conclude",
    "count",
    "decide_without_count",
    "declare",
    "destroy_key",
    "draft",
    "draft_poll",
    "draw_key",
    "edit",
    "edit_quorum",
    "end_complaints",
    "issue",
    "mail_root",
    "open_envelopes",
    "open_poll",
    "recount",
    "refer",
    "seal",
    "set_quorum",
    "table",
    "test_key",
    "watch_quorums",
    "withdraw",
]
