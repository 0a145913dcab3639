"""How far long work is: bars on a terminal; in a pipe, a log or a house without `rich`, plain lines."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

#: Told by the work: the step, how much of it is done, and of how much.
Tell = Callable[[str, int, int], None]
Label = Callable[[str], str]


@contextlib.contextmanager
def shown(label: Label, *, parts: int) -> Iterator[Tell]:
    """Bars where standard output is a terminal and rich is installed, else `parts` lines a step."""
    try:
        from rich.console import Console
    except ImportError:  # rich is not needed to serve, so it is not in the image
        yield lines(label, print, parts=parts)
        return
    console = Console()
    if console.is_terminal:
        with bars(console, label) as tell:
            yield tell
    else:
        yield lines(label, print, parts=parts)


@contextlib.contextmanager
def bars(console: "Console", label: Label) -> Iterator[Tell]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def move(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(label(step), total=total)
            progress.update(tasks[step], completed=done, total=max(total, 1))

        yield move


def lines(label: Label, write: Callable[[str], object], *, parts: int = 1) -> Tell:
    """One line whenever a further one of `parts` equal parts of a step is done; each line once."""
    reached: dict[str, int] = {}

    def tell(step: str, done: int, total: int) -> None:
        part = parts if done >= total else done * parts // total
        if part > reached.get(step, 0):
            reached[step] = part
            write(f"{label(step):<44} {done}/{total}")

    return tell
