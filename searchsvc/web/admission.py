"""How long answers took lately → which requests of a worker are given to its threads, and which are refused at once.

A request that would wait for longer than MAX_WAIT is worth nothing to a client that has a deadline of its own, and
makes those behind it wait longer: it is refused at once, with the time after which it may ask again. The wait is
expected by Little's law: requests that were given × seconds from one answer to the next while others wait. Where that
was too hopeful, as at the begin of a crowd of costly queries, a request is refused when its turn comes too late.
"""

import time
from math import ceil

#: Requests that the threads work at or that wait for one of them, at most.
MAX_GIVEN = 64
#: Seconds that a request waits for a thread, at most.
MAX_WAIT = 3.0
#: Seconds after which a client that was refused may ask again, at least and at most.
RETRY_SECONDS, MAX_RETRY_SECONDS = 2, 30
#: Share that the last answer has in the mean of the seconds from one answer to the next.
_LAST = 0.2


class Admission:
    """Counts the requests that a worker's threads have, and the pace of their answers.

    The event loop calls all methods but `is_late`, which the threads call, and which reads nothing that changes.
    """

    def __init__(self, threads: int) -> None:
        """Start without requests; `threads` is how many are worked at together."""
        self._threads = threads
        #: Requests that were given to the threads and are not answered yet.
        self.given = 0
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
        return self.given >= MAX_GIVEN or (self.given >= self._threads and self.expected_wait > MAX_WAIT)

    @property
    def retry_after(self) -> int:
        """Seconds after which a client that is refused now may ask again."""
        return min(max(RETRY_SECONDS, ceil(self.expected_wait)), MAX_RETRY_SECONDS)

    def give(self) -> float:
        """Count a request that is given to the threads; return the monotonic time, for `is_late`."""
        now = time.monotonic()
        if not self.given:
            self._since = now
        self.given += 1
        return now

    def answered(self) -> None:
        """Count a request that was answered, or refused when its turn came."""
        now = time.monotonic()
        self._pace += _LAST * (now - self._since - self._pace)
        self._since = now
        self.given -= 1

    @staticmethod
    def is_late(given_at: float) -> bool:
        """Return whether a request whose turn has come waited for too long to be answered."""
        return time.monotonic() - given_at > MAX_WAIT
