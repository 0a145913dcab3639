"""Why a programme is not printed."""

from backend.core.errors import DomainError
from backend.core.text import say


class NotPrintable(DomainError):
    """It is larger than anything that is printed; asking again does not help."""

    slug = "not-printable"
    title = say(
        vi="Chương trình quá lớn, không in được.",
        en="The programme is too large to be printed.",
    )


class NotPrinted(DomainError):
    """Printing took too long or too much memory and was stopped; nothing is left behind."""

    status = 503
    slug = "not-printed"
    title = say(
        vi="Không in xong trong thời gian cho phép. Hãy thử lại sau.",
        en="Printing did not end in the time there is for it. Try again later.",
    )

    def __init__(self) -> None:
        super().__init__(retry_after=60)
