"""Index → the same archive in another index, of any engine, without the saved pages; compared before it counts as done.

Articles are copied in the order of their ids, a commit for each COMMIT_ARTICLES, then the catalogue of pages, so that
`reindex` goes on from there. A mark in the target's catalogue says of which state of which index it is a copy: after a
kill only what is missing is copied, and where the source has changed since, only what differs.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Literal

from searchsvc.analysis import tokenize
from searchsvc.engines import engine_url
from searchsvc.engines.base import Engine
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import EngineError, IndexMissingError, UsageError
from searchsvc.model.article import Article
from searchsvc.model.document import chunk, whole_document
from searchsvc.model.fields import QUOTED, TEXT, TITLE, text_of
from searchsvc.model.query import MAX_FACET_LIMIT, And, FacetSelection, MatchAll, Node, Phrase, Prefix, Query, Word
from searchsvc.model.result import Facets
from searchsvc.reindex.catalogue import Catalogue, PageRow
from searchsvc.reindex.report import Progress
from searchsvc.reindex.session import COPY, Session, open_session

#: Articles that are read at a time, and articles of a commit.
READ_AT_ONCE, COMMIT_ARTICLES = 200, 10_000
#: Rows of the catalogue that are read at a time.
ROWS_READ = 2_000
#: Articles of the sample whose queries must find the same in both indices, and words of a phrase.
CANARIES, PHRASE_WORDS = 50, 8
#: Letters of a prefix that is asked for.
PREFIX_LETTERS = 4
#: Times that the source is read anew because it has changed meanwhile.
PASSES = 3

State = Literal["unfinished", "mixed", "whole"]


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What `copy_index` has done; all numbers are counts of articles unless they say otherwise."""

    #: In the copy.
    articles: int
    written: int
    #: Already there from an earlier run.
    kept: int
    deleted: int
    #: Left out, because they were taken down in the target.
    forgotten: int
    #: Quotes and related headlines in the copy.
    quotes: int
    headlines: int
    #: Queries that found the same in both indices.
    queries: int
    #: Pages that the copied catalogue names; None: the source has no catalogue of its current state.
    pages: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a target is a copy of, as its catalogue keeps it in the list of places of the generation COPY."""

    #: `unfinished`: articles of one state of the source, perhaps not all; `mixed`: of several; `whole`: all of one.
    state: State
    #: Commit of the source, and of the target when it was whole.
    commit: str
    made: str
    source: str

    @classmethod
    def read(cls, catalogue: Catalogue) -> "_Mark | None":
        for text in catalogue.places(COPY):
            state, commit, made, source = text.split(" ", 3)
            return cls(
                "whole" if state == "whole" else "unfinished" if state == "unfinished" else "mixed",
                commit,
                made,
                source,
            )
        return None

    def write(self, catalogue: Catalogue) -> "_Mark":
        catalogue.set_places(COPY, [f"{self.state} {self.commit} {self.made} {self.source}"])
        return self


def copy_index(source: str, target: str, *, progress: Progress | None = None) -> CopyReport:
    """Copy the current generation of an index, with its catalogue and its list of articles taken down.

    Args:
        source: Folder of an index, or URL of its engine; nothing is written there.
        target: The same of the copy: no index yet, or one that a copy of the same source has left or made.
        progress: Called after each article that was looked at, with how many were and its id.

    Raises:
        UsageError: Both are one index, or the target holds other articles.
        IndexMissingError: There is no source.
        IndexBusyError: Another process writes to the target.
        EngineError: An index cannot be read or written, the copy is not like the source, or the source changes
            faster than it is copied; what was copied stays, and the next run goes on from there.

    """
    started = time.monotonic()
    with open_session(source, dry_run=True) as origin:
        origin.engine.info()
        with open_session(target) as session:
            return _Copy(origin, session, progress or (lambda _done, _id: None)).run(started)


class _Copy:
    """One run of a copy."""

    def __init__(self, origin: Session, session: Session, progress: Progress) -> None:
        self._origin, self._session, self._progress = origin, session, progress
        self._from, self._to = origin.engine, session.engine
        self._takedowns = Takedowns()
        self._wanted: list[str] = []
        self._seen = self._written = self._kept = self._deleted = self._forgotten = 0

    def run(self, started: float) -> CopyReport:
        """Copy, compare, and mark the copy as whole."""
        mark = self._begin()
        for _ in range(PASSES):
            commit = self._from.info().commit
            compare = mark.state == "mixed" or mark.commit != commit
            if compare:
                mark = replace(mark, state="mixed").write(self._session.catalogue)
            self._copy_articles(compare=compare)
            if self._from.info().commit == commit:
                break
        else:
            raise EngineError(f"{self._origin.index} changes faster than it is copied: copy while nothing writes to it")
        pages = self._copy_catalogue(commit)
        queries = self._check()
        _Mark("whole", commit, self._to.info().commit, mark.source).write(self._session.catalogue)
        return CopyReport(
            articles=self._to.count(),
            written=self._written,
            kept=self._kept,
            deleted=self._deleted,
            forgotten=self._forgotten,
            quotes=_quotes(self._to),
            headlines=_headlines(self._to),
            queries=queries,
            pages=pages,
            seconds=time.monotonic() - started,
        )

    def _begin(self) -> _Mark:
        """Return the mark of the target, which is made if it is missing; takedowns of the source are carried over.

        Raises:
            UsageError: The target is the source, or holds articles of something else.

        """
        catalogue, where = self._session.catalogue, self._session.index
        source = str(self._from.folder.resolve()) if self._from.folder else engine_url(self._origin.index)
        commit = self._from.info().commit
        try:
            there = self._to.info()
        except IndexMissingError:
            there = None
        if there is not None and there.commit == commit:
            raise UsageError(f"{self._origin.index} and {where} are one index: name another folder or URL with --to")
        mark = _Mark.read(catalogue)
        own = mark is not None and mark.source == source
        if there is None or not there.articles:
            mark = _Mark("unfinished", commit, "-", source)
        elif mark is None or not own or (mark.state == "whole" and mark.made != there.commit):
            what = "was changed since it was copied" if own else f"holds {there.articles} articles of something else"
            raise UsageError(f"{where} {what}: name an index that is not there yet with --to")
        new = self._taken_down() | self._session.sync_takedowns()
        if there is None:
            with self._to.writer():
                pass
        mark.write(catalogue)
        if new != catalogue.forgotten():
            mark = replace(mark, state="mixed").write(catalogue)
            catalogue.forget(new)
            if there is not None and there.articles:
                self._session.keeper.forget(new)
            else:
                self._session.keeper.keep_forgotten(new)
        self._takedowns = new
        return mark

    def _taken_down(self) -> Takedowns:
        """Return the articles taken down from the source."""
        return self._origin.sync_takedowns()

    def _copy_articles(self, *, compare: bool) -> None:
        """Write the articles that the target lacks, and delete those that the source has no more.

        Args:
            compare: Whether articles of the target may be of another state of the source: those that differ are
                written, too. Else they are taken as they are.

        """
        wanted = sorted(self._from.ids())
        self._wanted = [one for one in wanted if one not in self._takedowns]
        self._forgotten = len(wanted) - len(self._wanted)
        there = set(self._to.ids())
        self._seen = self._kept = 0
        articles = self._articles(there, compare=compare)
        while (first := next(articles, None)) is not None:
            with self._to.writer() as writer:
                for article in chain((first,), islice(articles, COMMIT_ARTICLES - 1)):
                    writer.put(chunk(article))
                    older = _older(self._from, article)
                    if older or article.head.id in there:
                        writer.put_versions(article.head.id, list(map(whole_document, older)))
                    self._written += 1
        gone = there.difference(self._wanted)
        if gone:
            with self._to.writer() as writer:
                for one in sorted(gone):
                    writer.delete(one)
            self._deleted += len(gone)

    def _articles(self, there: set[str], *, compare: bool) -> Iterator[Article]:
        """Yield the articles of the source that must be written, in the order of their ids."""
        for start in range(0, len(self._wanted), READ_AT_ONCE):
            ids = self._wanted[start : start + READ_AT_ONCE]
            to_read = ids if compare else [one for one in ids if one not in there]
            read = dict(zip(to_read, self._from.articles(to_read), strict=True))
            known = [one for one in to_read if one in there]
            have = dict(zip(known, self._to.articles(known), strict=True))
            for one in ids:
                self._seen += 1
                article = read.get(one)
                # An article that is gone meanwhile belongs to a newer state, which the next pass copies.
                if one in there and (not compare or self._is_same(article, have.get(one))):
                    self._kept += 1
                elif article is not None:
                    yield article
                self._progress(self._seen, one)

    def _is_same(self, article: Article | None, copied: Article | None) -> bool:
        return article == copied and _older(self._from, article) == _older(self._to, copied)

    def _copy_catalogue(self, commit: str) -> int | None:
        """Copy the rows of the source's generation, if they are of the commit that was copied; return their number."""
        ours, theirs = self._origin.catalogue, self._session.catalogue
        generation, name = self._origin.generation, self._session.generation
        if generation is None or name is None or not ours.knows_commit(generation, commit):
            return None
        pages = 0

        def rows() -> Iterator[PageRow]:
            nonlocal pages
            for place in ours.places(generation):
                after: str | None = None
                while found := ours.rows_after(generation, place, after, ROWS_READ):
                    pages += len(found)
                    yield from found
                    after = found[-1].key.name

        theirs.drop_generation(name)
        theirs.write(name, rows(), made=self._to.info().commit)
        theirs.set_places(name, ours.places(generation))
        theirs.write_arrivals(name, ours.arrivals(generation))
        theirs.forget(self._takedowns)
        return pages

    def _check(self) -> int:
        """Compare the copy with the source; return how many queries were asked of both.

        Raises:
            EngineError: They differ; the message says in what.

        """
        there = self._to.count()
        if there != len(self._wanted):
            raise self._differs(f"it holds {there} articles instead of {len(self._wanted)}")
        sample = random.Random(0).sample(self._wanted, min(CANARIES, len(self._wanted)))  # noqa: S311 - a sample
        articles = list(zip(sample, self._from.articles(sample), self._to.articles(sample), strict=True))
        for one, article, copied in articles:
            if not self._is_same(article, copied):
                raise self._differs(f"article {one} is not the same")
        if self._forgotten:
            # What the source finds counts articles that are not to be copied.
            return 0
        for what, number in (("quotes", _quotes), ("related headlines", _headlines), ("languages", _languages)):
            if number(self._from) != number(self._to):
                raise self._differs(f"{what}: {number(self._to)} instead of {number(self._from)}")
        if _facets(self._from) != _facets(self._to):
            raise self._differs("its facets have other counts")
        queries = list(dict.fromkeys(query for _, article, _ in articles if article for query in _canaries(article)))
        asked = [Query(node) for node in queries]
        for node, here, found in zip(queries, self._from.totals(asked), self._to.totals(asked), strict=True):
            if here != found:
                raise self._differs(f"{node} finds {found} articles instead of {here}")
        return len(queries)

    def _differs(self, what: str) -> EngineError:
        return EngineError(
            f"{self._session.index} is not like {self._origin.index}: {what}. Run the copy again; if it says so again, "
            "copy into an index that is not there yet"
        )


