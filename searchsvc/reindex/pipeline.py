"""Ingest pipeline: scan the places, read pages in workers, write documents, commit, write the rows of the catalogue."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from searchsvc.engines.base import Engine, GenerationStore, Writer
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import SourceError, UsageError
from searchsvc.model.article import Article
from searchsvc.model.document import chunk
from searchsvc.model.source import Source
from searchsvc.reindex.arrivals import Arrivals
from searchsvc.reindex.captures import Captures, capture_version, recency_key
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow
from searchsvc.reindex.catalogue_file import build_name
from searchsvc.reindex.report import Change, Failure, Failures, Progress, Report, no_progress
from searchsvc.reindex.scan import Scan
from searchsvc.reindex.session import LazyWriter, NullWriter
from searchsvc.reindex.version_keeper import KEPT_VERSIONS, VersionKeeper
from searchsvc.reindex.worker_pool import READER_VERSION, read_with_limits
from searchsvc.versions import text_digest

#: Articles per commit of an incremental run: a killed run loses the work on at most this many.
BATCH_ARTICLES = 2_000

#: Page, its Source without the bytes (None if it could not be opened), and its article or error.
ReadResult = tuple[PageKey, Source | None, Article | SourceError]


class IngestPipeline:
    """One ingest run.

    Scans the places for pages that are new or changed, reads them in worker processes, writes their documents in
    batches, and after each commit writes the rows of its pages to the catalogue. An instance runs once.
    """

    def __init__(
        self,
        engine: Engine,
        catalogue: Catalogue,
        generation: str | None,
        *,
        takedowns: Takedowns,
        rebuild: bool,
        jobs: int = 1,
        progress: Progress | None = None,
        versions: int = KEPT_VERSIONS,
    ) -> None:
        """Prepare a run.

        Args:
            engine: The index.
            catalogue: Its catalogue.
            generation: The newest generation with rows in the catalogue, if any.
            takedowns: Articles that must not be indexed.
            rebuild: Write a new generation instead of the current one.
            jobs: Number of processes that read pages.
            progress: Called after each page.
            versions: Older versions that are kept of an article, at most.

        """
        self._engine = engine
        self._catalogue = catalogue
        self._rebuild = rebuild or generation is None
        self._previous = generation
        self._generation = build_name(generation) if self._rebuild or generation is None else generation
        self._jobs = jobs
        self._progress = progress or no_progress
        self._captures = Captures(catalogue, self._generation)
        self._arrivals = Arrivals(catalogue, self._generation, generation)
        self._versions = VersionKeeper(self._captures, self._arrivals, versions)
        #: Articles that were settled since the last commit.
        self._settled: list[str] = []
        self._takedowns = takedowns
        #: Changes that are not in the catalogue's temporary table yet; whether there was any.
        self._changes: list[Change] = []
        self._changed = False
        self._failures = Failures()
        self._superseded = self._taken_down = self._cut = 0
        #: Number of commits made.
        self.commits = 0
        self._rows: list[PageRow] = []
        self._removed: list[PageKey] = []
        #: Id of each article whose page is gone or holds another article now → path of that page.
        self._released: dict[str, str] = {}
        self._scan = Scan(catalogue, self._generation, generation, (), READER_VERSION)

    def run(self, places: tuple[str, ...], *, dropped: Sequence[str] = (), dry_run: bool) -> None:
        """Read new and changed pages, and bring index and catalogue up to date.

        Args:
            places: Places to read.
            dropped: Known places whose pages are deleted from the index.
            dry_run: Change nothing.

        """
        self._scan.places = places
        # Closed here, whatever fails: an error would keep the worker processes waiting until the interpreter ends.
        with closing(self._batches()) as batches:
            if self._rebuild:
                self._build(batches, dry_run=dry_run)
            else:
                for batch in batches:
                    self._index_batch(batch, dry_run=dry_run)
                self._process_removals(self._scan.gone_rows(dropped), dry_run=dry_run)
        if self._rebuild and not dry_run:
            self._adopt_generation()
        if not dry_run:
            self._catalogue.set_places(self._generation, self._current_places(dropped))

    def _current_places(self, dropped: Sequence[str]) -> set[str]:
        read = {str(Path(place).resolve()) for place in self._scan.places}
        return read if self._rebuild else read.union(self._catalogue.places(self._generation)).difference(dropped)

    def report(self, *, seconds: float, dry_run: bool) -> Report:
        """Return the report of the run."""
        for failure in self._scan.still_failing:
            self._failures.append(failure)
        return Report(
            changes=self._catalogue.changes(),
            failures=self._failures,
            unchanged=self._scan.unchanged,
            superseded=self._superseded,
            forgotten=self._taken_down,
            cut=self._cut,
            versions=self._versions.kept,
            left_out=self._versions.left_out,
            pages=self._scan.pages,
            seconds=seconds,
            dry_run=dry_run,
            passed_over=self._scan.passed_over,
        )

    def _require_articles(self) -> None:
        if self._rebuild and not self._changed:
            first = f"the first of {self._failures.pages}: {self._failures[0]}" if self._failures else ""
            why = first or str(self._scan.passed_over)
            example = f" ({why})" if why else ""
            raise UsageError(f"no page of these places can be read as an article: the index stays as it was{example}")

    def _read_articles(self) -> Generator[ReadResult, None, None]:
        #: Pages given to the workers, in the order in which their articles come back.
        pending: deque[tuple[PageKey, Source | None]] = deque()

        def pages() -> Iterator[Source | SourceError]:
            for key, item in self._scan.pages_to_read():
                pending.append((key, None if isinstance(item, SourceError) else replace(item, data=b"")))
                yield item

        with closing(read_with_limits(pages(), jobs=self._jobs)) as results:
            for result in results:
                path = result.path if isinstance(result, SourceError) else result.provenance.path
                key, source = pending.popleft()
                self._progress(self._scan.pages, path)
                yield key, source, result

    @contextmanager
    def _writer(self, *, dry_run: bool) -> Iterator[Writer]:
        if dry_run:
            yield NullWriter()
        elif self._rebuild:
            with self._engine.writer(fresh=True) as writer:
                yield writer
        else:
            with ExitStack() as stack:
                yield LazyWriter(lambda: stack.enter_context(self._engine.writer()))

    def _batches(self) -> Generator[Iterator[ReadResult], None, None]:
        """Yield the pages that were read, BATCH_ARTICLES at a time; each batch must be exhausted before the next."""
        with closing(self._read_articles()) as articles:
            while (first := next(articles, None)) is not None:
                yield chain((first,), islice(articles, BATCH_ARTICLES - 1))

    def _build(self, batches: Iterator[Iterator[ReadResult]], *, dry_run: bool) -> None:
        """Write a new generation in one commit; the rows of each batch are written to the catalogue before it.

        The commit is announced with the last rows: those of a build that ends before are dropped by the next run.
        """
        with self._writer(dry_run=dry_run) as writer:
            for batch in batches:
                self._index_pages(writer, batch)
                self._write_catalogue("", dry_run=dry_run)
            self._require_articles()
            self._settle(writer, self._released)
            self._announce_commit(writer.commit_id, dry_run=dry_run)
        self._released.clear()
        self._write_catalogue(writer.commit_id, dry_run=dry_run)

    def _index_batch(self, batch: Iterator[ReadResult], *, dry_run: bool) -> None:
        with self._writer(dry_run=dry_run) as writer:
            self._index_pages(writer, batch)
            done = dict(self._released) if len(self._released) > BATCH_ARTICLES else {}
            if done:
                self._settle(writer, done)
            self._announce_commit(writer.commit_id, dry_run=dry_run)
        for article_id in done:
            del self._released[article_id]
        self._write_catalogue(writer.commit_id, dry_run=dry_run)

    def _index_pages(self, writer: Writer, batch: Iterator[ReadResult]) -> None:
        for key, source, result in batch:
            before = self._scan.previous_rows.pop(key, None)
            if source is None or isinstance(result, SourceError):
                self._record_failure(key, source, result, before)
            else:
                self._index_article(writer, key, source, result, before)
            if self._versions.is_full:
                self._settle(writer)
        self._settle(writer)

    def _record_failure(
        self, key: PageKey, source: Source | None, error: Article | SourceError, before: PageRow | None
    ) -> None:
        assert isinstance(error, SourceError)  # noqa: S101  no source: only an error came
        self._failures.append(Failure(error.path, error.reason, error.count))
        if before is not None and before.status == "indexed":
            return  # the article of an earlier version of the page stays in the index
        sha256 = source.sha256 if source else ""
        self._rows.append(PageRow(key, error.path, sha256, READER_VERSION, "failed", error=error.reason))

    def _index_article(
        self, writer: Writer, key: PageKey, source: Source, article: Article, before: PageRow | None
    ) -> None:
        if before is not None and before.article not in {None, article.head.id}:
            self._release_article(before)
        row = PageRow(
            key,
            source.path,
            source.sha256,
            READER_VERSION,
            "indexed",
            article.head.id,
            capture_version(article, source),
            text=text_digest(article),
        )
        if article.head.id in self._takedowns:
            # No row is kept of such a page: its name may tell what its text was about.
            self._taken_down += 1
            self._removed.append(key)
            return
        self._cut += article.provenance.is_cut
        newest = self._captures.newest(article.head.id, except_key=key)
        if newest is not None and recency_key(newest) > recency_key(row):
            self._supersede(before, row)
            self._hold(writer, article, replace(row, status="superseded"))
            return
        known = newest is not None or (before is not None and before.article == article.head.id)
        if newest is None:
            self._put(writer, article, row)
        else:
            self._hold(writer, article, row)
        self._note_change(Change("changed" if known else "added", article.head.id, row.path))
        if newest is not None and newest.status == "indexed":  # only the newest capture of an article is ever indexed
            self._superseded += 1
            self._add_row(replace(newest, status="superseded"))
        self._add_row(row)

    def _put(self, writer: Writer, article: Article, _row: PageRow) -> None:
        writer.put(chunk(self._arrivals.stamped(article)))

    def _hold(self, _writer: Writer, article: Article, row: PageRow) -> None:
        """Put off the writing of an article that has other captures."""
        self._versions.hold(row, article)

    def _supersede(self, before: PageRow | None, row: PageRow) -> None:
        self._superseded += 1
        self._add_row(replace(row, status="superseded"))
        if before is not None and before.status == "indexed" and row.article is not None:
            self._released[row.article] = row.path  # this page was the newest capture before

    def _note_change(self, change: Change) -> None:
        self._changed = True
        self._changes.append(change)

    def _add_row(self, row: PageRow) -> None:
        self._rows.append(row)
        self._captures.add(row)

    def _release_article(self, row: PageRow) -> None:
        """Note that a page no longer holds its article: another capture may have to be indexed in its place."""
        self._captures.remove(row)
        if row.article is None:
            return
        if row.status == "indexed":
            self._released[row.article] = row.path
        elif row.status == "superseded":
            self._versions.touch(row.article)

    def _process_removals(self, gone: Iterator[PageRow], *, dry_run: bool) -> None:
        """Drop the rows of pages that are gone, a batch in each commit, and index or delete their articles."""
        while True:
            for row in islice(gone, BATCH_ARTICLES):
                self._removed.append(row.key)
                self._release_article(row)
            if not (self._released or self._removed):
                return
            with self._writer(dry_run=dry_run) as writer:
                self._settle(writer, self._released)
                self._announce_commit(writer.commit_id, dry_run=dry_run)
            self._released.clear()
            self._write_catalogue(writer.commit_id, dry_run=dry_run)

    def _settle(self, writer: Writer, released: Iterable[str] = ()) -> None:
        """Write the articles of several captures, and those released: their next newest captures, or delete them."""
        for one in self._versions.settle(writer, released, dry_run=isinstance(writer, NullWriter)):
            self._settled.append(one.article)
            row = one.newest
            if row is None:
                self._note_change(Change("deleted", one.article, self._released.get(one.article, "")))
            elif row.status != "indexed":
                self._note_change(Change("changed", one.article, row.path))
                self._add_row(replace(row, status="indexed"))

    def _announce_commit(self, commit: str, *, dry_run: bool) -> None:
        """Record the articles of the next commit: if the run is killed after it, they have no rows in the catalogue."""
        if dry_run:
            return
        if self._rebuild:
            self._catalogue.write(self._generation, self._rows, announced=commit)
            self._rows.clear()
        else:
            article_ids = [row.article for row in self._rows if row.article is not None]
            self._catalogue.announce_commit(self._generation, [*article_ids, *self._released, *self._settled], commit)

    def _write_catalogue(self, commit: str, *, dry_run: bool) -> None:
        """Write the rows after the commit, so that every article they name is in the index, and the changes."""
        self._catalogue.note_changes(self._changes)
        self._changes.clear()
        self._settled.clear()
        self._arrivals.write(dry_run=dry_run)
        if dry_run:
            self._removed.clear()
            return
        self.commits += bool(commit)
        self._catalogue.write(self._generation, self._rows, self._removed, unfinished=self._released, made=commit)
        self._captures.clear()
        self._rows.clear()
        self._removed.clear()

    def _adopt_generation(self) -> None:
        """Rename the rows of the build to the new generation; drop those of generations that no longer exist."""
        name = self._engine.generation() if isinstance(self._engine, GenerationStore) else None
        if name is not None:
            self._catalogue.rename_generation(self._generation, name)
            self._catalogue.keep_generations([name, *([self._previous] if self._previous else [])])
            self._generation = name
