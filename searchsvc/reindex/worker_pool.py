"""Pool of worker processes that read pages with limits of time and memory: Sources in, Articles out, in order."""

import math
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import BinaryIO, cast

from searchsvc import languages, parsing, quotes
from searchsvc.analysis import keys
from searchsvc.errors import RefusedError, SearchsvcError, SourceError
from searchsvc.interpreter import python_of_ours
from searchsvc.model.article import Article
from searchsvc.model.source import PageContainer, Source
from searchsvc.reindex import worker_process
from searchsvc.sources.container_process import encode
from searchsvc.sources.files import PageBudget
from searchsvc.sources.guarded_process import READY, START_SECONDS, read_frame, write_frame

#: Media types read by linear code of this package alone; others go through libraries that a hostile page may crash.
TRUSTED = frozenset({"application/json", "text/plain"})
#: Most bytes of a page of these types that is read in this process.
TRUSTED_BYTES = 250_000
#: Most pages, and bytes above which no page is added, that are sent to a worker at once, to save waiting for answers.
BATCH_PAGES, BATCH_BYTES = 16, 1_000_000
#: Most batches of a worker: one that it reads, and one that waits.
MAX_BATCHES = 2
#: Most pages per worker that are kept until an earlier one is finished.
MAX_WAITING = 4 * BATCH_PAGES

#: Version of all readers; when it changes, the next run reads all pages again.
READER_VERSION = f"{parsing.VERSION}.{quotes.VERSION}.{keys.VERSION}.{languages.VERSION}"

#: Most seconds per page, and most bytes of address space of a worker; a page over a limit is refused.
PAGE_SECONDS, PAGE_MEMORY = 10.0, 2 << 30

ReadFunction = Callable[[Source], Article]


def read_article(source: Source) -> Article:
    """Return the article of a page with its quotes: the `ReadFunction` of the workers.

    Raises:
        SourceError: The page cannot be read as an article.

    """
    return with_quotes(parsing.parse(source))


def with_quotes(article: Article) -> Article:
    """Return the article with the quotes of its blocks and its headline; a warning says how many are left out.

    Related headlines are the words of other articles, and give this one none.
    """
    found, left_out = quotes.find_bounded_quotes(article.blocks, [article.head.title], article.head.language)
    if not left_out:
        return replace(article, quotes=found)
    warning = f"{left_out:,} quotes beyond the first {len(found):,} were cut"
    provenance = replace(article.provenance, warnings=(*article.provenance.warnings, warning))
    return replace(article, quotes=found, provenance=provenance)


def read_with_limits(
    pages: Iterable[Source | SourceError], *, jobs: int = 1
) -> Generator[Article | SourceError, None, None]:
    """Yield the article of each page, or the error, in order, with the limits PAGE_SECONDS and PAGE_MEMORY."""
    return read_articles(pages, read_article, jobs=jobs, timeout=PAGE_SECONDS, memory=PAGE_MEMORY)


def read_articles(
    sources: Iterable[Source | SourceError],
    read: ReadFunction,
    *,
    jobs: int,
    timeout: float,
    memory: int,
) -> Generator[Article | SourceError, None, None]:
    """Yield the article of each source, or the error that says why there is none, in order.

    Args:
        sources: The pages; errors among them are yielded as they are.
        read: Function at the top level of a module: workers import it by name.
        jobs: Number of worker processes. With 0 all pages are read in this process, without limits; with 1 only pages
            that could be hostile are read in the worker; with more, all pages are, to share the work.
        timeout: Seconds per page, after which it is refused and its worker is replaced.
        memory: Bytes of address space of a worker.

    """
    if jobs < 1:
        for source in sources:
            yield source if isinstance(source, SourceError) else worker_process.read_safely(source, read)
        return
    pool = _WorkerPool(read, jobs, timeout, memory)
    try:
        yield from pool.read(sources)
    finally:
        pool.close()


@dataclass(slots=True, eq=False)
class _Task:
    """A page, and its result when it is finished."""

    source: Source | None
    result: Article | SourceError | None = None

    @property
    def container(self) -> PageContainer | None:
        """The container of the page, until it is finished."""
        return self.source.container if self.source else None

    def refuse(self, reason: str) -> None:
        """Finish the page with an error."""
        self.result = RefusedError(self.source.path if self.source else "", reason)
        self.source = None


