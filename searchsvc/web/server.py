"""Address and number of workers → the service, answered by gunicorn, configured here and nowhere else.

What gunicorn's own command reads besides (`gunicorn.conf.py` of the current folder, `GUNICORN_CMD_ARGS`), and that it
looks for modules in the current folder, is for those who write `gunicorn wsgi:application` themselves.
"""

import sys

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError

from searchsvc.errors import SearchsvcError, UsageError
from searchsvc.web import create_app
from searchsvc.web.gunicorn_worker import FairWorker

#: Threads of a worker, and bytes of an address that still reach the application's own answer.
THREADS, LONGEST_LINE = 4, 8190


class StartError(AppImportError, RuntimeError):  # type: ignore[misc]  # gunicorn has no types
    """The settings are wrong: of these two gunicorn shows the message alone, from a worker and from the master."""


def load_application() -> Flask:
    """Return the application that the environment's settings name.

    Raises:
        StartError: There is none; the message says why.

    """
    try:
        return create_app()
    except SearchsvcError as error:
        raise StartError(f"searchsvc: {error}") from error


class _Master(Arbiter):  # type: ignore[misc]  # as above
    """Starts the workers and watches them; a start that fails ends it with the exit code of wrong use, or a fault."""

    APP_LOAD_ERROR = UsageError.exit_code
    WORKER_BOOT_ERROR = SearchsvcError.exit_code


class Server(BaseApplication):  # type: ignore[misc]  # as above
    """What gunicorn asks for: configuration and application."""

    def __init__(self, address: str, workers: int) -> None:
        self._options = {
            "bind": [address],
            "workers": workers,
            "worker_class": FairWorker,
            "threads": THREADS,
            "limit_request_line": LONGEST_LINE,
            "control_socket_disable": True,
            # What a client says of the server's own paths is not believed.
            "forwarder_headers": "",
        }
        super().__init__(prog="searchsvc serve")

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults; on HUP once more."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application; called in each worker."""
        return load_application()

    def run(self) -> None:
        """Serve until told to stop."""
        _Master(self).run()


def main(address: str, workers: str) -> None:
    """Serve until told to stop.

    Args:
        address: `host:port`.
        workers: Processes that answer.

    """
    # On USR2 gunicorn starts the interpreter anew with these: the very command that this process was started by.
    sys.argv[:] = sys.orig_argv[1:]
    Server(address, int(workers)).run()
