"""Runs the journey, shows how far it is, and keeps serving."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from backend.demo.catchers import MailCatcher, WebhookCatcher
from backend.embedded import Stack, forget, running_stack, some_free_port
from backend.embedded.errors import spoken
from backend.embedded.stack import kept_secret
from backend.simulation.progress import Tell, bars, lines

STEPS = {
    "load": ("Năm hồ sơ đầu tiên", "Five first records"),
    "schedule": ("Lập chương trình", "Schedule"),
    "invite": ("Giấy mời đã nhận", "Invitations received"),
    "reply": ("Trả lời", "Replies"),
    "register": ("Đăng ký", "Registrations"),
    "promote": ("Danh sách chờ", "Waiting list"),
    "confirm": ("Thư xác nhận", "Confirmations"),
    "check in": ("Điểm danh", "Check-in"),
    "vote": ("Biểu quyết", "Ballots"),
    "count": ("Kiểm phiếu", "Count"),
    "draft minutes": ("Dự thảo biên bản", "Draft minutes"),
    "draft article": ("Dự thảo bài viết", "Draft article"),
    "publish": ("Đăng bài", "Published"),
    "settle": ("Việc nền, cả hồ sơ", "Deliveries, whole record"),
}


def label(step: str) -> str:
    vi, en = STEPS.get(step, (step, step))
    return spoken(vi=vi, en=en)


def main(*, once: bool, fresh: bool) -> int:
    """Starts everything, plays the journey, and with `once` leaves; otherwise serves until Ctrl-C.

    The demo's house stands in var/demo-data, apart from the data of `make up`; `fresh` tears it down first, otherwise
    the journey adds one more conference to it. Raises CannotStart with a sentence when something cannot be started.
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
        given = settings_of_the_demo(mail.port)
        console.print(f"[dim]{spoken(vi='Đang khởi động máy chủ …', en='Starting servers …')}[/dim]")
        with running_stack(house, port=port, env=given) as stack:
            password = kept_secret(house / "password")[:16]
            _play(console, stack, mail, hooks, folder, password)
            if once:
                return 0
            # After the report: the season is nothing that happened in the story, and whoever keeps looking can wait.
            from backend.demo.season import surround

            surround(console)
            console.print(
                spoken(vi="\n[bold]Ctrl-C[/bold] để dừng tất cả.", en="\n[bold]Ctrl-C[/bold] stops everything.")
            )
            with contextlib.suppress(KeyboardInterrupt):
                while True:
                    stack.processes.require_all()
                    time.sleep(0.5)
    return 0


def settings_of_the_demo(mail_port: int) -> dict[str, str]:
    """What differs from any other installation: mails are caught here, webhooks too, and people are told at once what
    is new, unless the environment names a window of its own."""
    return {
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "PLENUM_WEBHOOK_PRIVATE_ADDRESSES": "1",
        "PLENUM_NEWS_WINDOW": os.environ.get("PLENUM_NEWS_WINDOW") or "0",
    }


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
    from backend.conferences.models import Conference
    from backend.demo.cast import gather  # inline: models exist only after django.setup()
    from backend.demo.journey import Stage, play
    from backend.demo.load import load, load_organisations, load_people
    from backend.demo.report import collect
    from backend.demo.summary import print_summary

    if found := Conference.objects.count():
        console.print(continued(found))
    with shown_progress(console) as progress:
        organisations = load_organisations()
        cast = gather(organisations, load_people(organisations), password)
        ids = {slug: str(row.id) for slug, row in organisations.items()}
        stage = Stage(stack.base_url, cast, mail, ids, progress)
        # Nothing has happened yet in this run: the receiver hears all of it, the first records' articles too.
        before = stage.by["auditor"].get("deliveries/summary")["events"]
        _subscribe(stage.by["administrator"], hooks)
        records = load()
        progress("load", len(records), len(records))
        play(stage)
        summary = _once_settled(stage.by["auditor"], progress)
    report = collect(stage, hooks, folder, summary=summary, events_before=before)
    print_summary(console, report, cast.emails, password, stack.base_url, folder)


def continued(conferences: int) -> str:
    """That the record is not empty, and how to get one that is."""
    return spoken(
        vi=f"Tiếp tục trên hồ sơ đã có {conferences} hội nghị; FRESH=1 để bắt đầu lại từ đầu.",
        en=f"This continues on a record of {conferences} conferences; FRESH=1 starts clean.",
    )


@contextlib.contextmanager
def shown_progress(console: Console) -> Iterator[Tell]:
    """Bars on a terminal; in a pipe or a log one line per finished step."""
    if console.is_terminal:
        with bars(console, label) as tell:
            yield tell
    else:
        yield lines(label, lambda line: console.print(line, soft_wrap=True))


def _subscribe(administrator: Any, hooks: WebhookCatcher) -> None:
    """Registers the receiver; endpoints of earlier runs, whose receivers are gone, are closed."""
    for endpoint in administrator.every("webhook-endpoints"):
        if endpoint["active"]:
            administrator.post(f"webhook-endpoints/{endpoint['id']}/deactivate")
    made = administrator.post("webhook-endpoints", {"url": hooks.url, "event_names": [], "description": "demo"})
    hooks.secret = made["secret"]


def _once_settled(auditor: Any, progress: Tell) -> dict[str, Any]:
    """The deliveries' summary at the first moment nothing is left to do: what the bar and the report both tell."""
    end = time.monotonic() + 120
    while True:
        summary: dict[str, Any] = auditor.get("deliveries/summary")
        # A fact has deliveries only from its place in the chain on; places have no gaps.
        relayed = not summary["events"] or auditor.get("events", after=summary["events"] - 1)["results"]
        over = relayed and not summary["due"]
        settled = summary["settled"]
        progress("settle", settled, settled + summary["due"] + (not over and not summary["due"]))
        if over or time.monotonic() > end:
            return summary
        time.sleep(0.3)
