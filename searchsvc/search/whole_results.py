"""Search without pages: all that matches a request, in the order of its pages, slice by slice, at flat memory.

The first question tells what is ranked and how many match; each slice then asks the engine once. All slices are of one
commit, which is kept until the last one was read or the reader goes, and have as many hits as they must: else the
result ends with an error, never short.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

from searchsvc.engines.base import Engine
from searchsvc.errors import EngineError
from searchsvc.model.query import Node, Query
from searchsvc.model.result import Hit, QuoteHit, SpeakerHit
from searchsvc.search.articles import rank_articles
from searchsvc.search.headlines import HeadlineResult, headline_results, rank_headlines
from searchsvc.search.other_spellings import EXACT_WINDOW, exact_first
from searchsvc.search.quotes import quote_filters, rank_quotes
from searchsvc.search.request import SearchRequest, with_language
from searchsvc.search.speakers import SPOKEN
from searchsvc.search.suggestions import Respelling

#: Hits of a slice: where articles are read whole, and where only their heads are. Each costs one ranking of all.
READ_SLICE, SLICE = 200, 2_000

T = TypeVar("T")
#: Returns at most so many hits from an offset on, given engine, limit and offset.
AskSlice = Callable[[Engine, int, int], Sequence[T]]


@dataclass(frozen=True, slots=True)
class WholeResult(Generic[T]):
    """All hits of a search."""

    total: int
    #: What was ranked; its words are marked in snippets.
    root: Node
    #: The hits, to be read once, or closed; errors are raised in between.
    slices: Iterator[Sequence[T]]


def all_articles(engine: Engine, request: SearchRequest, *, texts: bool = False) -> WholeResult[Hit]:
    """Return all articles that match, as `search_articles` lists them page by page.

    Args:
        engine: The index to search.
        request: The search; its page and size do not count.
        texts: Whether hits get blocks and passages.

    Raises:
        QueryError: The text cannot be parsed, or the query would cost too much.
        EngineError: The index cannot be read; from the slices, also that its commit could not be kept.

    """

    def answer(at: Engine) -> tuple[SearchRequest, Query, int]:
        asked = replace(with_language(at, request), page=1, size=1, explain=False)
        answered, ranked, _ = rank_articles(at, asked, Respelling(at, asked), facets=False)
        return answered, ranked.query, ranked.ranking.total

    held, (answered, query, total) = _begun(engine, answer)
    printed = answered.understood.printed if query.sort == "relevance" else ()

    def ask(at: Engine, limit: int, offset: int) -> Sequence[Hit]:
        return at.search(query, limit=limit, offset=offset, facets=False, texts=texts).hits

    def first(at: Engine, limit: int, _offset: int) -> Sequence[Hit]:
        # Pages put the hits that print a phrase as typed first among these: for that they are read whole.
        return exact_first(at.search(query, limit=limit, facets=False).hits, printed)

    size = READ_SLICE if texts else SLICE
    return WholeResult(total, query.root, _slices(held, total, size, ask, first if printed else None))


def all_quotes(engine: Engine, request: SearchRequest) -> WholeResult[QuoteHit]:
    """Return all quotes that match, as `search_quotes` lists them; arguments and errors as of `all_articles`."""

    def answer(at: Engine) -> tuple[SearchRequest, Node, int]:
        asked = replace(with_language(at, request), page=1, size=1)
        root, ranking, _ = rank_quotes(at, asked)
        return asked, root, ranking.total

    held, (asked, root, total) = _begun(engine, answer)
    filters = quote_filters(asked)

    def ask(at: Engine, limit: int, offset: int) -> Sequence[QuoteHit]:
        found = at.search_quotes(
            root, filters, limit=limit, offset=offset, sort=asked.order, facets=False, grouped=asked.is_grouped
        )
        return found.hits

    return WholeResult(total, root, _slices(held, total, SLICE, ask))


def all_headlines(engine: Engine, request: SearchRequest, *, stories: bool = False) -> WholeResult[HeadlineResult]:
    """Return all related headlines that match, as `search_headlines` lists them; the rest as of `all_articles`.

    Args:
        engine: The index to search.
        request: The search; its page and size do not count.
        stories: Whether the articles that headlines name are looked up.

    """

    def answer(at: Engine) -> tuple[SearchRequest, Node, int]:
        asked = replace(with_language(at, request), page=1, size=1)
        root, ranking, _ = rank_headlines(at, asked)
        return asked, root, ranking.total

    held, (asked, root, total) = _begun(engine, answer)
    filters = asked.filters()

    def ask(at: Engine, limit: int, offset: int) -> Sequence[HeadlineResult]:
        hits = at.search_headlines(root, filters, limit=limit, offset=offset, sort=asked.order, facets=False).hits
        return headline_results(at, hits, root, stories=stories)

    return WholeResult(total, root, _slices(held, total, READ_SLICE if stories else SLICE, ask))


def all_speakers(engine: Engine, request: SearchRequest) -> WholeResult[SpeakerHit]:
    """Return all speakers whose quotes match, as `search_speakers` lists them; the rest as of `all_articles`."""
    filters = (*quote_filters(request), SPOKEN)

    def ask(at: Engine, limit: int, offset: int) -> Sequence[SpeakerHit]:
        return at.search_speakers(root, filters, limit=limit, offset=offset, grouped=True).hits

    def answer(at: Engine) -> tuple[Node, int]:
        root = with_language(at, request).searched.root
        return root, at.search_speakers(root, filters, limit=1, grouped=True).total

    held, (root, total) = _begun(engine, answer)
    return WholeResult(total, root, _slices(held, total, SLICE, ask))


def _begun(engine: Engine, answer: Callable[[Engine], T]) -> tuple[Engine, T]:
    """Return an engine of one commit, and what a function returns of it; if that raises, the engine is closed."""
    held = engine.pinned()
    try:
        return held, held.at_one_commit(answer)
    except BaseException:
        held.close()
        raise


def _slices(
    engine: Engine, total: int, size: int, ask: AskSlice[T], first: AskSlice[T] | None = None
) -> Iterator[Sequence[T]]:
    """Yield the hits in slices of at most `size`; `first`, if given, is asked for the first EXACT_WINDOW of them.

    The engine is closed at the end, or when the slices are.
    """
    offset = 0
    with closing(engine):
        while offset < total:
            asked, most = (first, EXACT_WINDOW) if first and not offset else (ask, size)
            limit = min(most, total - offset)
            found = engine.at_one_commit(partial(_slice, asked, limit, offset))
            if len(found) != limit:
                raise EngineError(f"of {limit} hits from {offset} on the index gave {len(found)}")
            yield found
            offset += limit


def _slice(ask: AskSlice[T], limit: int, offset: int, engine: Engine) -> Sequence[T]:
    return ask(engine, limit, offset)
