"""New connections → a worker, by a process of its own, which answers health checks itself.

Threads that compute hold the interpreter's lock, for which the event loop of their process waits at each call of the
system. So a process beside each worker, its acceptor, takes the connections. It looks at the first bytes of each
without reading them: a health check (`GET /healthz`) is answered here, however busy the worker is; every other
connection is passed to the worker (SCM_RIGHTS). A connection on which nothing has been sent yet waits here for
SILENT_SECONDS at most.

The answer is true of the worker: where its event loop has stood still for STALLED_SECONDS, it is 503.

The acceptors of all workers wait at the same listening sockets. One whose worker has more connections than another
worker waits a moment before it takes one, so that the connections of clients that keep them are shared out.
"""

import contextlib
import os
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from errno import EAGAIN, ECONNABORTED, EMFILE, ENFILE, ETOOMANYREFS
from http import HTTPStatus
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import Any

from searchsvc.web.admission import WorkerLoads
from searchsvc.web.responses import healthy, refusal

#: Seconds that an acceptor waits before it takes a connection, for each one that its worker has more than another
#: worker has, and at most.
ACCEPT_DELAY, MAX_ACCEPT_DELAY = 0.0001, 0.001
#: Seconds that a connection on which nothing has been sent is kept, and how many are kept.
SILENT_SECONDS, MAX_SILENT = 1.0, 128
#: Seconds without a round of the worker's event loop, which makes one each second, after which it is not healthy.
STALLED_SECONDS = 10.0
#: Seconds that no connection is taken after the system gave no more files.
SCARCE_SECONDS = 0.5
#: Seconds that a worker which stops waits for the connections that its acceptor has taken.
STOP_SECONDS = 5.0
#: Bytes of a request that are looked at.
_PEEK = 4096
#: How a health check begins.
HEALTH_CHECKS = (b"GET /healthz ", b"HEAD /healthz ")
_END_OF_HEAD = b"\r\n\r\n"
#: What a worker tells its acceptor: take connections, take none, take those that wait and end.
_TAKE, _REST, _STOP = b"+", b"-", b"."
#: Signals that the worker alone obeys: the acceptor ends with it.
_IGNORED = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGWINCH")


