"""How long an answer may take: whoever is asked sets a deadline, and every loop that works at the answer looks at it.

The deadline is kept in a context variable, and is no parameter: about sixty functions, of engines, snippets,
suggestions and the verbatim check, lie between a request and its loops, and none but the loops has to know of it. Each
thread has its own, so requests do not meet. A command that sets none has all the time that it needs.

Where the time is over, the whole answer is refused as that of a query that costs too much (`QueryError.too_costly`):
what was found so far is dropped, since no part of an answer is passed off as the whole. Neither the time in which a
request waits for its turn is counted, nor the work of threads beside it: a thread that was kept from its work by others
has up to SPARE times as long, in which it computes no longer than any other.

A check costs about 0.1 µs. Loops check before each step; a step is one call of numpy on at most one segment, or on a
block of it where it may hold more than tens of millions of items.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic, thread_time

from searchsvc.errors import QueryError
from searchsvc.model.message import Message

#: How many times as long as it may compute a thread may take for an answer.
SPARE = 2


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment after which nobody works at an answer any more."""

    #: Time of the monotonic clock, in seconds, before which nothing is refused.
    moment: float
    #: Seconds that this thread may work at the whole answer.
    seconds: float
    #: Processor time of the thread when the work began, in seconds.
    begun: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the deadline of work that begins now; with 0 seconds or less it is over."""
        return cls(monotonic() + seconds, seconds, thread_time())

    def check(self, instead: str) -> None:
        """Do nothing while there is time.

        Args:
            instead: What the reader can ask that takes less time: "ask for …".

        Raises:
            QueryError: The time is over; `too_costly`.

        """
        late = monotonic() - self.moment
        if late >= 0 and (thread_time() - self.begun >= self.seconds or late >= self.seconds * (SPARE - 1)):
            reason = Message(
                "this takes longer than %(seconds)s s here: %(instead)s", seconds=float(self.seconds), instead=instead
            )
            raise QueryError(reason, too_costly=True)


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Set the deadline of all that the block does; an earlier one that is set already stays.

    Args:
        seconds: Seconds from now; None: no deadline.

    """
    before = _current.get()
    new = before if seconds is None else Deadline.after(seconds)
    if before is not None and new is not None and before.moment < new.moment:
        new = before
    token = _current.set(new)
    try:
        yield
    finally:
        _current.reset(token)


#: What takes less time than a search of many, frequent words.
FEWER_WORDS = Message("ask for fewer or rarer words")


def check_deadline(instead: str = FEWER_WORDS) -> None:
    """Do nothing while there is time, or where no deadline is set; `instead` and errors as of `Deadline.check`."""
    deadline = _current.get()
    if deadline is not None:
        deadline.check(instead)
