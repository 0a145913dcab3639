"""Whatever a person's copy says has a name, in Vietnamese and in English."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

import backend
from backend.core.shown import Nobody
from backend.core.text import both
from backend.people.models import RoleGrant
from backend.privacy.holdings import holding_of
from backend.rights import labels
from backend.rights.models import DataRequest
from backend.rights.services.exporting import _chosen

HOLDINGS = sorted(Path(backend.__file__).parent.glob("*/holdings.py"))
HOLDINGS += [Path(backend.__file__).parent / "privacy" / name for name in ("below.py", "ledgers.py")]


def told(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """The types and the members that functions named `rows` tell of."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef) or function.name != "rows":
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "values":
                yield from (("member", each.value.replace("__", "_")) for each in node.args)  # type: ignore[attr-defined]
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant):
                        plain = isinstance(value, ast.Constant)
                        if key.value != "type":
                            yield "member", str(key.value).replace("__", "_")
                        elif plain:
                            yield "type", value.value  # type: ignore[attr-defined]


def test_every_type_and_every_member_has_a_name() -> None:
    found = {each for path in HOLDINGS for each in told(ast.parse(path.read_text()))}
    assert len(found) > 100
    found.discard(("member", "pk"))  # of a row asked about, never told
    missing = {
        (sort, name) for sort, name in found if name not in {"type": labels.TYPES, "member": labels.MEMBERS}[sort]
    }
    assert not missing
    for names in (labels.TYPES, labels.MEMBERS, labels.VALUES, labels.RESOURCES):
        assert all(both(said)["vi"] and both(said)["en"] for said in names.values())


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, type]]:
    for each in patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, path)
        elif hasattr(each.callback, "cls"):
            yield path, each.callback.cls


def test_everything_that_can_be_looked_at_has_a_name() -> None:
    looked = {
        path.removeprefix("api/v1/").replace("^", "").partition("/")[0].partition("$")[0].replace("-", "_")
        for path, view in routes(get_resolver().url_patterns)
        if getattr(view, "shows", None) and not isinstance(view.shows, Nobody)  # type: ignore[attr-defined]
    }
    assert {each.partition("(")[0].partition("\\")[0] for each in looked} - labels.RESOURCES.keys() == set()


@pytest.mark.parametrize("model", [DataRequest, RoleGrant])
def test_choices_are_told_in_words(model: type) -> None:
    each = holding_of(model)
    assert each is not None
    for field in model._meta.fields:  # type: ignore[attr-defined]
        for value, _ in field.choices or ():
            assert _chosen(each, field.name, value) not in {"", value}
