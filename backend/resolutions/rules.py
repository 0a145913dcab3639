"""Who may put texts and polls before a conference, hold the gavel, and vote."""

from typing import Any

from backend.conferences.models import Conference
from backend.conferences.queries import lead_organisation_id
from backend.conferences.rules import chairs, keeps_the_record, organises
from backend.core.permissions import Rules, predicate, signed_in
from backend.people.queries import has_role
from backend.resolutions.models import Amendment, Authorisation, Poll
from backend.resolutions.queries import has_a_say, is_teller, sponsors
from backend.resolutions.states import PollState


@predicate
def votes_in_person(account: Any, row: Any) -> bool:
    """Somebody who is a person on record; whether they are on the roll is asked when they cast."""
    return bool(account.is_authenticated and account.person_id)


@predicate
def may_see_the_roll(account: Any, row: Any) -> bool:
    """Named choices are for those who organise or audit the conference, once the result is declared or
    the poll annulled."""
    if row is None:
        return bool(account.is_authenticated)
    if not isinstance(row, Poll) or row.state not in {PollState.DECLARED, PollState.ANNULLED}:
        return False
    return organises.test(account, row) or _audits(account, row)


def _audits(account: Any, poll: Poll) -> bool:
    lead = lead_organisation_id(poll.conference)
    return lead is not None and has_role(account, "auditor", organisation_id=lead)


@predicate
def may_move_and_support(account: Any, row: Any) -> bool:
    """Delegates and staff who have a seat at the row's conference."""
    if not account.is_authenticated or account.person_id is None:
        return False
    return row is None or has_a_say(account.person_id, row.conference_id)


@predicate
def moved_it(account: Any, row: Any) -> bool:
    """The mover of this amendment."""
    if not account.is_authenticated or account.person_id is None:
        return False
    return row is None or (isinstance(row, Amendment) and row.mover_id == account.person_id)


@predicate
def sponsors_the_text(account: Any, row: Any) -> bool:
    """A sponsor of the resolution that this amendment is to."""
    if not account.is_authenticated or account.person_id is None:
        return False
    return row is None or (isinstance(row, Amendment) and sponsors(account.person_id, row.resolution))


@predicate
def counts(account: Any, row: Any) -> bool:
    """A teller of this poll, by the person the account belongs to."""
    if not account.is_authenticated or account.person_id is None:
        return False
    return row is None or (isinstance(row, Poll) and is_teller(row.pk, account.person_id))


@predicate
def has_a_seat(account: Any, row: Any) -> bool:
    """A delegate or staff with a seat at this conference."""
    if not account.is_authenticated or account.person_id is None:
        return False
    return row is None or (isinstance(row, Conference) and has_a_say(account.person_id, row.pk))


@predicate
def gave_it(account: Any, row: Any) -> bool:
    """The holder whose votes this authorisation lets somebody cast."""
    if not account.is_authenticated or account.person_id is None:
        return False
    return row is None or (isinstance(row, Authorisation) and row.holder.person_id == account.person_id)


staff = organises | keeps_the_record
gavel = chairs | staff
draws_lots = chairs | counts

RESOLUTIONS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": staff,
    "partial_update": staff,
    "table": staff,
    "untable": staff,
    "withdraw": staff,
    "refer": gavel,
    "decide": gavel,
    "agree": gavel,
    "issue": staff,
    "file": signed_in,
    "versions": signed_in,
    "compare": signed_in,
    "share": staff,
    "support": signed_in,
    "back": may_move_and_support | staff,
    "take_back": may_move_and_support | staff,
    "amending": signed_in,
    "reorder": gavel,
    "merge": gavel,
}
AMENDMENTS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": may_move_and_support | staff,
    "support": signed_in,
    "back": may_move_and_support | staff,
    "take_back": may_move_and_support | staff,
    "submit": moved_it | staff,
    "withdraw": moved_it | staff,
    "accept": sponsors_the_text | staff,
    "decide": gavel,
}
COMMENTS: Rules = {"list": signed_in, "retrieve": signed_in, "create": votes_in_person, "respond": staff}
PROCEDURES: Rules = {"list": signed_in, "retrieve": signed_in, "create": staff}
ELECTIONS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": staff,
    "partial_update": staff,
    "withdraw_candidate": gavel,
    "run_off": gavel,
    "close": gavel,
    "abandon": gavel,
}
POLLS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": staff,
    "partial_update": staff,
    "appoint": staff,
    "tellers": signed_in,
    "draw_key": counts,
    "test_key": counts,
    "open": gavel,
    "papers": counts | staff,
    "issue_papers": counts | staff,
    "sheets": signed_in,
    "enter_sheet": counts,
    "count": counts | gavel,
    "record": signed_in,
    "seal": gavel,
    "open_envelopes": counts,
    "recount": counts,
    "destroy_key": counts,
    "declare": gavel,
    "annul": gavel,
    "entitlement": votes_in_person,
    "evidence": signed_in,
    "roll": may_see_the_roll,
}
AUTHORISATIONS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": has_a_seat | staff,
    "take_back": gave_it | staff,
    "paper": signed_in,
    "file_paper": staff,
}
BALLOTS: Rules = {"create": votes_in_person}
QUORUMS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": gavel,
    "partial_update": gavel,
    "course": signed_in,
}
