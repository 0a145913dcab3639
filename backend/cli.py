"""The command `plenum`: runs the product, its single programs, and what an operator does by hand.

Every sub-command finds its servers alike: DATABASE_URL and REDIS_URL where they are set, else those kept in var/
(used when they run, started for the length of the command when not).
"""

import argparse
import contextlib
import datetime as dt
import getpass
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from backend.embedded import (
    ROOT,
    CannotStart,
    api_is_ready,
    commands,
    environment,
    require_free,
    running_stack,
    servers,
    spoken,
)

#: What the API promises (OpenAPI) and what webhooks carry (AsyncAPI), as last agreed upon.
SNAPSHOTS = {"api": ROOT / "tests" / "schema.v1.yaml", "events": ROOT / "tests" / "events.v1.yaml"}


def data_folder() -> Path:
    return Path(os.environ.get("PLENUM_DATA_DIR") or ROOT / "var")


def up(arguments: argparse.Namespace) -> int:
    """Serves until Ctrl-C; ends by itself only when one of its programs does."""
    running = running_stack(data_folder(), port=arguments.port, to_terminal=True)
    with contextlib.suppress(KeyboardInterrupt), running as stack:
        print(
            spoken(
                vi=f"\nPlenum chạy tại {stack.base_url} — tài liệu API: {stack.base_url}/api/docs. Dừng bằng Ctrl-C.\n"
                "Tài khoản quản trị đầu tiên, ở cửa sổ khác: .venv/bin/plenum admin create --email …\n",
                en=f"\nPlenum answers on {stack.base_url} — API docs: {stack.base_url}/api/docs. Ctrl-C stops it.\n"
                "The first administrator, in another terminal: .venv/bin/plenum admin create --email …\n",
            ),
            flush=True,
        )
        while True:
            stack.processes.require_all()
            time.sleep(0.5)
    return 0


def port_number(said: str) -> int:
    """A port of 127.0.0.1 anybody may listen on."""
    if not said.isdecimal() or not 1 <= int(said) <= 65535:
        raise argparse.ArgumentTypeError(
            spoken(vi=f"{said!r} không phải là cổng (1–65535).", en=f"{said!r} is no port (1 to 65535).")
        )
    return int(said)


def demo(arguments: argparse.Namespace) -> int:
    from backend.demo import main

    require_free(arguments.port)
    os.environ["PORT"] = str(arguments.port)
    return main(once=arguments.once, fresh=arguments.fresh)


def run(arguments: argparse.Namespace) -> int:
    """Becomes one program of the Procfile: what a container does."""
    os.chdir(ROOT)
    os.environ.setdefault("PLENUM_DATA_DIR", str(data_folder()))
    os.environ.setdefault("PORT", "8000")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.execv("/bin/sh", ["sh", "-c", f"exec {commands()[arguments.name]}"])


def alive(arguments: argparse.Namespace) -> int:
    """A container's health check: the API is asked, the others need PostgreSQL and Redis, the relay must keep up."""
    import psycopg
    import redis

    if arguments.name == "api":
        return 0 if api_is_ready(os.environ) else 1
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        return _refused("DATABASE_URL and REDIS_URL must name the servers to ask.")
    late = (
        "SELECT EXISTS (SELECT FROM outbox_event WHERE position IS NULL AND recorded_at < now() - interval '2 minutes')"
    )
    try:
        with redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=3) as queue:
            queue.ping()
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=3) as database:
            row = database.execute(late).fetchone()
    except (redis.RedisError, psycopg.Error) as error:
        return _refused(f"{type(error).__name__}: {error}")
    return 1 if arguments.name == "relay" and row and row[0] else 0