class Acceptor:
    """The process that takes connections; `run` is all that it does."""

    def __init__(
        self,
        listeners: Sequence[Any],
        worker: socket.socket,
        is_alive: Callable[[], bool],
        before_accept: Callable[[], None],
        after_pass: Callable[[], None],
    ) -> None:
        """Prepare to take connections; none is taken before the worker says so.

        Args:
            listeners: Listening sockets, which do not block.
            worker: Socket to the worker (AF_UNIX).
            is_alive: Returns whether the worker's event loop goes round.
            before_accept: Is called before a connection is taken; it may wait.
            after_pass: Is called after a connection was passed to the worker.

        """
        self._listeners = listeners
        self._worker = worker
        self._is_alive = is_alive
        self._before_accept, self._after_pass = before_accept, after_pass
        self._poller = DefaultSelector()
        #: Connections without a byte → number of the listening socket, and monotonic time until which they are kept.
        self._silent: dict[socket.socket, tuple[int, float]] = {}
        #: Connections that the worker's socket had no room for yet, with the numbers of their listening sockets.
        self._unpassed: deque[tuple[socket.socket, int]] = deque()
        #: What the worker told last.
        self._told = _REST
        self._taking = False
        #: Monotonic time before which no connection is taken.
        self._take_after = 0.0

    def run(self) -> None:
        """Take connections until the worker says that it stops, or ends."""
        self._poller.register(self._worker, EVENT_READ, self._hear)
        while self._told != _STOP or self._unpassed:
            for key, events in self._poller.select(self._timeout()):
                if key.fileobj is self._worker:
                    if events & EVENT_READ and not self._hear():
                        return
                    self._flush()
                else:
                    key.data(key.fileobj)
            now = time.monotonic()
            for sock, (number, deadline) in list(self._silent.items()):
                if deadline > now and len(self._silent) <= MAX_SILENT and self._told != _STOP:
                    break
                self._pass(sock, number)
            self._set_taking(self._told == _TAKE and not self._unpassed and now >= self._take_after)

    def _timeout(self) -> float | None:
        """Return the seconds until something is to be done that no socket tells; None if nothing is."""
        if self._told == _TAKE and not self._taking and not self._unpassed:
            return SCARCE_SECONDS
        # The connections that a worker's socket has no room for fill the system's number of passed files, too.
        return SCARCE_SECONDS if self._unpassed else SILENT_SECONDS if self._silent else None

    def _set_taking(self, taking: bool) -> None:  # noqa: FBT001  says in which state to be
        if taking == self._taking:
            return
        self._taking = taking
        for number, listener in enumerate(self._listeners):
            if taking:
                self._poller.register(listener, EVENT_READ, self._taker(number))
            else:
                self._poller.unregister(listener)

    def _taker(self, number: int) -> Callable[[Any], object]:
        return lambda listener: self._take(listener, number)

    def _take(self, listener: Any, number: int) -> bool:
        """Take a connection that waits to be accepted; return whether there was one."""
        self._before_accept()
        try:
            sock, _ = listener.accept()
        except OSError as error:
            if error.errno in {EMFILE, ENFILE}:
                self._take_after = time.monotonic() + SCARCE_SECONDS
            return False
        self._silent[sock] = number, time.monotonic() + SILENT_SECONDS
        self._poller.register(sock, EVENT_READ, self._look)
        self._look(sock)
        return True

    def _look(self, sock: socket.socket) -> None:
        """Answer a connection that begins with a health check; pass any other that has begun to the worker."""
        try:
            begin = sock.recv(_PEEK, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            begin = b""
        number, _ = self._silent[sock]
        if begin.startswith(HEALTH_CHECKS) and _END_OF_HEAD in begin:
            self._forget(sock)
            self._answer(sock, body=begin.startswith(b"GET"))
        elif begin:
            self._pass(sock, number)
        else:
            self._forget(sock)
            sock.close()

    def _answer(self, sock: socket.socket, *, body: bool) -> None:
        answer = healthy(body=body) if self._is_alive() else refusal(HTTPStatus.SERVICE_UNAVAILABLE, retry_after=1)
        with sock, contextlib.suppress(OSError):
            # What is left unread when a connection is closed makes the system reset it, and drop the answer.
            sock.recv(1 << 16, socket.MSG_DONTWAIT)
            sock.send(answer, socket.MSG_DONTWAIT)

    def _forget(self, sock: socket.socket) -> None:
        del self._silent[sock]
        self._poller.unregister(sock)

    def _pass(self, sock: socket.socket, number: int) -> None:
        self._forget(sock)
        self._unpassed.append((sock, number))
        self._flush()

    def _flush(self) -> None:
        """Pass connections to the worker as long as its socket has room."""
        while self._unpassed:
            sock, number = self._unpassed[0]
            try:
                socket.send_fds(self._worker, [bytes([number])], [sock.fileno()], socket.MSG_DONTWAIT)
            except (BlockingIOError, BrokenPipeError, ConnectionResetError):
                break
            except OSError as error:
                if error.errno != ETOOMANYREFS:
                    raise
                break
            self._unpassed.popleft()
            sock.close()
            self._after_pass()
        self._poller.modify(self._worker, EVENT_READ | (EVENT_WRITE if self._unpassed else 0), self._hear)

    def _hear(self) -> bool:
        """Do what the worker tells; return whether it is still there."""
        try:
            told = self._worker.recv(16)
        except OSError:
            return False
        self._told = told[-1:]
        if self._told == _STOP:
            self._set_taking(taking=False)
            for number, listener in enumerate(self._listeners):
                while self._take(listener, number):
                    pass
                listener.close()
        return bool(told)


class PassedConnections:
    """The worker's end: takes the listening sockets' place, and its `accept` returns what the acceptor has passed."""

    def __init__(
        self, listeners: Sequence[Any], worker: int, loads: WorkerLoads, last_round: Callable[[], float]
    ) -> None:
        """Start the acceptor of a worker.

        Args:
            listeners: The listening sockets, which this process no longer has afterwards.
            worker: Number of the worker, for `loads`.
            loads: The connections of all workers.
            last_round: Returns the monotonic time of the last round of the worker's event loop.

        """
        self._names = [listener.getsockname() for listener in listeners]
        self._name = self._names[0]
        self._worker, self._loads = worker, loads
        #: Connections that were accepted.
        self.taken = 0
        #: Whether the acceptor has ended.
        self.is_over = False
        self._socket, theirs = socket.socketpair()
        loads.join(worker)
        self._process = os.fork()
        if not self._process:
            self._socket.close()
            _run(listeners, theirs, worker, loads, last_round)
        theirs.close()
        for listener in listeners:
            listener.close()

    def fileno(self) -> int:
        """Return the descriptor to wait at for connections."""
        return self._socket.fileno()

    def getsockname(self) -> Any:
        """Return the address of the listening socket at which the last connection was taken."""
        return self._name

    def setblocking(self, blocking: bool) -> None:  # noqa: FBT001  a socket's own parameter
        """Do nothing: `accept` waits only while the worker stops."""

    def set_taking(self, *, taking: bool) -> None:
        """Tell the acceptor to take connections or not."""
        self._tell(_TAKE if taking else _REST)

    def stop(self) -> None:
        """Tell the acceptor to pass what waits to be accepted, and to end; `accept` waits for that from now on."""
        self._socket.settimeout(STOP_SECONDS)
        self._tell(_STOP)

    def accept(self) -> tuple[socket.socket, Any]:
        """Return the next connection and the client's address.

        Raises:
            BlockingIOError: There is none.
            OSError: This process may open no more files, or the client is gone.

        """
        flags = 0 if self._socket.gettimeout() else socket.MSG_DONTWAIT
        # Where the process may open no more files the system would drop the connection while it is received.
        os.close(os.dup(self._socket.fileno()))
        try:
            number, descriptors, _, _ = socket.recv_fds(self._socket, 1, 1, flags)
        except TimeoutError:
            number, descriptors = b"", []
        if not number:
            self.is_over = True
            raise BlockingIOError(EAGAIN, os.strerror(EAGAIN))
        self.taken += 1
        if not descriptors:
            raise OSError(EMFILE, os.strerror(EMFILE))
        client = socket.socket(fileno=descriptors[0])
        self._name = self._names[number[0]]
        try:
            return client, client.getpeername()
        except OSError as error:
            client.close()
            raise ConnectionAbortedError(ECONNABORTED, os.strerror(ECONNABORTED)) from error

    def ended(self, connections: int) -> None:
        """Say that this worker has so many connections left."""
        self._loads.set_ended(self._worker, self.taken - connections)

    def close(self) -> None:
        """Let the acceptor end."""
        if self._socket.fileno() < 0:
            return
        self._socket.close()
        os.waitpid(self._process, 0)

    def _tell(self, what: bytes) -> None:
        with contextlib.suppress(OSError):
            self._socket.send(what, socket.MSG_DONTWAIT)


def _run(
    listeners: Sequence[Any], worker: socket.socket, number: int, loads: WorkerLoads, last_round: Callable[[], float]
) -> None:
    """Be the acceptor, and end the process."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for name in _IGNORED:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        signal.signal(signal.SIGABRT, signal.SIG_DFL)

        def wait_if_others_have_less() -> None:
            excess = loads.excess(number)
            if excess > 0:
                time.sleep(min(ACCEPT_DELAY * excess, MAX_ACCEPT_DELAY))

        def is_alive() -> bool:
            return time.monotonic() - last_round() < STALLED_SECONDS

        Acceptor(listeners, worker, is_alive, wait_if_others_have_less, lambda: loads.passed(number)).run()
        status = 0
    except BaseException:  # noqa: BLE001  whatever it is, no handler of the worker may go on in this process
        sys.excepthook(*sys.exc_info())
    finally:
        loads.leave(number)
        os._exit(status)
