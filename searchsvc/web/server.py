"""Run the service with gunicorn, configured by this module only.

Unlike the command `gunicorn wsgi:application`, this reads neither `gunicorn.conf.py` nor `GUNICORN_CMD_ARGS`, and
imports no modules from the current folder.
"""

import sys

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError

from searchsvc.errors import SearchsvcError, UsageError
from searchsvc.web import create_app
from searchsvc.web.gunicorn_worker import FairWorker

#: Threads of a worker process.
THREADS = 4
#: Bytes of a request line, at most (gunicorn's maximum). URLs up to it are refused by the application, with its page.
MAX_REQUEST_LINE = 8190


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
            "worker_class": FairWorker,
            "threads": THREADS,
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
    Server(address, int(workers)).run()
