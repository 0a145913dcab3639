"""Who may: each viewset maps its actions to predicates; an action without an entry is refused to everybody."""

from collections.abc import Callable
from typing import Any

from rest_framework.permissions import BasePermission
from rules import predicates
from rules.predicates import Predicate

Rules = dict[str, Predicate]


def predicate(question: Callable[[Any, Any], bool]) -> Predicate:
    """A question about an account and a row (or None) that can be joined to others with &, | and ~: the library's own
    decorator, with types."""
    asked: Predicate = predicates.predicate(question)
    return asked


@predicate
def anybody(account: Any, row: Any) -> bool:
    return True


@predicate
def signed_in(account: Any, row: Any) -> bool:
    return bool(account and account.is_authenticated)


class HouseRules(BasePermission):
    """Asks view.rules[action](account, row). `row` is None before one is loaded: predicates about rows then answer
    for "could there be one?", and are asked again with the row. Tokens must also hold the scope the view needs."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return self._allowed(request, view, None)

    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        return self._allowed(request, view, obj)

    @staticmethod
    def _allowed(request: Any, view: Any, row: Any) -> bool:
        action = getattr(view, "action", None)
        if action is None:  # an unknown method: DRF answers 405
            return True
        if action == "metadata":
            return False
        rule = getattr(view, "rules", {}).get(action)
        if rule is None or not rule.test(request.user, row):
            return False
        scopes = getattr(request.auth, "scopes", None)
        if scopes is None:
            return True
        verb = "read" if request.method in {"GET", "HEAD", "OPTIONS"} else "write"
        return "*" in scopes or f"{view.scope}:{verb}" in scopes
