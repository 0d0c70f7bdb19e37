"""Sources → Articles, read in processes of their own where a page could be hostile."""

import math
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from searchsvc.errors import RefusedError, SearchsvcError, SourceError
from searchsvc.interpreter import python_of_ours
from searchsvc.model.article import Article, Source
from searchsvc.reindex import worker_process as frames

#: Read by linear code of our own; the other kinds go through libraries that a page can bring down.
TRUSTED = frozenset({"application/json", "text/plain"})
#: Bytes from which a page of those, too, is watched: a hundred times a usual one.
TRUSTED_BYTES = 250_000
#: Pages, and bytes, that are sent to a worker at once: a frame costs less than the wait for it.
BATCH_PAGES, BATCH_BYTES = 16, 1_000_000
#: Batches a worker may have before it: one that it reads, one that waits.
AHEAD = 2
#: Pages that may wait for an earlier one, for each worker.
WINDOW = 4 * BATCH_PAGES
#: Seconds a worker may take to start, on a machine that is busy with other things.
START_SECONDS = 120.0

Read = Callable[[Source], Article]


def read_articles(
    sources: Iterable[Source | SourceError],
    read: Read,
    *,
    jobs: int,
    timeout: float,
    memory: int,
) -> Iterator[Article | SourceError]:
    """Yield the article of each source, or the error that says why there is none, in order.

    Args:
        sources: The pages; errors pass through.
        read: A function of a module, for the workers must find it by name.
        jobs: Worker processes; 0 reads everything here, without protection. With one, only
            pages that could be hostile go to it; with more, all pages do, to share the work.
        timeout: Seconds a page may take; then it is refused and its worker replaced.
        memory: Bytes of address space a worker may have.

    """
    if jobs < 1:
        for source in sources:
            yield source if isinstance(source, SourceError) else frames.read_safely(source, read)
        return
    pool = _Pool(read, jobs, timeout, memory)
    try:
        yield from pool.read(sources)
    finally:
        pool.close()


@dataclass(slots=True, eq=False)
class _Slot:
    """One place in the order."""

    source: Source | None
    result: Article | SourceError | None = None


@dataclass(slots=True, eq=False)
class _Worker:
    """One process, and the pages it has been sent."""

    process: subprocess.Popen[bytes]
    slots: deque[_Slot] = field(default_factory=deque)
    batches: deque[int] = field(default_factory=deque)
    listener: threading.Thread = field(default_factory=threading.Thread)
    #: When it last answered, or began.
    since: float = field(default_factory=time.monotonic)
    ready: bool = False


