"""What answers cost lately → which requests of a worker are given to its threads, and which are refused at once.

A request that would wait for longer than MAX_WAIT is worth nothing to a client that has a deadline of its own, and
makes those behind it wait longer: it is refused at once, with the time after which it may ask again. The wait is
expected by Little's law: requests that were given × seconds from one answer to the next while others wait. Where that
was too hopeful, as at the begin of a crowd of costly queries, a request is refused when its turn comes too late.

Costly requests have a lane of their own, in which one is worked at at a time: so a crowd of them leaves threads for all
others. A request is costly if its last answer took more than COSTLY_SECONDS of processor time, and one that was not
seen before if it is long: cheap queries are short, and the dearest join very many words or phrases.

`WorkerLoads` has the connections of all workers, by which they share out new ones.
"""

import mmap
import re
import time
from collections import deque
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Any

from searchsvc.web.responses import refusal
from searchsvc.web.wsgi_middleware import mount_path

#: Requests of a lane that the threads work at or that wait for one of them, at most.
MAX_GIVEN = 64
#: Seconds that a request waits for a thread, at most.
MAX_WAIT = 3.0
#: Seconds after which a client that was refused may ask again, at least and at most.
RETRY_SECONDS, MAX_RETRY_SECONDS = 2, 30
#: Share that the last answer has in the mean of the seconds from one answer to the next.
_LAST = 0.2
#: Processor time of an answer in seconds, over which its request is costly when it comes again.
COSTLY_SECONDS = 0.25
#: Bytes of a first line over which a request is costly that was not seen before.
LONG_LINE = 500
#: Path of batches of searches, which always are costly: the line does not say what is asked.
BATCH = b"/api/search/batch"
#: Files of whole searches that the threads of a worker make at once, at most, and the first line of such a request.
FILES = 2
_FILE = rb"GET %b/(?:search|quotes|speakers|headlines)\.(?:csv|jsonl|ris)[ ?]"
#: Saved pages and their pictures that the threads of a worker wait for at once, at most, and the first line of such a
#: request: another process works at them, one after the other.
SAVED_PAGES = 2
_SAVED_PAGE = rb"GET %b/saved/[^ ?]"
#: Requests whose cost is remembered.
MAX_COSTS = 10_000


class Lane:
    """Requests of one kind: how many a worker has, and the pace of their answers. The event loop alone calls it."""

    def __init__(self, width: int, threads: int, *, waits: bool = True) -> None:
        """Start without requests.

        Args:
            width: How many are handed to the threads at once, at most.
            threads: How many are worked at together: as many are never refused.
            waits: Whether a request may wait for others; else each one beyond `threads` is refused at once.

        """
        self._width, self._threads, self._waits = width, threads, waits
        #: Requests that were given and are not answered yet.
        self.given = 0
        #: Connections whose request waits until fewer than `width` are with the threads; the first is next.
        self._waiting: deque[Any] = deque()
        #: Seconds from one answer to the next while requests wait: a mean in which later ones count more.
        self._pace = 0.0
        #: Monotonic time of the last answer, or of the first request after a pause.
        self._since = 0.0

    @property
    def expected_wait(self) -> float:
        """Seconds that one more request would wait for its answer."""
        return self.given * self._pace

    @property
    def is_full(self) -> bool:
        """Whether one more request is to be refused. As many as there are threads never are: they wait for none."""
        if self.given < self._threads:
            return False
        return not self._waits or self.given >= MAX_GIVEN or self.expected_wait > MAX_WAIT

    @property
    def retry_after(self) -> int:
        """Seconds after which a client that is refused now may ask again."""
        return min(max(RETRY_SECONDS, ceil(self.expected_wait)), MAX_RETRY_SECONDS)

    @property
    def refusal(self) -> bytes:
        """The whole answer to a request that would wait too long here."""
        return refusal(HTTPStatus.SERVICE_UNAVAILABLE, retry_after=self.retry_after)

    def give(self, connection: Any) -> None:
        """Count a request, which waits for its turn."""
        if not self.given:
            self._since = time.monotonic()
        self.given += 1
        self._waiting.append(connection)

    def next(self) -> Any:
        """Return the connection whose request is to be handed to the threads; None if none waits, or not yet."""
        with_threads = self.given - len(self._waiting)
        return self._waiting.popleft() if self._waiting and with_threads < self._width else None

    def answered(self) -> None:
        """Count a request that was answered, or refused when its turn came."""
        now = time.monotonic()
        self._pace += _LAST * (now - self._since - self._pace)
        self._since = now
        self.given -= 1


