"""What a conference does to decide."""

from backend.resolutions.services.amendments import (
    accept,
    decide_amendment,
    merge_amendments,
    move,
    put_in_order,
    submit,
    withdraw_amendment,
)
from backend.resolutions.services.backing import Backer, back, ensure_a_say, take_back
from backend.resolutions.services.ballots import cast
from backend.resolutions.services.comments import comment, respond, set_procedure
from backend.resolutions.services.custody import appoint, destroy_key, draw_key, end_complaints, test_key
from backend.resolutions.services.drafting import draft_poll, edit_poll
from backend.resolutions.services.elections import (
    abandon_election,
    close_election,
    draft_election,
    edit_election,
    run_off,
    withdraw_candidate,
)
from backend.resolutions.services.issuing import issue
from backend.resolutions.services.letters import mail_root
from backend.resolutions.services.papers import issue_papers
from backend.resolutions.services.polls import close_due, count, count_sheets, open_poll, seal
from backend.resolutions.services.proxies import authorise, file_paper, take_back_votes
from backend.resolutions.services.quorums import edit_quorum, set_quorum, watch_quorums
from backend.resolutions.services.resolutions import (
    agree,
    decide_without_count,
    refer,
    share,
    table,
    untable,
    withdraw,
)
from backend.resolutions.services.results import annul, declare
from backend.resolutions.services.sheets import enter_sheet
from backend.resolutions.services.texts import draft, edit
from backend.resolutions.services.urn import open_envelopes, recount

__all__ = [
    "Backer",
    "abandon_election",
    "accept",
    "agree",
    "annul",
    "appoint",
    "authorise",
    "back",
    "cast",
    "close_due",
    "close_election",
    "comment",
    "count",
    "count_sheets",
    "decide_amendment",
    "decide_without_count",
    "declare",
    "destroy_key",
    "draft",
    "draft_election",
    "draft_poll",
    "draw_key",
    "edit",
    "edit_election",
    "edit_poll",
    "edit_quorum",
    "end_complaints",
    "ensure_a_say",
    "enter_sheet",
    "file_paper",
    "issue",
    "issue_papers",
    "mail_root",
    "merge_amendments",
    "move",
    "open_envelopes",
    "open_poll",
    "put_in_order",
    "recount",
    "refer",
    "respond",
    "run_off",
    "seal",
    "set_procedure",
    "set_quorum",
    "share",
    "submit",
    "table",
    "take_back",
    "take_back_votes",
    "test_key",
    "untable",
    "watch_quorums",
    "withdraw",
    "withdraw_amendment",
    "withdraw_candidate",
]