def _older(engine: Engine, article: Article | None) -> tuple[Article, ...]:
    """Return the older versions of an article, the newest first."""
    history = article.head.history if article else None
    return tuple(engine.versions(article.head.id)) if article and history and history.older else ()


def _quotes(engine: Engine) -> int:
    return engine.search_quotes(MatchAll(), (), limit=0, facets=False).total


def _headlines(engine: Engine) -> int:
    return engine.search_headlines(MatchAll(), (), limit=0).total


def _languages(engine: Engine) -> list[str]:
    return list(engine.languages())


def _facets(engine: Engine) -> Facets:
    """Return all values of the facets with their counts; the numbers of values are those listed, for some estimate."""
    found = engine.search(Query(MatchAll()), limit=0, selection=FacetSelection(MAX_FACET_LIMIT)).facets
    return replace(found, totals={})


def _canaries(article: Article) -> Iterator[Node]:
    """Yield queries that must find the same in both indices: title, words and a beginning of the body, a quote."""
    texts = [text_of(TEXT[name], article).split("\n", 1)[0] for name in (TITLE, QUOTED)]
    texts.append(next((block.text for block in article.blocks), ""))
    title, quoted, body = ([word.text for word in tokenize(text, article.head.language)] for text in texts)
    for words, name in ((title, TITLE), (quoted, QUOTED)):
        if words:
            yield Phrase(tuple(words[:PHRASE_WORDS]), field=name)
    if body:
        yield And((Word(body[0]), Word(body[-1])))
        yield Phrase(tuple(body[:PHRASE_WORDS]))
        yield Prefix(max(body, key=len)[:PREFIX_LETTERS])
