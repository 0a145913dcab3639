"""The words of PDFs, read beside the worker: a hostile one can neither stop it nor take its memory."""

import hashlib
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from backend.rights.pdf_program import ALL, LENGTH

#: Longer texts are not remembered.
_SHORT = 20_000


class PdfTexts:
    """Within `with`, reads one PDF after the other. `unread` counts those that could not be read, or not to the end:
    encrypted, broken, or too much."""

    def __init__(self) -> None:
        self.unread = 0
        self._program: subprocess.Popen[bytes] | None = None
        # The same letter is kept by itself and in the mail it went out with.
        self._read: dict[bytes, tuple[str, bool]] = {}

    def __enter__(self) -> "PdfTexts":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def text_of(self, pdf: bytes) -> str:
        digest = hashlib.sha256(pdf).digest()
        found = self._read.get(digest)
        if found is None:
            found = self._asked(pdf)
            if len(found[0]) <= _SHORT:
                self._read[digest] = found
        text, whole = found
        self.unread += not whole
        return text

    def _asked(self, pdf: bytes) -> tuple[str, bool]:
        if self._program is None:
            self._program = subprocess.Popen(  # noqa: S603 -- our own file, by our own interpreter
                [sys.executable, "-I", str(Path(__file__).with_name("pdf_program.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        asked, answered = self._program.stdin, self._program.stdout
        assert asked is not None
        assert answered is not None
        with suppress(BrokenPipeError):
            asked.write(len(pdf).to_bytes(LENGTH, "big") + pdf)
            asked.flush()
        head = answered.read(1 + LENGTH)
        if len(head) <= LENGTH:  # it died of this one
            self._end()
            return "", False
        text = answered.read(int.from_bytes(head[1:], "big"))
        return text.decode(), head[:1] == ALL

    def _end(self) -> None:
        if self._program is not None:
            self._program.kill()
            with suppress(BrokenPipeError):
                self._program.communicate()
            self._program = None
