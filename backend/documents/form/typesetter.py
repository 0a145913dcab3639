"""Sets one job with Typst. Also a program of its own that knows nothing of the house: a job as JSON comes in, the PDF
goes out, and what takes too long or too much memory dies alone.
"""

import json
import resource
import sys
from functools import cache
from typing import Any

import typst


def typeset(job: dict[str, Any]) -> bytes:
    """PDF/A-2b with every glyph inside, the same on every machine: no font of the system is looked at.

    The template finds its data in `sys.inputs.data`, so nothing in the data can act as markup.
    """
    made: bytes = typst.compile(
        job["template"].encode(),
        format="pdf",
        sys_inputs={"data": json.dumps(job["data"], ensure_ascii=False)},
        font_paths=_fonts(job["fonts"]),
        pdf_standards="a-2b",
        timestamp=job["timestamp"],
    )
    return made


@cache
def _fonts(folder: str) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _main() -> None:
    job = json.load(sys.stdin.buffer)
    # CPU time too: nobody is left to stop it when whoever started it has been killed.
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (job["bytes"], job["bytes"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(typeset(job))


if __name__ == "__main__":
    _main()
