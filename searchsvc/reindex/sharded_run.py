"""Share of the pages → articles of a generation that several runs build together; when all are done, the generation.

Each run reads its share of the same places: of a folder the files whose names fall to it, of a single file the pages.
What a run that died has written does no harm: it is begun again, and writes the same with the same versions. The run
that ends last merges the catalogues and completes the index: of captures of the same time that several runs have
written, the one stays that a single run would have kept; articles that no catalogue names are deleted.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import cast

from searchsvc.engines import engine_url, open_engine
from searchsvc.engines.base import Engine, Writer
from searchsvc.engines.sharding import Shard, ShardedBuildStore, ShardMerger, ShardWriter
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import EngineError, IndexBusyError, UsageError
from searchsvc.model.article import Article
from searchsvc.model.document import chunk
from searchsvc.reindex.arrivals import Arrivals
from searchsvc.reindex.captures import UNKNOWN_TIME, Captures, recency_key, reread
from searchsvc.reindex.catalogue import Catalogue, PageRow
from searchsvc.reindex.catalogue_file import build_name
from searchsvc.reindex.pipeline import IngestPipeline
from searchsvc.reindex.report import Failures, Progress, Report
from searchsvc.reindex.scan import check_places
from searchsvc.reindex.session import Session, open_session
from searchsvc.reindex.version_keeper import KEPT_VERSIONS, VersionKeeper

#: Generation of the rows in the catalogue of a shard.
SHARE = build_name(None)
#: Rows of a catalogue that are read at a time.
ROWS_READ = 2_000
#: Seconds that the last run waits for other writers, and between two attempts.
PATIENCE, PAUSE = 600.0, 2.0


def reindex_shard(
    places: Sequence[str],
    *,
    shard: Shard,
    index: str,
    jobs: int = 1,
    progress: Progress | None = None,
    versions: int = KEPT_VERSIONS,
) -> Report:
    """Read one share of the pages into a new generation, which becomes current when all of its shards are read.

    Args:
        places: Folders, files or web archives, which all runs must name alike and reach; none means all known ones.
        shard: Which run of how many this is.
        index: URL of an engine that several machines reach.
        jobs: Number of processes that read pages.
        progress: Called after each page.
        versions: Older versions that are kept of an article, at most: the run that ends last reads their pages again.

    Returns:
        The counts of this run; `waiting` says how far the other runs are, and is empty when all are done.

    Raises:
        UsageError: The engine is of one machine, no place is known, or the other runs read other places.
        IndexBusyError: Another process is this run, or all runs are done and other writers do not end.
        EngineError: The index cannot be read or written: the run can be begun again.

    """
    started = monotonic()
    with closing(open_engine(engine_url(index))) as engine:
        if not isinstance(engine, ShardedBuildStore):
            raise UsageError(
                f"{index}: --shard is for an index that several machines reach (opensearch://…); "
                "into this one a single run reads with all processors (--jobs)"
            )
        to_read, takedowns = _prepare(index, places)
        state = next((one.state for one in engine.shards() if one.shard == shard), "not begun")
        share = _Share(engine, index, to_read, shard, takedowns, jobs, progress)
        report = _nothing() if state == "done" else share.read()
        waiting = tuple(str(one) for one in engine.shards() if one.state != "done")
        if not waiting:
            _merge_when_free(index, versions)
        info = None if waiting else engine.info()
        return replace(report, seconds=monotonic() - started, waiting=waiting, index=info)


def _prepare(index: str, places: Sequence[str]) -> tuple[tuple[str, ...], Takedowns]:
    """Return the places to read and the articles taken down."""
    with open_session(index, dry_run=True) as session:
        to_read = tuple(dict.fromkeys(places)) or tuple(session.catalogue.places(session.generation or ""))
        if not to_read:
            raise UsageError(
                f"{session.index} does not know yet where the pages lie: name a folder, as in: reindex seeds"
            )
        check_places(to_read)
        return to_read, session.sync_takedowns()


def _nothing() -> Report:
    return Report((), Failures(), unchanged=0, superseded=0, forgotten=0, pages=0, seconds=0, dry_run=False)


class _Share:
    """The reading of one share."""

    def __init__(
        self,
        engine: ShardedBuildStore,
        index: str,
        places: tuple[str, ...],
        shard: Shard,
        takedowns: Takedowns,
        jobs: int,
        progress: Progress | None,
    ) -> None:
        self._engine, self._index, self._places, self._shard = engine, index, places, shard
        self._takedowns, self._jobs, self._progress = takedowns, jobs, progress

    def read(self) -> Report:
        """Read the pages, write their articles, and note that the run is done."""
        names = sorted(str(Path(place).resolve()) for place in self._places)
        with (
            self._engine.shard_writer(self._shard, names) as writer,
            TemporaryDirectory(prefix="searchsvc-") as folder,
        ):
            path = Path(folder) / "share.sqlite"
            with open_session(self._index, dry_run=True) as before, Catalogue(path) as catalogue:
                pipeline = _ShardPipeline(
                    cast("Engine", self._engine),
                    catalogue,
                    None,
                    takedowns=self._takedowns,
                    rebuild=True,
                    jobs=self._jobs,
                    progress=self._progress,
                )
                pipeline.share(self._shard, writer, before)
                pipeline.run(self._places, dry_run=False)
                report = pipeline.report(seconds=0, dry_run=False)
            writer.finish(path)
            return report


class _ShardPipeline(IngestPipeline):
    """Ingest run over a share, whose articles have versions; nothing is committed."""

    _into: ShardWriter

    def share(self, shard: Shard, writer: ShardWriter, before: Session) -> None:
        """Say which share is read, where its articles go, and which index knows when they came in."""
        self._scan.shard, self._into = shard, writer
        if before.generation is not None:
            self._arrivals.also_know(before.catalogue, before.generation)

    @contextmanager
    def _writer(self, *, dry_run: bool) -> Iterator[Writer]:
        del dry_run
        yield self._into

    def _put(self, _writer: Writer, article: Article, row: PageRow) -> None:
        self._into.put_version(chunk(self._arrivals.stamped(article)), version_number(row.version))

    def _hold(self, writer: Writer, article: Article, row: PageRow) -> None:
        """Write the article unless a newer capture is there: which are its versions is known when all is merged."""
        if row.status == "indexed":
            self._put(writer, article, row)

    def _require_articles(self) -> None:
        """Require none: another share may have all of them."""

    def _adopt_generation(self) -> None:
        """Leave the rows as they are: the run that ends last merges them."""


def version_number(version: str) -> int:
    """Return `captures.capture_version` as microseconds since the year 1; 0 for an unknown time."""
    return (datetime.fromisoformat(version) - UNKNOWN_TIME) // timedelta(microseconds=1) if version else 0


def _merge_when_free(index: str, versions: int) -> None:
    """Merge what all runs have written, once no other writer is at work; do nothing if another run has done so."""
    end = monotonic() + PATIENCE
    while True:
        try:
            with open_session(index) as session:
                if isinstance(session.engine, ShardedBuildStore) and session.engine.shards():
                    _merge_shards(session, session.engine, versions)
                return
        except IndexBusyError as error:
            if monotonic() > end:
                way_out = "all shards are read: run any of them again to make them the current generation"
                raise IndexBusyError(f"{error}; {way_out}") from error
            sleep(PAUSE)


def _merge_shards(session: Session, store: ShardedBuildStore, versions: int) -> None:
    """Merge catalogues and complete the index; it becomes the current generation."""
    catalogue, previous = session.catalogue, session.generation
    takedowns = session.sync_takedowns()
    build = build_name(previous)
    with TemporaryDirectory(prefix="searchsvc-") as folder, ExitStack() as opened:
        parts = [opened.enter_context(Catalogue(path, read_only=True)) for path in store.shard_catalogues(Path(folder))]
        merged = _Merged(parts, takedowns)
        with store.merge_shards() as merger:
            catalogue.drop_generation(build)
            catalogue.write(build, merged.rows())
            for part in parts:
                catalogue.write_arrivals(build, part.arrivals(SHARE))
            _complete(session, merger, merged, build, versions)
            catalogue.write(build, (), announced=merger.commit_id)
        name = session.generation or ""
        catalogue.rename_generation(build, name)
        catalogue.keep_generations([name, *([previous] if previous else [])])
        catalogue.set_places(name, parts[0].places(SHARE))
    if merged.taken_down:
        session.keeper.forget(takedowns)


class _Merged:
    """The rows of all shards, in which one capture of each article is the indexed one."""

    def __init__(self, parts: Sequence[Catalogue], takedowns: Takedowns) -> None:
        self._parts, self._takedowns = parts, takedowns
        #: Articles of several captures; and the rows to be kept where several shards have written one of the same time.
        self.recaptured: list[str] = []
        self.tied: list[PageRow] = []
        #: Number of articles that were taken down while the shards were read.
        self.taken_down = 0

    def rows(self) -> Iterator[PageRow]:
        """Yield all rows; the lists are complete at the end."""
        for part in self._parts:
            yield from (row for row in _rows(part) if row.article is None)
        rows = merge(*map(_captures, self._parts), key=lambda row: (row.article or "", *recency_key(row)))
        for article, group in groupby(rows, key=lambda row: row.article or ""):
            if article in self._takedowns:
                self.taken_down += 1
                continue
            *older, newest = group
            if older:
                self.recaptured.append(article)
            if any(row.version == newest.version for row in older if row.status == "indexed"):
                self.tied.append(newest)
            yield from (replace(row, status="superseded") for row in older)
            yield newest


def _rows(part: Catalogue) -> Iterator[PageRow]:
    for place in part.places(SHARE):
        after: str | None = None
        while rows := part.rows_after(SHARE, place, after, ROWS_READ):
            yield from rows
            after = rows[-1].key.name


def _captures(part: Catalogue) -> Iterator[PageRow]:
    last: PageRow | None = None
    while rows := part.captures_after(SHARE, last, ROWS_READ):
        yield from rows
        last = rows[-1]


def _complete(session: Session, merger: ShardMerger, merged: _Merged, build: str, versions: int) -> None:
    """Make the index hold exactly what the merged rows name.

    Raises:
        UsageError: They name no article.
        EngineError: An article is missing, and its page has changed or is gone.

    """
    arrived = Arrivals(session.catalogue, build, session.generation)
    for row in merged.tied:
        # If its page has changed meanwhile, the next run reads it.
        if (article := reread(row)) is not None:
            merger.put(chunk(arrived.stamped(article)))
    wanted, there = session.catalogue.articles(build), frozenset(merger.ids())
    if not wanted:
        raise UsageError("no page of these places can be read as an article: the index stays as it was")
    for one in sorted(there - wanted):
        merger.delete(one)
    for one in sorted(wanted - there):
        article = reread(session.catalogue.captures(build, one, limit=1)[0])
        if article is None:
            raise EngineError(
                f"{session.index}: article {one} was written and is missing: run `searchsvc reindex --full`"
            )
        merger.put(chunk(arrived.stamped(article)))
    keeper = VersionKeeper(Captures(session.catalogue, build), arrived, versions)
    for one in merged.recaptured:
        keeper.touch(one)
    deque(keeper.settle(merger), maxlen=0)
    arrived.write(dry_run=False)
    merger.prune(merged.recaptured)
