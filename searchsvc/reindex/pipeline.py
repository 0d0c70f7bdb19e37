"""Pages → articles → documents → writer, with the catalogue in step."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from searchsvc.engines.base import Engine, GenerationStore, Writer
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import SourceError, UsageError
from searchsvc.model.article import Article, Source
from searchsvc.model.document import Document, chunk
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow, build_name
from searchsvc.reindex.report import Change, ChangeKind, Failure, Failures, Progress, Report
from searchsvc.reindex.scan import Captures, Scan, capture_version, recency_key
from searchsvc.reindex.worker_pool import READER_VERSION, read_with_limits
from searchsvc.sources import read_sources

#: Articles of one commit of an incremental run: a kill costs at most this many.
BATCH_ARTICLES = 2_000

#: A page without its bytes, None where it could not be found; and what reading it gave.
ReadResult = tuple[PageKey, Source | None, Article | SourceError]


class NullWriter:
    """Writer of a dry run: it writes nothing."""

    commit_id = ""

    def put(self, documents: object, /) -> None:
        """Do nothing."""

    def delete(self, article_id: str, /) -> None:
        """Do nothing."""


class LazyWriter:
    """A writer that is opened when there is something to write: a run that changes nothing makes no commit."""

    def __init__(self, open_: Callable[[], Writer]) -> None:
        self._open = open_
        self._writer: Writer | None = None

    @property
    def commit_id(self) -> str:
        """Identity that the index has after the commit; nothing where none is to come."""
        return self._writer.commit_id if self._writer is not None else ""

    def put(self, documents: Sequence[Document], /) -> None:
        """Replace an article."""
        self._opened().put(documents)

    def delete(self, article_id: str, /) -> None:
        """Remove an article."""
        self._opened().delete(article_id)

    def _opened(self) -> Writer:
        if self._writer is None:
            self._writer = self._open()
        return self._writer


def _no_progress(_done: int, _path: str) -> None:
    """Show no progress."""


class IngestPipeline:
    """One run: reads pages, indexes their articles, and writes the catalogue after each commit."""

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
    ) -> None:
        """Prepare a run into the current generation, or (`rebuild`) into a new one."""
        self._engine = engine
        self._catalogue = catalogue
        self._rebuild = rebuild or generation is None
        self._previous = generation
        self._generation = build_name(generation) if self._rebuild or generation is None else generation
        self._jobs = jobs
        self._progress = progress or _no_progress
        self._captures = Captures(catalogue, self._generation)
        self._takedowns = takedowns
        self._changes: dict[str, Change] = {}
        self._failures = Failures()
        self._superseded = self._taken_down = 0
        #: Commits that were made.
        self.commits = 0
        self._rows: list[PageRow] = []
        self._removed: list[PageKey] = []
        #: Article that a page held and holds no more → path of the page.
        self._released: dict[str, str] = {}
        self._scan = Scan(catalogue, self._generation, generation, (), READER_VERSION)

    def run(self, places: tuple[str, ...], *, dropped: Sequence[str] = (), dry_run: bool) -> None:
        """Read what has to be read and bring the index up to date.

        Args:
            places: What is read.
            dropped: Places of earlier runs whose pages leave the index.
            dry_run: Change nothing.

        """
        self._scan.places = places
        for place in dropped:
            self._scan.removed += self._catalogue.rows(self._generation, place).values()
        articles = self._read_articles()
        while (first := next(articles, None)) is not None:
            self._index_batch(
                chain((first,), articles if self._rebuild else islice(articles, BATCH_ARTICLES - 1)), dry_run=dry_run
            )
        self._require_articles()
        self._process_removals(dry_run=dry_run)
        if self._rebuild and not dry_run:
            self._adopt_generation()
        if not dry_run:
            self._catalogue.set_places(self._generation, self._current_places(dropped))

    def _current_places(self, dropped: Sequence[str]) -> set[str]:
        read = {str(Path(place).resolve()) for place in self._scan.places}
        return read if self._rebuild else read.union(self._catalogue.places(self._generation)).difference(dropped)

    def report(self, *, seconds: float, dry_run: bool) -> Report:
        """Return what the run did."""
        for row in self._scan.still_failing:
            self._failures.append(Failure(row.path, row.error or ""))
        return Report(
            changes=tuple(self._changes.values()),
            failures=self._failures,
            unchanged=self._scan.unchanged,
            superseded=self._superseded,
            forgotten=self._taken_down,
            pages=self._scan.pages,
            seconds=seconds,
            dry_run=dry_run,
        )

    def _require_articles(self) -> None:
        if self._rebuild and not self._changes:
            example = f" (the first of {len(self._failures)}: {self._failures[0]})" if self._failures else ""
            raise UsageError(f"no page of these places can be read as an article: the index stays as it was{example}")

    # reading
    def _read_articles(self) -> Iterator[ReadResult]:
        #: Pages that are being read, in the order in which their articles come back.
        pending: deque[tuple[PageKey, Source | None]] = deque()

        def pages() -> Iterator[Source | SourceError]:
            for key, item in self._scan.pages_to_read():
                pending.append((key, None if isinstance(item, SourceError) else replace(item, data=b"")))
                yield item

        for result in read_with_limits(pages(), jobs=self._jobs):
            path = result.path if isinstance(result, SourceError) else result.provenance.path
            key, source = pending.popleft()
            self._progress(self._scan.pages, path)
            yield key, source, result

    # writing
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

    def _index_batch(self, articles: Iterator[ReadResult], *, dry_run: bool) -> None:
        with self._writer(dry_run=dry_run) as writer:
            for key, source, result in articles:
                if source is None or isinstance(result, SourceError):
                    self._record_failure(key, source, result)
                else:
                    self._index_article(writer, key, source, result)
            self._require_articles()
            self._announce_commit(writer.commit_id, dry_run=dry_run)
        self._write_catalogue(writer.commit_id, dry_run=dry_run)

    def _record_failure(self, key: PageKey, source: Source | None, error: Article | SourceError) -> None:
        assert isinstance(error, SourceError)  # noqa: S101  no source: only an error came
        self._failures.append(Failure(error.path, error.reason))
        before = self._scan.previous_rows.get(key)
        if before is not None and before.status == "indexed":
            return  # the article stays as it was last read
        sha256 = source.sha256 if source else ""
        self._rows.append(PageRow(key, error.path, sha256, READER_VERSION, "failed", error=error.reason))

    def _index_article(self, writer: Writer, key: PageKey, source: Source, article: Article) -> None:
        before = self._scan.previous_rows.get(key)
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
        )
        if article.head.id in self._takedowns:
            # No row is kept of such a page: its name may tell what its text was about.
            self._taken_down += 1
            self._removed.append(key)
            return
        newest = self._captures.newest(article.head.id, except_key=key)
        if newest is not None and recency_key(newest) > recency_key(row):
            self._supersede(before, row)
            return
        known = newest is not None or (before is not None and before.article == article.head.id)
        writer.put(chunk(article))
        self._add_change("changed" if known else "added", row)
        for other in self._captures.others(article.head.id, key):
            if other.status == "indexed":
                self._superseded += 1
                self._add_row(replace(other, status="superseded"))
        self._add_row(row)

    def _supersede(self, before: PageRow | None, row: PageRow) -> None:
        self._superseded += 1
        self._add_row(replace(row, status="superseded"))
        if before is not None and before.status == "indexed" and row.article is not None:
            self._released[row.article] = row.path  # it was the newest capture until now

    def _add_change(self, kind: ChangeKind, row: PageRow) -> None:
        id_ = row.article or ""
        before = self._changes.get(id_)
        self._changes[id_] = Change("added" if before and before.kind == "added" else kind, id_, row.path)

    def _add_row(self, row: PageRow) -> None:
        self._rows.append(row)
        self._captures.add(row)

    def _release_article(self, row: PageRow) -> None:
        """A page no longer holds its article: another capture of it may have to be searched."""
        self._captures.remove(row)
        if row.status == "indexed" and row.article is not None:
            self._released[row.article] = row.path

    def _process_removals(self, *, dry_run: bool) -> None:
        """Index the next capture of each article whose page is gone, or delete the article."""
        for row in self._scan.removed:
            self._removed.append(row.key)
            self._release_article(row)
        if not (self._released or self._removed):
            return
        with self._writer(dry_run=dry_run) as writer:
            for article_id in sorted(self._released):
                self._index_next_capture(writer, article_id)
            self._announce_commit(writer.commit_id, dry_run=dry_run)
        self._released.clear()
        self._write_catalogue(writer.commit_id, dry_run=dry_run)

    def _index_next_capture(self, writer: Writer, article_id: str) -> None:
        row = self._captures.newest(article_id)
        article = None if row is None else self._reread(row)
        if row is None or article is None:
            writer.delete(article_id)
            self._changes[article_id] = Change("deleted", article_id, self._released[article_id])
            return
        writer.put(chunk(article))
        self._add_change("changed", row)
        self._add_row(replace(row, status="indexed"))

    def _reread(self, row: PageRow) -> Article | None:
        """Read once more a page that was superseded."""
        same = (s for s in read_sources([_file_path(row.key)]) if isinstance(s, Source) and s.sha256 == row.sha256)
        result = next(read_with_limits(islice(same, 1)), None)
        return result if isinstance(result, Article) else None

    def _announce_commit(self, commit: str, *, dry_run: bool) -> None:
        """Record what the commit that follows will hold: a run that is killed after it leaves articles without rows."""
        if dry_run:
            return
        if self._rebuild:
            self._catalogue.write(self._generation, self._rows, announced=commit)
            self._rows.clear()
        else:
            article_ids = [row.article for row in self._rows if row.article is not None]
            self._catalogue.announce_commit(self._generation, [*article_ids, *self._released], commit)

    def _write_catalogue(self, commit: str, *, dry_run: bool) -> None:
        """Write the catalogue, after the commit: all articles that it names are in the index."""
        if not dry_run:
            self.commits += bool(commit)
            self._catalogue.write(self._generation, self._rows, self._removed, unfinished=self._released, made=commit)
            self._captures.clear()
            self._rows.clear()
            self._removed.clear()

    def _adopt_generation(self) -> None:
        """Give the new generation its rows; drop those of generations that are gone."""
        name = self._engine.generation() if isinstance(self._engine, GenerationStore) else None
        if name is not None:
            self._catalogue.rename_generation(self._generation, name)
            self._catalogue.keep_generations([name, *([self._previous] if self._previous else [])])
            self._generation = name


def _file_path(key: PageKey) -> str:
    """Return the file that a page lies in; the whole place where its name does not tell the file."""
    place = Path(key.place)
    if place.is_dir():
        for name in (key.name, key.name.rpartition("#")[0]):
            if name and (place / name).is_file():
                return str(place / name)
    return key.place
