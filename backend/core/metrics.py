"""Prometheus figures of the API's processes."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponse
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("plenum_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("plenum_http_request_seconds", "Time to answer a request", ["method", "route"])


def exposition() -> bytes:
    """Prometheus' text format. Processes that share PROMETHEUS_MULTIPROC_DIR are one in it: a scrape meets any of them."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return generate_latest(together)


@contextmanager
def timed_request(request: HttpRequest) -> Iterator[Callable[[HttpResponse], None]]:
    """Times the block; call what it yields with the response."""
    started = time.perf_counter()

    def done(response: HttpResponse) -> None:
        match = request.resolver_match
        route = match.route if match else "unknown"
        method = (
            request.method
            if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
            else "OTHER"
        )
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - started)

    yield done
