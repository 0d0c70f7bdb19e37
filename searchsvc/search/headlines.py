"""A reader's request for related headlines → stories that pages point at, kept here or not."""

from dataclasses import dataclass

from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight
from searchsvc.model.article import ArticleHead, RelatedHeadline
from searchsvc.model.query import Notice
from searchsvc.model.result import IndexInfo, Snippet
from searchsvc.search.request import SearchRequest


@dataclass(frozen=True, slots=True)
class HeadlineResult:
    """One related headline as it is shown."""

    #: The article whose page carries it.
    head: ArticleHead
    #: Place among the article's related headlines.
    index: int
    headline: RelatedHeadline
    #: Its words, those of the query marked.
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
    """Find related headlines by their own words; without text, those of the newest pages first.

    Args:
        engine: The collection.
        request: What is asked; filters are of the article whose page carries the headline.

    Raises:
        QueryError: The text cannot be read, or would cost too much.
        EngineError: The index cannot be read.

    """
    read = request.understood
    info = engine.info()
    ranking = engine.search_headlines(read.root, request.filters(), limit=request.size, offset=request.offset)
    return HeadlinePage(
        text=request.text,
        understood=read.text,
        notices=read.notices,
        page=request.page,
        size=request.size,
        total=ranking.total,
        results=tuple(
            HeadlineResult(
                hit.head,
                hit.index,
                hit.headline,
                highlight(hit.headline.text, read.root, hit.head.language),
                hit.score,
            )
            for hit in ranking.hits
        ),
        index=info,
    )
