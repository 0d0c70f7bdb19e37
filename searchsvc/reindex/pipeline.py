"""Pages → articles → documents → writer, with the catalogue in step."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from searchsvc import parsing, quotes
from searchsvc.chunking import chunk
from searchsvc.engines.base import Engine, Keeper, Writer
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import SourceError, UsageError
from searchsvc.model.article import Article, Source
from searchsvc.model.document import Document
from searchsvc.reindex.catalogue import Catalogue, PageKey, PageRow, build_name
from searchsvc.reindex.report import Change, ChangeKind, Failure, Failures, Progress, Report
from searchsvc.reindex.scan import Captures, Scan, age, version_of
from searchsvc.reindex.worker_pool import read_articles
from searchsvc.sources import read_sources

#: Changes when what the readers make of a page changes: pages are then read again.
READER = f"{parsing.VERSION}.{quotes.VERSION}"

#: A page that takes longer is refused, seconds; and the memory its reader may take, bytes.
PAGE_SECONDS, PAGE_MEMORY = 10.0, 2 << 30


def read_article(source: Source) -> Article:
    """Read a saved page whole: its parts, then who said what.

    Raises:
        SourceError: The page cannot be read as an article.

    """
    return with_quotes(parsing.parse(source))


def with_quotes(article: Article) -> Article:
    """Return the article with the quotes of its blocks and headlines."""
    headlines = [article.head.title, *(related.text for related in article.related)]
    return replace(article, quotes=(*quotes.find_quotes(article.blocks), *quotes.find_headline_quotes(headlines)))


def read_guarded(pages: Iterable[Source | SourceError], *, jobs: int = 1) -> Iterator[Article | SourceError]:
    """Yield the article of each page, or why there is none, in order: no page costs more than its limits."""
    return read_articles(pages, read_article, jobs=jobs, timeout=PAGE_SECONDS, memory=PAGE_MEMORY)


class NullWriter:
    """Stands for the writer in a dry run."""

    commit_id = ""

    def put(self, documents: object, /) -> None:
        """Keep nothing."""

    def delete(self, article_id: str, /) -> None:
        """Keep nothing."""


class LazyWriter:
    """A writer that is opened when there is something to write: what changes nothing is no commit."""

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


#: Articles of one commit of an incremental run: a kill costs at most this many.
BATCH = 2_000


Read = tuple[PageKey, Source | None, Article | SourceError]


def _silent(_done: int, _path: str) -> None:
    """Show no progress."""


class IngestPipeline:
    """One run."""

    def __init__(
        self,
        engine: Engine,
        catalogue: Catalogue,
        generation: str | None,
        *,
        forgotten: Takedowns,
        fresh: bool,
        jobs: int = 1,
        progress: Progress | None = None,
    ) -> None:
        """Prepare a run into the generation that answers now, or (fresh) into a new one."""
        self._engine = engine
        self._catalogue = catalogue
        self._fresh = fresh or generation is None
        self._previous = generation
        self._generation = build_name(generation) if self._fresh or generation is None else generation
        self._jobs = jobs
        self._progress = progress or _silent
        self._captures = Captures(catalogue, self._generation)
        self._forgotten = forgotten
        self._changes: dict[str, Change] = {}
        self._failures = Failures()
        self._superseded = self._kept_out = 0
        #: Commits that were made.
        self.commits = 0
        self._rows: list[PageRow] = []
        self._gone: list[PageKey] = []
        #: Articles that a page held and holds no more, with its path.
        self._released: dict[str, str] = {}
        self._scan = Scan(catalogue, self._generation, generation, (), READER)

    def run(self, places: tuple[str, ...], *, dropped: Sequence[str] = (), dry_run: bool) -> None:
        """Read what has to be read and bring the index up to date.

        Args:
            places: What is read.
            dropped: Places of earlier runs whose pages leave the index.
            dry_run: Change nothing.

        """
        self._scan.places = places
        for place in dropped:
            self._scan.gone += self._catalogue.rows(self._generation, place).values()
        articles = self._articles()
        while (first := next(articles, None)) is not None:
            self._batch(chain((first,), articles if self._fresh else islice(articles, BATCH - 1)), dry_run=dry_run)
        self._refuse_emptiness()
        self._leave(dry_run=dry_run)
        if self._fresh and not dry_run:
            self._adopt()
        if not dry_run:
            self._catalogue.set_places(self._generation, self._places_now(dropped))

    def _places_now(self, dropped: Sequence[str]) -> set[str]:
        read = {str(Path(place).resolve()) for place in self._scan.places}
        return read if self._fresh else read.union(self._catalogue.places(self._generation)).difference(dropped)

    def report(self, *, seconds: float, dry_run: bool) -> Report:
        """Return what the run did."""
        for row in self._scan.still_failing:
            self._failures.append(Failure(row.path, row.error or ""))
        return Report(
            changes=tuple(self._changes.values()),
            failures=self._failures,
            unchanged=self._scan.unchanged,
            superseded=self._superseded,
            forgotten=self._kept_out,
            pages=self._scan.pages,
            seconds=seconds,
            dry_run=dry_run,
        )

    def _refuse_emptiness(self) -> None:
        if self._fresh and not self._changes:
            why = f" (the first of {len(self._failures)}: {self._failures[0]})" if self._failures else ""
            raise UsageError(f"no page of these places can be read as an article: the index stays as it was{why}")

    # reading
    def _articles(self) -> Iterator[Read]:
        #: Pages being read, in order, as their articles come back.
        asked: deque[tuple[PageKey, Source | None]] = deque()

        def pages() -> Iterator[Source | SourceError]:
            for key, item in self._scan.pages_to_read():
                asked.append((key, None if isinstance(item, SourceError) else replace(item, data=b"")))
                yield item

        for found in read_guarded(pages(), jobs=self._jobs):
            path = found.path if isinstance(found, SourceError) else found.provenance.path
            key, source = asked.popleft()
            self._progress(self._scan.pages, path)
            yield key, source, found

    # writing
    @contextmanager
    def _writer(self, *, dry_run: bool) -> Iterator[Writer]:
        if dry_run:
            yield NullWriter()
        elif self._fresh:
            with self._engine.writer(fresh=True) as writer:
                yield writer
        else:
            with ExitStack() as stack:
                yield LazyWriter(lambda: stack.enter_context(self._engine.writer()))

    def _batch(self, articles: Iterator[Read], *, dry_run: bool) -> None:
        with self._writer(dry_run=dry_run) as writer:
            for key, source, found in articles:
                if source is None or isinstance(found, SourceError):
                    self._fail(key, source, found)
                else:
                    self._take(writer, key, source, found)
            self._refuse_emptiness()
            self._announce(writer.commit_id, dry_run=dry_run)
        self._remember(writer.commit_id, dry_run=dry_run)

    def _fail(self, key: PageKey, source: Source | None, error: Article | SourceError) -> None:
        assert isinstance(error, SourceError)  # noqa: S101  no source: only an error came
        self._failures.append(Failure(error.path, error.reason))
        before = self._scan.before.get(key)
        if before is not None and before.status == "indexed":
            return  # the article stays as it was last read
        sha256 = source.sha256 if source else ""
        self._rows.append(PageRow(key, error.path, sha256, READER, "failed", error=error.reason))

    def _take(self, writer: Writer, key: PageKey, source: Source, article: Article) -> None:
        before = self._scan.before.get(key)
        if before is not None and before.article not in {None, article.head.id}:
            self._release(before)
        row = PageRow(key, source.path, source.sha256, READER, "indexed", article.head.id, version_of(article, source))
        if article.head.id in self._forgotten:
            # Nothing is remembered of such a page: its name may tell what its text was about.
            self._kept_out += 1
            self._gone.append(key)
            return
        rival = self._captures.newest(article.head.id, but=key)
        if rival is not None and age(rival) > age(row):
            self._supersede(before, row)
            return
        known = rival is not None or (before is not None and before.article == article.head.id)
        writer.put(chunk(article))
        self._change("changed" if known else "added", row)
        for other in self._captures.others(article.head.id, key):
            if other.status == "indexed":
                self._superseded += 1
                self._note(replace(other, status="superseded"))
        self._note(row)

    def _supersede(self, before: PageRow | None, row: PageRow) -> None:
        self._superseded += 1
        self._note(replace(row, status="superseded"))
        if before is not None and before.status == "indexed" and row.article is not None:
            self._released[row.article] = row.path  # it was the newest and is not any more

    def _change(self, kind: ChangeKind, row: PageRow) -> None:
        id_ = row.article or ""
        before = self._changes.get(id_)
        self._changes[id_] = Change("added" if before and before.kind == "added" else kind, id_, row.path)

    def _note(self, row: PageRow) -> None:
        self._rows.append(row)
        self._captures.note(row)

    def _release(self, row: PageRow) -> None:
        """A page no longer holds its article: another capture of it may have to be searched."""
        self._captures.drop(row)
        if row.status == "indexed" and row.article is not None:
            self._released[row.article] = row.path

    def _leave(self, *, dry_run: bool) -> None:
        """Follow the pages that are gone."""
        for row in self._scan.gone:
            self._gone.append(row.key)
            self._release(row)
        if not (self._released or self._gone):
            return
        with self._writer(dry_run=dry_run) as writer:
            for article_id in sorted(self._released):
                self._promote(writer, article_id)
            self._announce(writer.commit_id, dry_run=dry_run)
        self._released.clear()
        self._remember(writer.commit_id, dry_run=dry_run)

    def _promote(self, writer: Writer, article_id: str) -> None:
        row = self._captures.newest(article_id)
        article = None if row is None else self._again(row)
        if row is None or article is None:
            writer.delete(article_id)
            self._changes[article_id] = Change("deleted", article_id, self._released[article_id])
            return
        writer.put(chunk(article))
        self._change("changed", row)
        self._note(replace(row, status="indexed"))

    def _again(self, row: PageRow) -> Article | None:
        """Read once more a page that was superseded."""
        same = (s for s in read_sources([_file_of(row.key)]) if isinstance(s, Source) and s.sha256 == row.sha256)
        found = next(read_guarded(islice(same, 1)), None)
        return found if isinstance(found, Article) else None

    def _announce(self, commit: str, *, dry_run: bool) -> None:
        """Write down what the commit that follows will hold, lest a kill after it leaves what no page accounts for."""
        if dry_run:
            return
        if self._fresh:
            self._catalogue.write(self._generation, self._rows, announced=commit)
            self._rows.clear()
        else:
            held = [row.article for row in self._rows if row.article is not None]
            self._catalogue.announce_commit(self._generation, [*held, *self._released], commit)

    def _remember(self, commit: str, *, dry_run: bool) -> None:
        """Write the catalogue: after the commit, so that what it says is in the index is in the index."""
        if not dry_run:
            self.commits += bool(commit)
            self._catalogue.write(self._generation, self._rows, self._gone, unfinished=self._released, made=commit)
            self._captures.settle()
            self._rows.clear()
            self._gone.clear()

    def _adopt(self) -> None:
        """Give the new generation its rows; drop those of generations that are gone."""
        name = self._engine.generation() if isinstance(self._engine, Keeper) else None
        if name is not None:
            self._catalogue.rename_generation(self._generation, name)
            self._catalogue.keep_generations([name, *([self._previous] if self._previous else [])])
            self._generation = name


def _file_of(key: PageKey) -> str:
    """Return the file that a page lies in; its whole place where the name alone does not tell."""
    place = Path(key.place)
    if place.is_dir():
        for name in (key.name, key.name.rpartition("#")[0]):
            if name and (place / name).is_file():
                return str(place / name)
    return key.place
