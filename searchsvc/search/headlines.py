"""Search related headlines: the links to other stories that saved pages carry, whether or not those are indexed."""

from dataclasses import dataclass

from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight
from searchsvc.model.article import ArticleHead, RelatedHeadline
from searchsvc.model.query import Notice
from searchsvc.model.result import IndexInfo, Snippet
from searchsvc.search.request import SearchRequest, with_stop_words


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


@dataclass(frozen=True, slots=True)
class HeadlinePage:
    """The answer to one search for related headlines."""

    text: str
    understood: str
    notices: tuple[Notice, ...]
    page: int
    size: int
    total: int
    results: tuple[HeadlineResult, ...]
    index: IndexInfo


def search_headlines(engine: Engine, request: SearchRequest) -> HeadlinePage:
    """Return one page of the related headlines whose own text matches; without text, those of the newest pages first.

    Args:
        engine: The index to search.
        request: The search; its filters apply to the article whose page carries the headline.

    Raises:
        QueryError: The text cannot be parsed, or the query would cost too much.
        EngineError: The index cannot be read.

    """
    parsed = with_stop_words(engine, request).understood
    info = engine.info()
    ranking = engine.search_headlines(parsed.root, request.filters(), limit=request.size, offset=request.offset)
    return HeadlinePage(
        text=request.text,
        understood=parsed.text,
        notices=parsed.notices,
        page=request.page,
        size=request.size,
        total=ranking.total,
        results=tuple(
            HeadlineResult(
                hit.head,
                hit.index,
                hit.headline,
                highlight(hit.headline.text, parsed.root, hit.head.language),
                hit.score,
            )
            for hit in ranking.hits
        ),
        index=info,
    )
