"""Everything that runs, started and stopped by one process: PostgreSQL and Valkey from wheels, and the Procfile's programs.

For `make demo`, `make test`, `make bench` and small houses. All listen on 127.0.0.1 only. PostgreSQL's data stay in
var/, Valkey keeps none. Whoever starts a program stops it; if the starter dies, the kernel ends what it started.
"""

from backend.embedded.errors import CannotStart, spoken
from backend.embedded.ports import require_free, some_free_port
from backend.embedded.processes import ROOT, Processes, commands
from backend.embedded.servers import forget, servers
from backend.embedded.stack import Stack, api_is_ready, environment, running_stack

__all__ = [
    "ROOT",
    "CannotStart",
    "Processes",
    "Stack",
    "api_is_ready",
    "commands",
    "environment",
    "forget",
    "require_free",
    "running_stack",
    "servers",
    "some_free_port",
    "spoken",
]
