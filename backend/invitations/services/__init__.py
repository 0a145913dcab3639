"""What is done with invitations: lists are filled and sent, invitees answer, letters go out."""

from backend.invitations.services.answers import answer_questions, reply, reply_by_link
from backend.invitations.services.calling_off import mail_calling_off, tell_of_calling_off
from backend.invitations.services.failures import try_again
from backend.invitations.services.formal import (
    LetterFields,
    copy_for,
    current_letter,
    draft_letter,
    edit_letter,
    goes_with,
    issue_letter,
    opened_copy,
)
from backend.invitations.services.letters import mail_cancellation, mail_invitation, mail_proposal_declined
from backend.invitations.services.lists import ListFields, add_members, create_list, edit_list, send_list
from backend.invitations.services.mailed_replies import assign_reply, take_reply
from backend.invitations.services.many import Report, Selection, remind_now, resend_many, withdraw_many
from backend.invitations.services.news import mail_news, tell_news
from backend.invitations.services.ordering import put_in_order
from backend.invitations.services.papers import (
    hand_in_by_link,
    mail_missing_papers,
    mail_paper_accepted,
    mail_paper_extended,
    mail_paper_reminder,
    mail_paper_request,
    mail_paper_returned,
)
from backend.invitations.services.postponement import mail_postponement, tell_of_postponement
from backend.invitations.services.proposals import decline_proposal, take_over_proposals
from backend.invitations.services.readdressing import follow_address, follow_bounce
from backend.invitations.services.reminders import drop_own_reminders, drop_reminders, mail_reminders, remind_invitees
from backend.invitations.services.series_calling_off import mail_series_calling_off, tell_of_series_calling_off
from backend.invitations.services.series_news import mail_series_news, tell_series_news
from backend.invitations.services.single import name_invitee, resend, withdraw, withdraw_all
from backend.invitations.services.substitutes import accept_substitute, propose_by_link, propose_substitute

__all__ = [
    "LetterFields",
    "ListFields",
    "Report",
    "Selection",
    "accept_substitute",
    "add_members",
    "answer_questions",
    "assign_reply",
    "copy_for",
    "create_list",
    "current_letter",
    "decline_proposal",
    "draft_letter",
    "drop_own_reminders",
    "drop_reminders",
    "edit_letter",
    "edit_list",
    "follow_address",
    "follow_bounce",
    "goes_with",
    "hand_in_by_link",
    "issue_letter",
    "mail_calling_off",
    "mail_cancellation",
    "mail_invitation",
    "mail_missing_papers",
    "mail_news",
    "mail_paper_accepted",
    "mail_paper_extended",
    "mail_paper_reminder",
    "mail_paper_request",
    "mail_paper_returned",
    "mail_postponement",
    "mail_proposal_declined",
    "mail_reminders",
    "mail_series_calling_off",
    "mail_series_news",
    "name_invitee",
    "opened_copy",
    "propose_by_link",
    "propose_substitute",
    "put_in_order",
    "remind_invitees",
    "remind_now",
    "reply",
    "reply_by_link",
    "resend",
    "resend_many",
    "send_list",
    "take_over_proposals",
    "take_reply",
    "tell_news",
    "tell_of_calling_off",
    "tell_of_postponement",
    "tell_of_series_calling_off",
    "tell_series_news",
    "try_again",
    "withdraw",
    "withdraw_all",
    "withdraw_many",
]
