"""The same statements without the product: what a request says to PostgreSQL is written down and played by pgbench.

Nothing is copied by hand: the statements are those Django logged for one real request, with the literals that differ
from request to request replaced by pgbench's variables. `:n` counts 1, 2, 3 … over all clients.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.embedded.postgres import installation


@dataclass(frozen=True, kw_only=True)
class Recording:
    """The statements of one request, transaction control included, in order.

    `literals` of the sample become what they map to; `places` are literals that each playing fills anew, by name.
    """

    statements: list[str]
    literals: dict[str, str]
    places: dict[str, str]


def statements_of(path: str, token: str, body: dict[str, object]) -> tuple[list[str], dict[str, Any]]:
    """Every statement of one POST, and the answer's JSON; raises RuntimeError when it is refused."""
    with CaptureQueriesContext(connection) as captured:
        answer = Client(headers={"authorization": f"Bearer {token}", "host": "127.0.0.1"}).post(
            path, body, content_type="application/json"
        )
    if answer.status_code not in (200, 201):
        raise RuntimeError(f"{answer.status_code}: {answer.content.decode()}")
    return [_with_dashes(query["sql"]) for query in captured.captured_queries], answer.json()


def _with_dashes(statement: str) -> str:
    """Every UUID written alike, whether the driver or Plenum wrote it."""
    return re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", lambda found: str(UUID(found[0])), statement)


def play(recording: Recording, places: Mapping[str, str], *, clients: int, transactions: int, base: int) -> float:
    """Transactions a second; raises RuntimeError when one failed."""
    replaced = {**recording.literals, **{recording.places[name]: filled for name, filled in places.items()}}
    text = script(recording.statements, replaced, each=transactions // clients, base=base)
    return run(text, clients=clients, transactions=transactions)


def script(statements: Sequence[str], replaced: Mapping[str, str], *, each: int, base: int) -> str:
    """A pgbench script of the statements with each literal of `replaced` (longest first) made what it stands for.

    `:n` is the number of the transaction among all (each client has `each`), `:i` is `base` + n. Raises ValueError
    for a literal that no statement holds: then the script would not do what the request does.
    """
    text = "\n".join(f"{statement.rstrip(';')};" for statement in statements)
    for literal in replaced:
        if literal not in text:
            raise ValueError(f"no statement holds {literal}")
    text = filled_in(text, replaced)
    return f"\\set count :count + 1\n\\set n :client_id * {each} + :count\n\\set i {base} + :n\n{text}\n"


def filled_in(text: str, replaced: Mapping[str, str]) -> str:
    """The text with each literal made what it stands for, the longest first."""
    for literal in sorted(replaced, key=len, reverse=True):
        text = text.replace(literal, replaced[literal])
    return text


def run(text: str, *, clients: int, transactions: int) -> float:
    """Transactions a second, the time to connect left out; raises RuntimeError when one failed."""
    database = settings.DATABASES["default"]
    server = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    env = {**os.environ, **{name: str(database[key]) for name, key in server.items()}}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(text)
        line = [str(installation() / "bin" / "pgbench"), "--no-vacuum", f"--file={file}", "--define=count=0"]
        line += [f"--client={clients}", "--jobs=2", f"--transactions={transactions // clients}"]
        done = subprocess.run(line, env=env, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+) \(without", done.stdout)
    if done.returncode or found is None or "aborted" in done.stderr:
        raise RuntimeError(done.stderr or done.stdout)
    return float(found[1])
