"""Runs the journey with progress bars, prints what happened, and keeps serving."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from backend.demo.catchers import MailCatcher, WebhookCatcher
from backend.embedded import Stack, forget, running_stack, some_free_port
from backend.embedded.stack import kept_secret

STEPS = {
    "load": "Năm hồ sơ đầu tiên / five records",
    "schedule": "Lập chương trình / schedule",
    "invite": "Giấy mời / invitations received",
    "reply": "Trả lời / replies",
    "register": "Đăng ký / registrations",
    "promote": "Danh sách chờ / waiting list",
    "confirm": "Thư xác nhận / confirmations",
    "check in": "Điểm danh / check-in",
    "vote": "Biểu quyết / ballots",
    "count": "Kiểm phiếu / count",
    "conclude": "Kết quả / conclusion",
    "draft minutes": "Biên bản / minutes",
    "draft article": "Tin / article",
    "publish": "Đăng / published",
    "settle": "Việc nền / deliveries settled",
}


def main(*, once: bool, fresh: bool) -> int:
    """Starts everything, plays the journey, and with `once` leaves; otherwise serves until Ctrl-C.

    The demo's house stands in var/demo-data, apart from the data of `make up`; `fresh` tears it down first. Raises CannotStart with a sentence when something cannot be started.
    """
    console = Console()
    port = int(os.environ.get("PORT") or 8000)
    var = Path(os.environ.get("PLENUM_DATA_DIR") or Path(__file__).resolve().parents[2] / "var")
    house = var / "demo-data"
    if fresh:
        forget(house)
    folder = var / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _catchers(folder) as (mail, hooks):
        given = {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "PLENUM_WEBHOOK_PRIVATE_ADDRESSES": "1"}
        console.print("[dim]Khởi động máy chủ / starting servers …[/dim]")
        with running_stack(house, port=port, env=given) as stack:
            password = kept_secret(house / "password")[:16]
            _play(console, stack, mail, hooks, folder, password)
            if once:
                return 0
            console.print("\n[bold]Ctrl-C[/bold] để dừng / stops everything.")
            with contextlib.suppress(KeyboardInterrupt):
                while True:
                    stack.processes.require_all()
                    time.sleep(0.5)
    return 0


@contextlib.contextmanager
def _catchers(folder: Path) -> Iterator[tuple[MailCatcher, WebhookCatcher]]:
    mail = MailCatcher(folder / "mail", some_free_port())
    hooks = WebhookCatcher(folder / "webhooks.jsonl", some_free_port())
    mail.start()
    hooks.start()
    try:
        yield mail, hooks
    finally:
        hooks.stop()
        mail.stop()


def _play(
    console: Console, stack: Stack, mail: MailCatcher, hooks: WebhookCatcher, folder: Path, password: str
) -> None:
    os.environ.update(stack.env)
    import django  # inline: settings can be read only now that the servers' addresses are known

    django.setup()
    from backend.demo.cast import gather  # inline: models exist only after django.setup()
    from backend.demo.journey import Journey
    from backend.demo.load import load, load_organisations, load_people
    from backend.demo.report import collect

    columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(STEPS.get(step, step), total=total)
            bars.update(tasks[step], completed=done, total=max(total, 1))

        records = load()
        progress("load", len(records), len(records))
        organisations = load_organisations()
        cast = gather(organisations, load_people(organisations), password)
        ids = {slug: str(row.id) for slug, row in organisations.items()}
        journey = Journey(stack.base_url, cast, mail, ids, progress)
        _subscribe(journey.by["administrator"], hooks)
        told = journey.run()
        _until_settled(journey.by["auditor"], progress)
    report = collect(journey, told, mail, hooks, folder)
    _print(console, report, cast.emails, password, stack.base_url, folder)


def _subscribe(administrator: Any, hooks: WebhookCatcher) -> None:
    """Registers the receiver; endpoints of earlier runs, whose receivers are gone, are closed."""
    for endpoint in administrator.every("webhook-endpoints"):
        if endpoint["active"]:
            administrator.post(f"webhook-endpoints/{endpoint['id']}/deactivate")
    made = administrator.post("webhook-endpoints", {"url": hooks.url, "event_names": [], "description": "demo"})
    hooks.secret = made["secret"]


def _until_settled(auditor: Any, progress: Any) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        summary = auditor.get("deliveries/summary")
        progress("settle", summary["settled"], summary["settled"] + summary["due"])
        if not summary["due"]:
            return
        time.sleep(0.3)


def _print(
    console: Console, report: dict[str, Any], emails: dict[str, str], password: str, base_url: str, folder: Path
) -> None:
    journey = report["journey"]
    table = Table(title="Chuyện gì đã xảy ra / what happened", show_header=False)
    for name in (
        "invited",
        "held_for_a_name",
        "mails_received",
        "distinct_message_ids",
        "replies",
        "registered",
        "waitlisted",
    ):
        table.add_row(name, str(journey[name]))
    for name in ("checked_in", "eligible", "votes_cast", "guest_vote_refused_with"):
        table.add_row(name, str(journey[name]))
    for sentence in journey["verdict"]["proof"]:
        table.add_row("verdict", sentence["vi"])
    table.add_row("minutes", f"{journey['minutes']['state']} {journey['minutes']['number'] or ''}")
    table.add_row("article", f"{journey['article']['state']} {journey['article']['languages']}")
    table.add_row("events", str(report["events"]))
    table.add_row("deliveries", str(report["deliveries"]))
    table.add_row("relay_ms", str(report["relay_ms"]))
    console.print(table)
    links = Table(title="Xem tại / look at", show_header=False)
    slug = journey["article"]["slug"]
    links.add_row("tin / article", f"{base_url}/vi/bai-viet/{slug}")
    if "en" in journey["article"]["languages"]:
        links.add_row("", f"{base_url}/en/articles/{slug}")
    links.add_row("hội nghị / conferences", f"{base_url}/vi/hoi-nghi")
    links.add_row("Atom", f"{base_url}/vi/feed.atom")
    links.add_row("API", f"{base_url}/api/docs")
    links.add_row("tệp / files", str(folder))
    console.print(links)
    people = Table("vai / role", "email", title=f"Đăng nhập / log-ins — mật khẩu / password: {password}")
    for role, email in emails.items():
        people.add_row(role, email)
    console.print(people)
