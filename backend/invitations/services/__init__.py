"""What is done with invitations: lists are filled and sent, invitees answer, letters go out."""

from backend.invitations.services.answers import reply, reply_by_link
from backend.invitations.services.letters import mail_cancellation, mail_invitation, mail_update
from backend.invitations.services.lists import add_members, create_list, send_list
from backend.invitations.services.single import name_invitee, resend, withdraw, withdraw_all

__all__ = [
    "add_members",
    "create_list",
    "mail_cancellation",
    "mail_invitation",
    "mail_update",
    "name_invitee",
    "reply",
    "reply_by_link",
    "resend",
    "send_list",
    "withdraw",
    "withdraw_all",
]
