"""The Celery app: queues that never wait for each other. Redis carries ids only and may be flushed at any moment."""

import logging
import os

import django
from celery import Celery
from celery.signals import setup_logging, task_postrun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django.setup()

from django.conf import settings  # noqa: E402 -- settings exist only after django.setup()
from django.db import close_old_connections  # noqa: E402

# No fixups: Celery's own for Django closes the whole pool of connections before and after each task of a forked
# worker, which doubles what a reaction costs. What it is needed for is done below.
app = Celery("plenum", broker=settings.REDIS_URL, include=["workers.tasks", "workers.clock"], fixups=[])
app.conf.update(
    task_default_queue="reactions",
    # What the clock says must not stand behind reactions: its ticks expire. Fetching mail waits for a mail server, as
    # webhooks wait for others': in its threads nobody waits with it.
    task_routes={"plenum.clock.fetch_mail": {"queue": "webhooks"}, "plenum.clock.*": {"queue": "clock"}},
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    # A task lost with its worker is handed out again by the relay, not by Redis.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_connection_retry=True,
    broker_connection_max_retries=None,
    # A worker empties its queues in the order of their names: the clock's, what came alone, then what came with many.
    broker_transport_options={
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "max_retries": 0,
        "queue_order_strategy": "sorted",
    },
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    timezone="UTC",
)


@setup_logging.connect
def _keep_our_logs(**_: object) -> None:
    """Celery must not replace the house's log set-up; a receiver on this signal is how it is told so."""
    # The outbox keeps the record of what was done; three lines for every tick would bury the rest.
    logging.getLogger("celery").setLevel(logging.WARNING)


@task_postrun.connect
def _give_connections_back(**_: object) -> None:
    """To the process's pool; a broken one is dropped."""
    close_old_connections()
