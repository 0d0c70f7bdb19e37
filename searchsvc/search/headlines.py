"""Search related headlines: the links to other stories that saved pages carry, whether or not those are indexed."""

from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight
from searchsvc.model.article import ArticleHead, RelatedHeadline
from searchsvc.model.message import Message
from searchsvc.model.query import Node, Notice, Sort
from searchsvc.model.result import Asked, Facets, HeadlineHit, HeadlineRanking, IndexInfo, Snippet
from searchsvc.search.linked_stories import named_articles
from searchsvc.search.quotes import rank_records
from searchsvc.search.request import SearchRequest, with_language


@dataclass(frozen=True, slots=True)
class HeadlineResult:
    """One related headline that matches."""

    #: The article whose page carries it.
    head: ArticleHead
    #: Index of the headline among the article's related headlines, from 0.
    index: int
    headline: RelatedHeadline
    #: Text of the headline, with the words of the query marked.
    text: Snippet
    score: float
    #: The article that it names; None: the archive knows that story by its headline alone.
    story: ArticleHead | None = None


@dataclass(frozen=True, slots=True)
class HeadlinePage:
    """The answer to one search for related headlines."""

    text: str
    asked: Asked
    understood: str
    notices: tuple[Notice, ...]
    sort: Sort
    page: int
    size: int
    total: int
    results: tuple[HeadlineResult, ...]
    facets: Facets
    index: IndexInfo


def search_headlines(engine: Engine, request: SearchRequest, *, offers: bool = False) -> HeadlinePage:
    """Return one page of the related headlines whose own text matches; without text, those of the newest pages first.

    With `match="auto"`, if no headline has all the words, those with most of them are found and a notice says so.

    Args:
        engine: The index to search.
        request: The search; its filters and dates apply to the article whose page carries the headline.
        offers: Count a facet with chosen values as if none were chosen, so that a page can offer to add others.

    Raises:
        QueryError: The text cannot be parsed, or the query would cost too much.
        EngineError: The index cannot be read.

    """
    request = with_language(engine, request)
    parsed, info = request.searched, engine.info()
    root, ranking, notices = rank_headlines(engine, request, sideways=offers)
    return HeadlinePage(
        text=request.text,
        asked=request.asked,
        understood=parsed.text,
        notices=(*parsed.notices, *notices),
        sort=request.order,
        page=request.page,
        size=request.size,
        total=ranking.total,
        results=headline_results(engine, ranking.hits, root),
        facets=ranking.facets,
        index=info,
    )


def headline_results(
    engine: Engine, hits: Sequence[HeadlineHit], root: Node, *, stories: bool = True
) -> tuple[HeadlineResult, ...]:
    """Return some headlines with the words of a query marked; `stories`: with the articles that they name."""
    named = named_articles(engine, [(hit.headline, hit.head) for hit in hits]) if stories else [None] * len(hits)
    return tuple(
        HeadlineResult(
            hit.head, hit.index, hit.headline, highlight(hit.headline.text, root, hit.head.language), hit.score, story
        )
        for hit, story in zip(hits, named, strict=True)
    )


def rank_headlines(
    engine: Engine, request: SearchRequest, *, sideways: bool = False
) -> tuple[Node, HeadlineRanking, tuple[Notice, ...]]:
    """Return the query that was ranked, strict or relaxed, its ranking, and the notice if it was relaxed."""
    filters = request.filters(sideways=sideways)

    def ask(root: Node) -> HeadlineRanking:
        return engine.search_headlines(
            root,
            filters,
            limit=request.size,
            offset=request.offset,
            sort=request.order,
            selection=request.selection,
        )

    return rank_records(request, ask, Message("No headline has all the words: those with most of them are shown."))
