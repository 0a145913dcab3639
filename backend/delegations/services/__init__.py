"""What is done with delegations: units are given places, asked, reminded; they name people; what is unused goes back."""

from backend.delegations.services.deadlines import mind_deadlines
from backend.delegations.services.letters import (
    mail_brought_forward,
    mail_escalation,
    mail_extended,
    mail_reminder,
    mail_request,
)
from backend.delegations.services.lifecycle import (
    ask,
    bring_forward,
    change_delegation,
    close,
    create_delegation,
    drop_delegation,
    extend,
    remind,
    reopen,
)
from backend.delegations.services.listed import hand_in, name_listed
from backend.delegations.services.naming import (
    change_delegate,
    change_office,
    follow_withdrawal,
    name_delegate,
    remove_delegate,
    send_substitute,
    submit,
)
from backend.delegations.services.news import tell_of_calling_off, tell_of_move
from backend.delegations.services.sites import call_off_site
from backend.delegations.services.undelivered import tell_of_undelivered

__all__ = [
    "ask",
    "bring_forward",
    "call_off_site",
    "change_delegate",
    "change_delegation",
    "change_office",
    "close",
    "create_delegation",
    "drop_delegation",
    "extend",
    "follow_withdrawal",
    "hand_in",
    "mail_brought_forward",
    "mail_escalation",
    "mail_extended",
    "mail_reminder",
    "mail_request",
    "mind_deadlines",
    "name_delegate",
    "name_listed",
    "remind",
    "remove_delegate",
    "reopen",
    "send_substitute",
    "submit",
    "tell_of_calling_off",
    "tell_of_move",
    "tell_of_undelivered",
]
