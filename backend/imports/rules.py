"""Who hands in lists of people: who keeps the people of the organisation, and runs the guest list that is filled."""

from typing import Any

from backend.conferences.rules import organises
from backend.core.permissions import Rules, predicate, signed_in
from backend.imports.models import Import, ImportRow
from backend.imports.queries import KEEPERS, keeps_people_of
from backend.invitations.models import InvitationList
from backend.people.models import Organisation
from backend.people.queries import has_role


@predicate
def keeps_people(account: Any, row: Import | ImportRow | Organisation | None) -> bool:
    if row is None:
        return has_role(account, *KEEPERS)
    if isinstance(row, ImportRow):
        row = row.imported
    return keeps_people_of(account, row.pk if isinstance(row, Organisation) else row.organisation_id)


@predicate
def fills_the_list(account: Any, row: Import | ImportRow | Organisation | InvitationList | None) -> bool:
    """Who may put people on the list, where there is one."""
    if isinstance(row, ImportRow):
        row = row.imported
    filled = row.list if isinstance(row, Import) else row
    return not isinstance(filled, InvitationList) or bool(organises.test(account, filled))


hands_in = keeps_people & fills_the_list
IMPORTS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": hands_in,
    "commit": hands_in,
    "destroy": keeps_people,
    "form": signed_in,
}
ROWS: Rules = {"list": signed_in, "retrieve": signed_in, "decide": hands_in}
