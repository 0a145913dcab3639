"""What cannot be printed, asked by floors that stand below the one that prints."""

from collections.abc import Callable

Judge = Callable[[str], str]
_JUDGES: list[Judge] = []


def judges_print(judge: Judge) -> Judge:
    """Decorator for the function of the floor that prints: which letters of a text it cannot. Registering happens once,
    when the app's `ready` imports the module."""
    if judge not in _JUDGES:
        _JUDGES.append(judge)
    return judge


def unprintable(text: str) -> str:
    """The letters of the text that badges and letters leave blank; "" for what is printed as it stands."""
    return "".join(judge(text) for judge in _JUDGES)
