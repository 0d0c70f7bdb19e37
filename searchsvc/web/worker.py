"""How a worker of gunicorn takes connections: fairly."""

import socket
import time

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

#: Seconds that a worker leaves a new connection to the others, for each one that it has, and at most.
STEP, LONGEST = 0.0001, 0.001


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker with threads that leaves new connections to those who have fewer.

    All workers wait at one socket, and the first to wake takes what it can. Clients that keep their
    connections open would stay with it, while the other workers, and their processors, have nothing to do.
    """

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, if no other worker wanted it."""
        if self.nr_conns:
            time.sleep(min(STEP * self.nr_conns, LONGEST))
        super().accept(listener)
