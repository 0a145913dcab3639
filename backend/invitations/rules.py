"""Who may run a guest list: organisers and secretaries of the organisation that leads the conference."""

from backend.conferences.rules import organises
from backend.core.permissions import Rules, anybody, signed_in

LISTS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": organises,
    "partial_update": organises,
    "members": organises,
    "send": organises,
}
INVITATIONS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "withdraw": organises,
    "withdraw_many": organises,
    "resend_many": organises,
    "remind": organises,
    "overview": signed_in,
    "resend": organises,
    "reply": organises,
    "give_name": organises,
    "letter": signed_in,
    "guest_list": signed_in,
    "print_guest_list": signed_in,
    "put_in_order": organises,
}
LETTERS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": organises,
    "partial_update": organises,
    "issue": organises,
    "file": signed_in,
}
ANSWERS: Rules = {"list": signed_in, "retrieve": signed_in}
PROPOSALS: Rules = {"list": signed_in, "retrieve": signed_in, "decline": organises, "accept": organises}
#: Asked of the invitation that the mail is said to answer.
ASSIGNING: Rules = {"assign": organises}
#: The signature in the address says who it is.
REPLIES: Rules = {"retrieve": anybody, "give_answer": anybody}
FAILURES: Rules = {"list": signed_in, "retrieve": signed_in, "retry": organises}
