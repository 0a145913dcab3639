"""Blocks, and how freshly drawn ones meet those a secretary has edited."""

from typing import Any, TypedDict

from backend.core.text import Text


class Block(TypedDict, total=False):
    """One passage. `marker` is what stands before it (1. or a)); `drawn` is, in an edited block, what the record said when it was
    last looked at. A `locked` one follows from the counted record and is never edited."""

    id: str
    kind: str
    text: Text
    sources: list[str]
    edited: bool
    locked: bool
    marker: str
    drawn: Text


class Report(TypedDict):
    """An edited passage whose record changed underneath: what the record said, and what it says now ({}: nothing)."""

    id: str
    before: Text
    after: Text


def block(kind: str, id: str, text: Text, *sources: str, marker: str = "", locked: bool = False) -> Block:
    made = Block(id=id, kind=kind, text=text, sources=list(sources), edited=False, locked=locked)
    if marker:
        made["marker"] = marker
    return made


def compose(vi: str, en: str, **parts: Text) -> Text:
    """The two templates filled with `parts`: Vietnamese always, English only where every part has it."""
    text = {"vi": vi.format(**{name: part.get("vi", "") for name, part in parts.items()})}
    if all(part.get("en") for part in parts.values()):
        text["en"] = en.format(**{name: part["en"] for name, part in parts.items()})
    return text


def same(words: Any) -> Text:
    """A name or number, which reads alike in both languages."""
    return {"vi": str(words), "en": str(words)}


def joined(parts: list[Text], separator: str = ", ") -> Text:
    """The parts in a row; English only when each of them has it; {} when there are none."""
    if not parts:
        return {}
    text = {"vi": separator.join(part.get("vi", "") for part in parts)}
    if all(part.get("en") for part in parts):
        text["en"] = separator.join(part["en"] for part in parts)
    return text


def ended(text: Text, mark: str = ".") -> Text:
    """`text` closed by `mark` unless it already ends a sentence."""
    return {
        code: words if words.rstrip("”\"'").endswith((".", "!", "?", "…", ":", ";")) else words + mark
        for code, words in text.items()
    }


def open_ended(text: Text) -> Text:
    """`text` without the full stop that closes it, so that more can follow."""
    return {code: words.rstrip().removesuffix(".") for code, words in text.items()}


def merge(old: list[Block], fresh: list[Block]) -> tuple[list[Block], list[Report]]:
    """`fresh` with the edited passages of `old` kept, and a report on those whose record changed underneath.

    An edited passage that the record no longer yields, or that was added by hand, stays after its old neighbour. What is
    locked now is as freshly drawn: where a blank had been filled by hand, the record's own figure takes its place.
    """
    edited = {made["id"]: made for made in old if made["edited"]}
    reports: list[Report] = []
    merged: list[Block] = []
    for made in fresh:
        kept = edited.pop(made["id"], None)
        if kept is None:
            merged.append(made)
            continue
        before = kept.get("drawn", {})
        if before != made["text"]:
            reports.append(Report(id=made["id"], before=before, after=made["text"]))
        if made["locked"]:
            merged.append(made)
            continue
        merged.append(Block(**{**made, "text": kept["text"], "edited": True, "drawn": made["text"]}))
    for index, made in enumerate(old):
        if made["id"] not in edited:
            continue
        if before := made.get("drawn", {}):
            reports.append(Report(id=made["id"], before=before, after={}))
        places = {placed["id"]: place for place, placed in enumerate(merged)}
        neighbour = next((places[other["id"]] for other in reversed(old[:index]) if other["id"] in places), -1)
        merged.insert(neighbour + 1, Block(**{**made, "drawn": {}}))
    return merged, reports