@dataclass(slots=True)
class Turn:
    """A request that was given: a thread measures what it costs, or finds that its turn came too late."""

    lane: Lane
    #: Digest of what is asked.
    target: int
    #: Monotonic time.
    given_at: float
    #: Processor time that the answer took, in seconds; None if it was not answered.
    cost: float | None = None
    _begun: float = 0.0

    @property
    def is_late(self) -> bool:
        """Whether the request, whose turn has come, waited for too long to be answered."""
        return time.monotonic() - self.given_at > MAX_WAIT

    def __enter__(self) -> None:
        """Begin to measure; the block is the work at the answer, in one thread."""
        self._begun = time.thread_time()

    def __exit__(self, *_: object) -> None:
        """Keep the processor time that the block took."""
        self.cost = time.thread_time() - self._begun


class Admission:
    """Knows what answers cost, and tells costly requests from usual ones."""

    def __init__(self, threads: int, base_url: str = "") -> None:
        """Start without requests.

        Args:
            threads: How many are worked at together.
            base_url: Public address of the service: a proxy may pass on the path of it.

        """
        below = rb"(?:%b)?" % re.escape(mount_path(base_url).encode())
        self._file, self._saved_page = re.compile(_FILE % below), re.compile(_SAVED_PAGE % below)
        self.usual, self.costly = Lane(threads, threads), Lane(1, 1)
        self.saved_pages = Lane(SAVED_PAGES, SAVED_PAGES)
        self.files = Lane(FILES, FILES, waits=False)
        #: Digest of a request → processor time of its last answer, in seconds; the latest one is the last.
        self._costs: dict[int, float] = {}

    def turn(self, request: bytes | bytearray) -> Turn:
        """Return the turn of a request, which is to be given to its lane unless that is full.

        Args:
            request: The request as it arrived; its first line counts.

        """
        line = bytes(request[: request.find(b"\r")])
        if self._file.match(line):
            return Turn(self.files, hash(line), time.monotonic())
        if self._saved_page.match(line):
            return Turn(self.saved_pages, hash(line), time.monotonic())
        cost = self._costs.get(target := hash(line))
        costly = len(line) > LONG_LINE if cost is None else cost > COSTLY_SECONDS
        costly = costly or (line.startswith(b"POST ") and BATCH in line)
        return Turn(self.costly if costly else self.usual, target, time.monotonic())

    def answered(self, turn: Turn) -> None:
        """Count an answer, and remember what it cost."""
        turn.lane.answered()
        if turn.cost is not None:
            self._costs.pop(turn.target, None)
            self._costs[turn.target] = turn.cost
            if len(self._costs) > MAX_COSTS:
                del self._costs[next(iter(self._costs))]


class WorkerLoads:
    """How many connections each worker has: numbers in memory that the master process and all its children share."""

    #: Numbers of workers are counted modulo this one.
    SLOTS = 128
    #: Load of a worker that is not there.
    ABSENT = 1 << 40

    def __init__(self) -> None:
        """Start without workers."""
        memory = mmap.mmap(-1, self.SLOTS * 16)
        #: Two numbers for each worker: connections that were passed to it, and those that it has ended.
        self._numbers = memoryview(memory).cast("q")
        for slot in range(self.SLOTS):
            self.leave(slot)

    def join(self, worker: int) -> None:
        """Add a worker, without connections."""
        at = worker % self.SLOTS * 2
        self._numbers[at] = self._numbers[at + 1] = 0

    def leave(self, worker: int) -> None:
        """Remove a worker."""
        at = worker % self.SLOTS * 2
        self._numbers[at], self._numbers[at + 1] = self.ABSENT, 0

    def passed(self, worker: int) -> None:
        """Count a connection that was passed to a worker; its acceptor alone calls this."""
        self._numbers[worker % self.SLOTS * 2] += 1

    def set_ended(self, worker: int, count: int) -> None:
        """Say how many of these a worker has ended; the worker alone calls this."""
        self._numbers[worker % self.SLOTS * 2 + 1] = count

    def excess(self, worker: int) -> int:
        """Return how many connections a worker has more than that of the others which has fewest; 0 without others."""
        loads = [passed - ended for passed, ended in zip(self._numbers[::2], self._numbers[1::2], strict=True)]
        own = loads.pop(worker % self.SLOTS)
        least = min(loads)
        return own - least if least < self.ABSENT // 2 else 0