@dataclass(slots=True, eq=False)
class _Worker:
    """A worker process, and the pages sent to it that it has not answered."""

    process: subprocess.Popen[bytes]
    tasks: deque[_Task] = field(default_factory=deque)
    batches: deque[int] = field(default_factory=deque)
    listener: threading.Thread = field(default_factory=threading.Thread)
    #: Monotonic time of its last answer, or of its start.
    since: float = field(default_factory=time.monotonic)
    ready: bool = False


class _WorkerPool:
    """The worker processes, and the pages in order until their results are yielded."""

    def __init__(self, read: ReadFunction, jobs: int, timeout: float, memory: int) -> None:
        self._read, self._jobs, self._timeout, self._memory = read, jobs, timeout, memory
        self._workers: list[_Worker] = []
        self._order: deque[_Task] = deque()
        self._batch: list[_Task] = []
        self._budget = PageBudget()
        self._answers: queue.SimpleQueue[tuple[_Worker, bytes, bytes]] = queue.SimpleQueue()

    def read(self, sources: Iterable[Source | SourceError]) -> Iterator[Article | SourceError]:
        """Yield the article or the error of each source, in order."""
        for source in sources:
            self._submit(source)
            yield from self._finished()
            while len(self._order) >= MAX_WAITING * self._jobs:
                self._wait()
                yield from self._finished()
        while self._order:
            self._wait()
            yield from self._finished()

    def close(self) -> None:
        """Kill all workers."""
        for worker in self._workers:
            _kill_worker(worker)
        self._workers.clear()

    def _submit(self, source: Source | SourceError) -> None:
        if isinstance(source, SourceError):
            self._order.append(_Task(None, source))
            return
        task = _Task(source)
        self._order.append(task)
        if reason := self._budget.refusal(source.container):
            task.refuse(reason)
        elif self._jobs == 1 and source.media_type in TRUSTED and len(source.data) <= TRUSTED_BYTES:
            began = time.thread_time()
            task.result, task.source = worker_process.read_safely(source, self._read), None
            self._spend(source.container, time.thread_time() - began)
        else:
            self._batch.append(task)
            size = sum(len(waiting.source.data) for waiting in self._batch if waiting.source)
            if len(self._batch) >= BATCH_PAGES or size >= BATCH_BYTES:
                self._send()

    def _finished(self) -> Iterator[Article | SourceError]:
        while self._order and (result := self._order[0].result) is not None:
            self._order.popleft()
            yield result

    def _wait(self) -> None:
        """Send the waiting pages, then take one answer, or refuse the pages that exceed their time."""
        self._send()
        busy = [worker for worker in self._workers if worker.tasks]
        if not busy:
            return
        remaining = min(map(self._deadline, busy)) - time.monotonic()
        try:
            # Answers in the queue come before deadlines: the caller may have paused for long between two pages.
            worker, kind, body = self._answers.get(timeout=max(0.0, remaining))
        except queue.Empty:
            for worker in busy:
                if worker in self._workers and time.monotonic() >= self._deadline(worker):
                    self._replace(worker, f"not read within {self._timeout:g} s")
        else:
            self._receive(worker, kind, body)

    def _deadline(self, worker: _Worker) -> float:
        return worker.since + (self._timeout if worker.ready else START_SECONDS)

    def _receive(self, worker: _Worker, kind: bytes, body: bytes) -> None:
        if worker not in self._workers:
            return  # a late frame of a worker that was replaced
        if not kind:
            self._replace(worker, None)
        elif kind == READY:
            worker.ready = True
        else:
            task, container = worker.tasks[0], worker.tasks[0].container
            (seconds,) = worker_process.SECONDS.unpack_from(body)
            body = body[worker_process.SECONDS.size :]
            path = task.source.path if task.source else ""
            error = RefusedError if kind == worker_process.REFUSED else SourceError
            task.result = (
                worker_process.decode_article(body) if kind == worker_process.ARTICLE else error(path, body.decode())
            )
            task.source = None
            worker.tasks.popleft()
            worker.batches[0] -= 1
            if not worker.batches[0]:
                worker.batches.popleft()
            self._spend(container, seconds)

    def _replace(self, worker: _Worker, reason: str | None) -> None:
        """Kill a worker: the page that it was reading is refused, its other pages are sent to another worker."""
        self._workers.remove(worker)
        _kill_worker(worker)
        if not worker.ready:
            raise SearchsvcError("a worker process could not start: its error stands above; --jobs 0 reads without one")
        if not worker.tasks:
            return
        first, *others = worker.tasks
        container, seconds = first.container, min(time.monotonic() - worker.since, self._timeout)
        first.refuse(reason or _exit_reason(worker.process.returncode))
        self._batch = others + self._batch
        self._spend(container, seconds)

    def _spend(self, container: PageContainer | None, seconds: float) -> None:
        """Count the time of a page; if its container has no more, stop the workers that read pages of it."""
        if self._budget.spend(container, seconds):
            for worker in [each for each in self._workers if any(task.container == container for task in each.tasks)]:
                self._workers.remove(worker)
                _kill_worker(worker)
                self._batch = [*worker.tasks, *self._batch]

    def _send(self) -> None:
        """Send the waiting pages; wait for a worker if all have enough."""
        while self._batch:
            for task in self._batch:
                if reason := self._budget.refusal(task.container):
                    task.refuse(reason)
            self._batch = [task for task in self._batch if task.source]
            if not self._batch:
                break
            worker = self._idle_worker()
            if worker is None:
                self._wait_for_worker()
                continue
            tasks, self._batch = self._batch[:BATCH_PAGES], self._batch[BATCH_PAGES:]
            if not worker.tasks and worker.ready:
                worker.since = time.monotonic()
            worker.tasks += tasks
            worker.batches.append(len(tasks))
            _send_pages(worker, tasks)

    def _wait_for_worker(self) -> None:
        batch, self._batch = self._batch, []
        self._wait()
        self._batch += batch

    def _idle_worker(self) -> _Worker | None:
        least_busy = min(self._workers, key=lambda worker: len(worker.batches), default=None)
        if least_busy is not None and not least_busy.batches:
            return least_busy
        if len(self._workers) < self._jobs:
            return self._start_worker()
        return least_busy if least_busy is not None and len(least_busy.batches) < MAX_BATCHES else None

    def _start_worker(self) -> _Worker:
        name = f"{self._read.__module__}:{self._read.__qualname__}"
        limits = [str(math.ceil(self._timeout)), str(self._memory)]
        command, environ = python_of_ours(f"{worker_process.__name__}:main", name, *limits)
        process = subprocess.Popen(  # noqa: S603 - our own module, by this interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ | ONE_THREAD,
            # Ctrl-C reaches this process alone, which then ends the workers.
            start_new_session=True,
        )
        worker = _Worker(process)
        worker.listener = threading.Thread(target=self._receive_frames, args=(worker,), daemon=True)
        worker.listener.start()
        self._workers.append(worker)
        return worker

    def _receive_frames(self, worker: _Worker) -> None:
        """Read a worker's answers into the queue, in a thread: a full pipe could otherwise block both sides."""
        answers = cast("BinaryIO", worker.process.stdout)
        while frame := read_frame(answers):
            worker.since = time.monotonic()
            self._answers.put((worker, *frame))
        self._answers.put((worker, b"", b""))


#: One thread per worker for numeric libraries: by default they start one per core, and each reserves address space.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def _send_pages(worker: _Worker, tasks: Iterable[_Task]) -> None:
    pages = cast("BinaryIO", worker.process.stdin)
    with suppress(BrokenPipeError):  # the worker died; its listener reports the end
        for task in tasks:
            write_frame(pages, worker_process.PAGE, encode(task.source))
        pages.flush()


def _kill_worker(worker: _Worker) -> None:
    worker.process.kill()
    with suppress(BrokenPipeError):  # pages that were not sent go to another worker
        cast("BinaryIO", worker.process.stdin).close()
    worker.process.wait()
    worker.listener.join()
    cast("BinaryIO", worker.process.stdout).close()


def _exit_reason(code: int) -> str:
    """Return the reason of a page whose worker ended with this exit code."""
    if code == -signal.SIGXCPU:
        return "takes more processor time than one page may have"
    name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"brought its reader down ({name})"
