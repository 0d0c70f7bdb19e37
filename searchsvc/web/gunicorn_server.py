"""Settings → gunicorn's master process with our workers, configured here only.

Unlike the command `gunicorn wsgi:application`, `main` reads neither `gunicorn.conf.py` nor `GUNICORN_CMD_ARGS`, and
imports no modules from the current folder.

Connections, segments and files share one limit of the system, RLIMIT_NOFILE. `raise_file_limit` raises it as far as the
system lets, and `connections_within` says how many connections are left beside the files of the index; `serve` says so
in one line where they are few.
"""

import resource
import sys

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError

from searchsvc.errors import SearchsvcError, UsageError
from searchsvc.web import create_app

#: Threads of a worker process.
THREADS = 4
#: Bytes of a request line, at most (gunicorn's maximum). URLs up to it are refused by the application, with its page.
MAX_REQUEST_LINE = 8190
#: Files that a worker opens beside its connections: at most two for each of some 80 segments of two commits (the file
#: and its map), libraries, logs and listening sockets, and sockets that wait for their clients to close.
OTHER_FILES = 512
#: Connections of a worker: as many as gunicorn would take, and fewer of which `serve` warns.
MAX_CONNECTIONS, FEW_CONNECTIONS = 1000, 128
#: Connections of a worker however low the limit is.
LEAST_CONNECTIONS = 16


def raise_file_limit() -> int:
    """Raise the number of files that this process may have open to what the system lets; return that number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # macOS has a lower maximum than it says
            return soft
    return hard if hard != resource.RLIM_INFINITY else sys.maxsize


def connections_within(limit: int) -> int:
    """Return how many connections a worker may have that may have `limit` files open."""
    return max(LEAST_CONNECTIONS, min(MAX_CONNECTIONS, limit - OTHER_FILES))


def _warn_of_few_files(limit: int) -> None:
    """Say in one line on standard error if the limit leaves few connections, and which limit would do."""
    connections = connections_within(limit)
    if connections < FEW_CONNECTIONS:
        sys.stderr.write(
            f"searchsvc: each process may have {limit} files open, which leaves {connections} connections at once: "
            f"allow {OTHER_FILES + MAX_CONNECTIONS} (ulimit -n, or LimitNOFILE= in systemd)\n"
        )


class StartError(AppImportError, RuntimeError):  # type: ignore[misc]  # gunicorn has no types
    """The application cannot be made because of its settings.

    It inherits from the two classes of which gunicorn shows only the message: AppImportError in a worker, RuntimeError
    in the master process.
    """


def load_application() -> Flask:
    """Return the application that the environment's settings describe.

    Raises:
        StartError: The settings cannot be used; the message says which and why.

    """
    try:
        return create_app()
    except SearchsvcError as error:
        raise StartError(f"searchsvc: {error}") from error


class _Master(Arbiter):  # type: ignore[misc]  # as above
    """gunicorn's master process, with this package's exit codes for a failed start: wrong settings, or a fault."""

    APP_LOAD_ERROR = UsageError.exit_code
    WORKER_BOOT_ERROR = SearchsvcError.exit_code


class Server(BaseApplication):  # type: ignore[misc]  # as above
    """Gives gunicorn its configuration and the application."""

    def __init__(self, address: str, workers: int) -> None:
        self._options = {
            "bind": [address],
            "workers": workers,
            "worker_class": "searchsvc.web.gunicorn_worker.FairWorker",
            "threads": THREADS,
            "worker_connections": MAX_CONNECTIONS,
            "limit_request_line": MAX_REQUEST_LINE,
            "control_socket_disable": True,
            # Clients may not set SCRIPT_NAME and PATH_INFO by headers.
            "forwarder_headers": "",
        }
        super().__init__(prog="searchsvc serve")

    def load_config(self) -> None:
        """Set the options that differ from gunicorn's defaults; gunicorn calls this again on SIGHUP."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application; gunicorn calls this in each worker process."""
        return load_application()

    def run(self) -> None:
        """Serve until a signal stops the master process."""
        _Master(self).run()


def main(address: str, workers: str) -> None:
    """Serve until a signal stops the process.

    Args:
        address: Address to listen on, `host:port`.
        workers: Number of worker processes, in digits.

    """
    # On SIGUSR2 gunicorn restarts the interpreter with `sys.argv`: it must be the command that started this process.
    sys.argv[:] = sys.orig_argv[1:]
    _warn_of_few_files(raise_file_limit())
    Server(address, int(workers)).run()
