"""Pages → articles → documents → writer, with the catalogue in step."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from searchsvc.chunking import chunk
from searchsvc.engines.base import Engine, GenerationStore, Writer
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import SourceError, UsageError
from searchsvc.model.article import Article, Source
from searchsvc.reindex.articles import READER, read_guarded
from searchsvc.reindex.catalogue import Catalogue
from searchsvc.reindex.report import Change, Failure, Failures, Kind, Progress, Report
from searchsvc.reindex.rows import Key, Row, building
from searchsvc.reindex.scan import Scan
from searchsvc.reindex.versions import Captures, age, version_of
from searchsvc.reindex.writers import LateWriter, NoWriter
from searchsvc.sources import read_sources

#: Articles of one commit of an incremental run: a kill costs at most this many.
BATCH = 2_000


Read = tuple[Key, Source | None, Article | SourceError]


def _silent(_done: int, _path: str) -> None:
    """Show no progress."""


class River:
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
        self._generation = building(generation) if self._fresh or generation is None else generation
        self._jobs = jobs
        self._progress = progress or _silent
        self._captures = Captures(catalogue, self._generation)
        self._forgotten = forgotten
        self._changes: dict[str, Change] = {}
        self._failures = Failures()
        self._superseded = self._kept_out = 0
        #: Commits that were made.
        self.commits = 0
        self._rows: list[Row] = []
        self._gone: list[Key] = []
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
            self._catalogue.settle_places(self._generation, self._places_now(dropped))

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
        asked: deque[tuple[Key, Source | None]] = deque()

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
            yield NoWriter()
        elif self._fresh:
            with self._engine.writer(fresh=True) as writer:
                yield writer
        else:
            with ExitStack() as stack:
                yield LateWriter(lambda: stack.enter_context(self._engine.writer()))

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

    def _fail(self, key: Key, source: Source | None, error: Article | SourceError) -> None:
        assert isinstance(error, SourceError)  # noqa: S101  no source: only an error came
        self._failures.append(Failure(error.path, error.reason))
        before = self._scan.before.get(key)
        if before is not None and before.status == "indexed":
            return  # the article stays as it was last read
        sha256 = source.sha256 if source else ""
        self._rows.append(Row(key, error.path, sha256, READER, "failed", error=error.reason))

    def _take(self, writer: Writer, key: Key, source: Source, article: Article) -> None:
        before = self._scan.before.get(key)
        if before is not None and before.article not in {None, article.head.id}:
            self._release(before)
        row = Row(key, source.path, source.sha256, READER, "indexed", article.head.id, version_of(article, source))
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

    def _supersede(self, before: Row | None, row: Row) -> None:
        self._superseded += 1
        self._note(replace(row, status="superseded"))
        if before is not None and before.status == "indexed" and row.article is not None:
            self._released[row.article] = row.path  # it was the newest and is not any more

    def _change(self, kind: Kind, row: Row) -> None:
        id_ = row.article or ""
        before = self._changes.get(id_)
        self._changes[id_] = Change("added" if before and before.kind == "added" else kind, id_, row.path)

    def _note(self, row: Row) -> None:
        self._rows.append(row)
        self._captures.note(row)

    def _release(self, row: Row) -> None:
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

    def _again(self, row: Row) -> Article | None:
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
            self._catalogue.expect(self._generation, [*held, *self._released], commit)

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
        name = self._engine.generation() if isinstance(self._engine, GenerationStore) else None
        if name is not None:
            self._catalogue.rename(self._generation, name)
            self._catalogue.keep_generations([name, *([self._previous] if self._previous else [])])
            self._generation = name


def _file_of(key: Key) -> str:
    """Return the file that a page lies in; its whole place where the name alone does not tell."""
    place = Path(key.place)
    if place.is_dir():
        for name in (key.name, key.name.rpartition("#")[0]):
            if name and (place / name).is_file():
                return str(place / name)
    return key.place