def admin_create(arguments: argparse.Namespace) -> int:
    """Makes an account that may do everything, everywhere. The password is asked for, or read from one line of stdin."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from backend.mail.mailbox import InvalidAddress, deliverable_email
    from backend.people.models import Account, Role, RoleGrant

    try:
        email = deliverable_email(arguments.email)
    except InvalidAddress:
        return _refused(spoken(vi="Không gửi thư tới địa chỉ này được.", en="No letter can be sent to this address."))
    secret = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    account = Account(email=email)
    try:
        validate_password(secret, account)
        account.set_password(secret)
        account.validate_unique()
    except ValidationError as error:
        return _refused(" ".join(error.messages))
    with transaction.atomic():
        account.save()
        RoleGrant.objects.create(account=account, role=Role.ADMINISTRATOR, organisation=None)
    print(spoken(vi=f"Đã tạo tài khoản quản trị {email}.", en=f"Administrator {email} created."))
    return 0


def simulate(arguments: argparse.Namespace) -> int:
    """Writes a synthetic year of conferences, the same for the same arguments: for benchmarks and demonstrations.

    It wants a database without a real record. What lies before --seen-from was held; by default that is today, or the
    first day of a year to come. Interrupted, it goes on when it is started again.
    """
    from backend.simulation import command

    plan = command.planned(
        year=arguments.year,
        conferences=arguments.conferences,
        rooms=arguments.rooms,
        seed=arguments.seed,
        seen_from=arguments.seen_from,
    )
    print(command.described(plan), flush=True)
    with _kept_tables():
        return command.write(plan, beside=arguments.beside)


def whole_number(said: str) -> int:
    try:
        return int(said)
    except ValueError:
        raise argparse.ArgumentTypeError(
            spoken(vi=f"{said!r} không phải là số nguyên.", en=f"{said!r} is no whole number.")
        ) from None


def day(said: str) -> dt.date:
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        raise argparse.ArgumentTypeError(
            spoken(vi=f"{said!r} không phải là ngày (NĂM-THÁNG-NGÀY).", en=f"{said!r} is no day (YEAR-MONTH-DAY).")
        ) from None


def audit_verify(arguments: argparse.Namespace) -> int:
    """Walks the hash chain of all events and the digests of all released programmes; exit code 1 when one of them does
    not hold."""
    from backend.conferences.models import Release
    from backend.conferences.queries import broken_releases
    from backend.outbox.audit import verify_chain

    report = verify_chain()
    if report.broken_at is not None:
        return _refused(
            spoken(
                vi=f"Chuỗi đứt tại sự kiện số {report.broken_at}; {report.checked} sự kiện trước đó nguyên vẹn.",
                en=f"The chain breaks at event {report.broken_at}; the {report.checked} before it are intact.",
            )
        )
    if (broken := next(broken_releases(), None)) is not None:
        return _refused(
            spoken(
                vi=f"Chương trình phát hành lần {broken.number} của hội nghị {broken.conference_id} không còn như lúc "
                "phát hành.",
                en=f"Release {broken.number} of the programme of conference {broken.conference_id} is not what was "
                "released.",
            )
        )
    programmes = Release.objects.count()
    print(
        spoken(
            vi=f"{report.checked} sự kiện nguyên vẹn. Mã cuối: {report.last_hash}",
            en=f"{report.checked} events intact. Last hash: {report.last_hash}",
        )
    )
    if programmes:
        print(
            spoken(
                vi=f"Chương trình phát hành nguyên vẹn: {programmes}.", en=f"Released programmes intact: {programmes}."
            )
        )
    return 0


def schema(arguments: argparse.Namespace) -> int:
    """Writes the snapshots of OpenAPI and AsyncAPI, or with --check says whether they are still true."""
    from django.core.management import CommandError, call_command

    from backend.outbox.asyncapi import written

    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "schema.yaml"
        try:
            call_command("spectacular", file=str(fresh), validate=True, fail_on_warn=True)
        except CommandError as error:
            return _refused(f"The API does not describe itself without doubts (see above): {error}")
        said = {"api": fresh.read_bytes(), "events": written().encode()}
    for name, snapshot in SNAPSHOTS.items():
        if not arguments.check:
            snapshot.write_bytes(said[name])
        elif not snapshot.exists() or snapshot.read_bytes() != said[name]:
            return _refused(f"{snapshot.relative_to(ROOT)} is not true any more: run `make schema`, review the diff.")
    return 0


def migrations(arguments: argparse.Namespace) -> int:
    """Writes migrations for changed models, or with --check fails when there would be some."""
    return django(["makemigrations", *(["--check", "--dry-run"] if arguments.check else [])])


def types(arguments: argparse.Namespace) -> int:
    """mypy; its Django plugin reads the settings, so it needs an environment as well."""
    line = [sys.executable, "-m", "mypy", "backend", "workers"]
    return subprocess.run(line, cwd=ROOT, env=os.environ, check=False).returncode


def django(words: list[str]) -> int:
    """Any of Django's own commands: migrate, shell, dbshell …"""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["plenum", *words])
    return 0


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


