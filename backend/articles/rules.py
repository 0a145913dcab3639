"""Who may do what with an article."""

from typing import Any

from backend.core.permissions import Rules, predicate, signed_in
from backend.people.queries import has_role


@predicate
def edits_for(account: Any, organisation: Any) -> bool:
    return has_role(account, "editor", organisation_id=organisation.id if organisation else None)


@predicate
def edits(account: Any, article: Any) -> bool:
    return has_role(account, "editor", organisation_id=article.organisation_id if article else None)


@predicate
def approves(account: Any, article: Any) -> bool:
    return has_role(account, "approver", organisation_id=article.organisation_id if article else None)


#: Which articles somebody sees is queries.articles_visible_to; that the approver is a second person, services.approve.
ARTICLES: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "revisions": signed_in,
    "create": edits_for,
    "partial_update": edits,
    "submit": edits,
    "send_back": edits | approves,
    "approve": approves,
    "publish": edits | approves,
    "correct": approves,
    "retract": approves,
}
