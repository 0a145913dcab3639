"""What kinds of long work there are. A floor above defines one by its step; nothing else can be begun.

    @step("badges.print", vi="In thẻ đại biểu", en="Badges")
    def print_some(job: Job) -> Chunk:
        …does the rows from job.position on, in about a second…
        return Chunk(done=50, next=job.position + 50)

The module is imported by its app's `ready`, so that API and workers know it. A step runs in the transaction of its
delivery with the job locked: what it wrote and how far the job is are committed together, or neither. It must leave
nothing outside that transaction. A DomainError it raises ends the job with that sentence; any other error is tried
again by the ladder of the outbox.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backend.core.text import Text

if TYPE_CHECKING:
    from backend.jobs.models import Job


@dataclass(frozen=True, kw_only=True)
class RowError:
    """What is wrong with one row, without the values in it: errors are read by more people than the rows are. `reason`
    is a sentence made by `say`, or one written out in every language."""

    row: int
    column: str = ""
    reason: Any


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """What one step came to: how much more is `done`, and where the `next` one begins (None: that was the last one).

    `total` corrects how much there is in all; `result` is added to the job's. A `refusal` ends the job as failed with
    that sentence, like a DomainError, but keeps what the step wrote.
    """

    done: int
    next: int | None
    total: int | None = None
    errors: Sequence[RowError] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    refusal: Any = None


Step = Callable[["Job"], Chunk]


@dataclass(frozen=True, kw_only=True)
class Kind:
    name: str
    title: Text
    step: Step


_kinds: dict[str, Kind] = {}


def step(name: str, *, vi: str, en: str) -> Callable[[Step], Step]:
    """Function decorator: this is how one chunk of the work `name` is done, and what people call the work."""

    def register(function: Step) -> Step:
        known = _kinds.get(name)
        if known and known.step.__qualname__ != function.__qualname__:
            raise ValueError(f"{name} is defined twice")
        _kinds[name] = Kind(name=name, title={"vi": vi, "en": en}, step=function)
        return function

    return register


def kind_of(name: str) -> Kind:
    """Raises LookupError for a kind this release does not know."""
    return _kinds[name]


def title_of(name: str) -> Text:
    """What people call the work; its name where this release does not know it."""
    known = _kinds.get(name)
    return known.title if known else {"vi": name}