@contextlib.contextmanager
def _settings(var: Path, *, durable: bool = True) -> Iterator[None]:
    """Servers, their addresses in the environment, and Django made ready for the command in the block."""
    with servers(var, durable=durable, join=True) as addresses:
        os.environ.update(environment(var, given=addresses))
        import django as framework

        framework.setup()
        yield


@contextlib.contextmanager
def _throwaway_settings() -> Iterator[None]:
    """As `_settings`, on empty servers that leave nothing behind: for checks of the code."""
    with tempfile.TemporaryDirectory(prefix="plenum-") as folder, _settings(Path(folder) / "var", durable=False):
        yield


@contextlib.contextmanager
def _kept_settings() -> Iterator[None]:
    with _settings(data_folder()):
        yield


@contextlib.contextmanager
def _kept_tables() -> Iterator[None]:
    """As `_kept_settings`, for commands that make no sense before the tables are there."""
    with _kept_settings():
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CannotStart(
                vi="Các bảng dữ liệu chưa có hoặc chưa mới. Hãy chạy trước: plenum migrate",
                en="The tables are missing or out of date. Run this first: plenum migrate",
            )
        yield


Command = Callable[[argparse.Namespace], int]
Surroundings = Callable[[], contextlib.AbstractContextManager[None]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="plenum", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.epilog = "Any other word is a command of Django's: plenum migrate, plenum shell, plenum dbshell …"
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    def verb(
        name: str, command: Command, text: str, around: Surroundings = contextlib.nullcontext
    ) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=text, description=command.__doc__)
        made.set_defaults(command=command, around=around)
        return made

    port = os.environ.get("PORT") or "8000"
    verb("up", up, "run the product on servers kept in var/").add_argument("--port", type=port_number, default=port)
    shown = verb("demo", demo, "run a whole conference, from announcement to recap")
    shown.add_argument("--port", type=port_number, default=port)
    shown.add_argument("--once", action="store_true", default=os.environ.get("ONCE", "") not in ("", "0"))
    shown.add_argument("--fresh", action="store_true", default=os.environ.get("FRESH", "") not in ("", "0"))
    verb("run", run, "become one program of the Procfile").add_argument("name", choices=sorted(commands()))
    verb("alive", alive, "say whether a program can do its work").add_argument("name", choices=sorted(commands()))
    admin = verb("admin", admin_create, "admin create --email you@example.org", _kept_tables)
    admin.add_argument("verb", choices=["create"])
    admin.add_argument("--email", required=True)
    verb(
        "audit", audit_verify, "audit verify: check the hash chain and the released programmes", _kept_tables
    ).add_argument("verb", choices=["verify"])
    year = verb("simulate", simulate, "simulate year: write a synthetic year of conferences")
    year.add_argument("what", choices=["year"])
    year.add_argument("--conferences", type=whole_number, default=2000)
    year.add_argument("--rooms", type=whole_number, default=230)
    year.add_argument("--seed", type=whole_number, default=7)
    year.add_argument("--year", type=whole_number, help="default: next year")
    year.add_argument("--seen-from", type=day, metavar="DAY", help="what lies before was held")
    year.add_argument("--beside", action="store_true", help="although the database holds a real record")
    for name, command, text in (
        ("schema", schema, "write the OpenAPI snapshot (--check: compare)"),
        ("migrations", migrations, "write migrations (--check: fail when some are missing)"),
    ):
        verb(name, command, text, _throwaway_settings).add_argument("--check", action="store_true")
    verb("types", types, "check the types", _throwaway_settings)
    return parser


def main(words: list[str] | None = None) -> int:
    """Runs one command; what cannot start says so in one sentence, and Ctrl-C ends quietly."""
    words = sys.argv[1:] if words is None else words
    parser = _parser()
    known = next(action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    try:
        if words and not words[0].startswith("-") and words[0] not in known:
            with _kept_settings():
                return django(words)
        arguments = parser.parse_args(words)
        with arguments.around():
            return int(arguments.command(arguments))
    except CannotStart as refusal:
        return _refused(str(refusal))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
