"""Every operation there is, collected from the URL resolver: nobody keeps a list by hand."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Operation:
    """One method of one address. `action` and `viewset` are empty for what is no viewset."""

    method: str
    path: str
    action: str = ""
    viewset: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def addresses(
    patterns: Iterable[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[tuple[str, Any]]:
    """(path with <parameters>, view) of every address."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        else:
            yield _plain(path), pattern.callback


def _plain(path: str) -> str:
    return re.sub(r"<\w+:", "<", simplify_regex(path))


def operations(patterns: Iterable[URLPattern | URLResolver] | None = None) -> list[Operation]:
    """What the viewsets answer, method by method."""
    return [
        Operation(method.upper(), path, action, view.cls)
        for path, view in addresses(patterns)
        for method, action in getattr(view, "actions", {}).items()
        if method != "head"
    ]


def pages() -> list[str]:
    """Addresses that no viewset answers."""
    return [path for path, view in addresses() if not hasattr(view, "actions")]


def closed_methods() -> list[Operation]:
    """The methods that no viewset's address offers."""
    open_ones = {(each.method, each.path) for each in operations()}
    paths = {each.path: each.viewset for each in operations()}
    return [
        Operation(method, path, viewset=viewset)
        for path, viewset in paths.items()
        for method in METHODS
        if (method, path) not in open_ones
    ]