class _Pool:
    """The workers and the order."""

    def __init__(self, read: Read, jobs: int, timeout: float, memory: int) -> None:
        self._read, self._jobs, self._timeout, self._memory = read, jobs, timeout, memory
        self._workers: list[_Worker] = []
        self._order: deque[_Slot] = deque()
        self._batch: list[_Slot] = []
        self._answers: queue.SimpleQueue[tuple[_Worker, bytes, bytes]] = queue.SimpleQueue()

    def read(self, sources: Iterable[Source | SourceError]) -> Iterator[Article | SourceError]:
        """Yield what became of each source, in order."""
        for source in sources:
            self._take(source)
            yield from self._done()
            while len(self._order) >= WINDOW * self._jobs:
                self._wait()
                yield from self._done()
        while self._order:
            self._wait()
            yield from self._done()

    def close(self) -> None:
        """End the workers, whatever they do."""
        for worker in self._workers:
            _end(worker)
        self._workers.clear()

    def _take(self, source: Source | SourceError) -> None:
        if isinstance(source, SourceError):
            self._order.append(_Slot(None, source))
        elif self._jobs == 1 and source.media_type in TRUSTED and len(source.data) <= TRUSTED_BYTES:
            self._order.append(_Slot(None, frames.read_safely(source, self._read)))
        else:
            slot = _Slot(source)
            self._order.append(slot)
            self._batch.append(slot)
            size = sum(len(waiting.source.data) for waiting in self._batch if waiting.source)
            if len(self._batch) >= BATCH_PAGES or size >= BATCH_BYTES:
                self._send()

    def _done(self) -> Iterator[Article | SourceError]:
        while self._order and (result := self._order[0].result) is not None:
            self._order.popleft()
            yield result

    def _wait(self) -> None:
        """Send what waits, then take one answer or refuse a page that takes too long."""
        self._send()
        busy = [worker for worker in self._workers if worker.slots]
        if not busy:
            return
        patience = min(map(self._deadline, busy)) - time.monotonic()
        try:
            # Answers that lie in the queue come first: we may have been away for long.
            worker, kind, body = self._answers.get(timeout=max(0.0, patience))
        except queue.Empty:
            for worker in busy:
                if time.monotonic() >= self._deadline(worker):
                    self._lose(worker, f"not read within {self._timeout:g} s")
        else:
            self._receive(worker, kind, body)

    def _deadline(self, worker: _Worker) -> float:
        return worker.since + (self._timeout if worker.ready else START_SECONDS)

    def _receive(self, worker: _Worker, kind: bytes, body: bytes) -> None:
        if worker not in self._workers:
            return  # the last words of one that was replaced
        if not kind:
            self._lose(worker, None)
        elif kind == frames.READY:
            worker.ready = True
        else:
            slot = worker.slots.popleft()
            path = slot.source.path if slot.source else ""
            error = RefusedError if kind == frames.REFUSED else SourceError
            slot.result = frames.decode_article(body) if kind == frames.ARTICLE else error(path, body.decode())
            slot.source = None
            worker.batches[0] -= 1
            if not worker.batches[0]:
                worker.batches.popleft()

    def _lose(self, worker: _Worker, reason: str | None) -> None:
        """End a worker: the page it read is refused, those behind it go to another one."""
        self._workers.remove(worker)
        _end(worker)
        if not worker.ready:
            raise SearchsvcError("a worker process could not start: its error stands above; --jobs 0 reads without one")
        if not worker.slots:
            return
        first, *others = worker.slots
        path = first.source.path if first.source else ""
        first.result = RefusedError(path, reason or _death(worker.process.returncode))
        self._batch = others + self._batch

    def _send(self) -> None:
        """Send the batch, waiting for a free worker if need be."""
        while self._batch:
            worker = self._free()
            if worker is None:
                self._wait_for_free()
                continue
            slots, self._batch = self._batch[:BATCH_PAGES], self._batch[BATCH_PAGES:]
            if not worker.slots and worker.ready:
                worker.since = time.monotonic()
            worker.slots += slots
            worker.batches.append(len(slots))
            _write(worker, slots)

    def _wait_for_free(self) -> None:
        batch, self._batch = self._batch, []
        self._wait()
        self._batch += batch

    def _free(self) -> _Worker | None:
        least = min(self._workers, key=lambda worker: len(worker.batches), default=None)
        if least is not None and not least.batches:
            return least
        if len(self._workers) < self._jobs:
            return self._start()
        return least if least is not None and len(least.batches) < AHEAD else None

    def _start(self) -> _Worker:
        name = f"{self._read.__module__}:{self._read.__qualname__}"
        limits = [str(math.ceil(self._timeout)), str(self._memory)]
        command, environ = python_of_ours(f"{frames.__name__}:main", name, *limits)
        process = subprocess.Popen(  # noqa: S603 - our own module, by this interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ | ONE_THREAD,
            # An interrupt is for us; we end them.
            start_new_session=True,
        )
        worker = _Worker(process)
        worker.listener = threading.Thread(target=self._listen, args=(worker,), daemon=True)
        worker.listener.start()
        self._workers.append(worker)
        return worker

    def _listen(self, worker: _Worker) -> None:
        """Take a worker's answers from its pipe, so that neither side ever waits for the other to read."""
        answers = cast("BinaryIO", worker.process.stdout)
        while frame := frames.read_frame(answers):
            worker.since = time.monotonic()
            self._answers.put((worker, *frame))
        self._answers.put((worker, b"", b""))


#: Libraries that start a thread a core would share the cores with the other workers, and reserve address space.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def _write(worker: _Worker, slots: Iterable[_Slot]) -> None:
    pages = cast("BinaryIO", worker.process.stdin)
    with suppress(BrokenPipeError):  # it has died; the listener says so
        for slot in slots:
            frames.write_frame(pages, frames.PAGE, frames.encode(slot.source))
        pages.flush()


def _end(worker: _Worker) -> None:
    worker.process.kill()
    with suppress(BrokenPipeError):  # what was not sent is sent to another
        cast("BinaryIO", worker.process.stdin).close()
    worker.process.wait()
    worker.listener.join()
    cast("BinaryIO", worker.process.stdout).close()


def _death(code: int) -> str:
    """Say how the process of a page ended."""
    if code == -signal.SIGXCPU:
        return "takes more processor time than one page may have"
    name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"brought its reader down ({name})"
