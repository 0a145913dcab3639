"""Who may read documents and keep the register of numbers."""

from typing import Any

from backend.core.permissions import Rules, predicate, signed_in
from backend.documents.models import OfficialNumber
from backend.documents.queries import WORKING_ROLES
from backend.people.queries import has_role


@predicate
def reads_register(account: Any, row: OfficialNumber | None) -> bool:
    return has_role(account, *WORKING_ROLES, organisation_id=row.series.organisation_id if row else None)


@predicate
def keeps_register(account: Any, row: OfficialNumber | None) -> bool:
    return has_role(account, "secretary", "organiser", organisation_id=row.series.organisation_id if row else None)


#: Which documents there are for an account is a matter of the query; whoever sees one may read it.
DOCUMENTS: Rules = {"list": signed_in, "retrieve": signed_in, "content": signed_in}
OFFICIAL_NUMBERS: Rules = {"list": reads_register, "retrieve": reads_register, "void": keeps_register}
