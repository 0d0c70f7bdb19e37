"""A reader's request for quotes → what was said, by whom, with the evidence."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from searchsvc.analysis import tokenize
from searchsvc.engines.base import Engine
from searchsvc.model.article import ArticleHead, Quote
from searchsvc.model.query import Facet, Node, Notice, Or, Phrase, Sort, Understood
from searchsvc.model.result import IndexInfo, QuoteFacets, QuoteHit, QuoteRanking, Snippet
from searchsvc.search.evidence import Evidence, evidence_of
from searchsvc.search.matching import any_word, most_words
from searchsvc.search.reading import understand
from searchsvc.search.request import SearchRequest
from searchsvc.snippets import highlight

#: Marks around a speaker's name that ask for exactly this name.
EXACTLY = '"'


@dataclass(frozen=True, slots=True)
class QuoteResult:
    """One quote as it is shown."""

    head: ArticleHead
    #: Place among the article's quotes.
    index: int
    quote: Quote
    #: Its words, those of the query marked.
    text: Snippet
    #: The block or headline it stands in.
    context: str
    evidence: Evidence | None
    anchor: str | None
    score: float


@dataclass(frozen=True, slots=True)
class QuotePage:
    """The answer to one search for quotes."""

    text: str
    understood: str
    notices: tuple[Notice, ...]
    speaker: tuple[str, ...]
    sort: Sort
    page: int
    size: int
    total: int
    results: tuple[QuoteResult, ...]
    facets: QuoteFacets
    index: IndexInfo


def search_quotes(engine: Engine, request: SearchRequest, *, now: datetime | None = None) -> QuotePage:
    """Find quotes by their own words; without text, the newest first.

    A speaker is asked for by words of his name, in this order; a name in double quotation marks
    means exactly this name (`analysis.names.name_key`). Where no quote has all the words, those
    with most of them are found (`match=auto`), and a notice says so.

    Args:
        engine: The collection.
        request: What is asked; words without a field mean the quote's own.
        now: What relative dates count from; the present if not given.

    Raises:
        QueryError: The text cannot be read, or would cost too much.
        EngineError: The index cannot be read.

    """
    read = understand(request, now or datetime.now(UTC))
    info = engine.info()
    root, ranking, notices = _rank(engine, request, read)
    return QuotePage(
        text=request.text,
        understood=read.text,
        notices=(*read.notices, *notices),
        speaker=request.speaker,
        sort=sort_of(request),
        page=request.page,
        size=request.size,
        total=ranking.total,
        results=tuple(_result(hit, root) for hit in ranking.hits),
        facets=ranking.facets,
        index=info,
    )


def quote_filters(request: SearchRequest) -> tuple[Node, ...]:
    """Return the nodes that narrow quotes without scoring."""
    speakers = tuple(_speakers(request.speaker))
    own = (speakers if len(speakers) <= 1 else (Or(speakers),)) if request.speaker else ()
    return (*own, *replace(request, speaker=()).filters())


def quote_root(request: SearchRequest, now: datetime | None = None) -> Node:
    """Return what the text of a request asks of quotes.

    Raises:
        QueryError: It cannot be read.

    """
    return understand(request, now or datetime.now(UTC)).root


def exact_name(asked: str) -> str | None:
    """Return the name that a speaker's double quotation marks ask for exactly; None if none do.

    One mark on either side: a name may have marks of its own, `Al "Jo" Pike`.

    >>> exact_name('"Ann Oar"'), exact_name('""Jo" Pike"'), exact_name("Oar"), exact_name('""')
    ('Ann Oar', '"Jo" Pike', None, None)
    """
    whole = len(asked) > len(EXACTLY) and asked.startswith(EXACTLY) and asked.endswith(EXACTLY)
    return (asked[len(EXACTLY) : -len(EXACTLY)].strip() or None) if whole else None


def sort_of(request: SearchRequest) -> Sort:
    """Return the order of the quotes: best first where there is a text, else newest first."""
    return request.sort or ("relevance" if request.text.strip() else "newest")


def _speakers(names: tuple[str, ...]) -> Iterator[Node]:
    for name in names:
        if exact := exact_name(name):
            yield Facet("speaker", exact)
        else:
            words = tuple(token.text for token in tokenize(name))
            # A name without a letter in it is nobody's.
            yield Phrase(words, field="speaker") if words else Facet("speaker", name)


def _rank(engine: Engine, request: SearchRequest, read: Understood) -> tuple[Node, QuoteRanking, tuple[Notice, ...]]:
    root = any_word(read) if request.match == "any" else read.root
    ranking = _ask(engine, request, root)
    relaxed = most_words(read) if request.match == "auto" and not ranking.total else None
    if relaxed is None:
        return root, ranking, ()
    ranking = _ask(engine, request, relaxed)
    notice = Notice("relaxed", "No quote has all the words: those with most of them are shown.")
    return relaxed, ranking, (notice,) if ranking.total else ()


def _ask(engine: Engine, request: SearchRequest, root: Node) -> QuoteRanking:
    offset = (request.page - 1) * request.size
    return engine.search_quotes(root, quote_filters(request), limit=request.size, offset=offset, sort=sort_of(request))


def _result(hit: QuoteHit, root: Node) -> QuoteResult:
    return QuoteResult(
        head=hit.head,
        index=hit.index,
        quote=hit.quote,
        text=highlight(hit.quote.text, root, hit.head.language),
        context=hit.context,
        evidence=evidence_of(hit),
        anchor=hit.anchor,
        score=hit.score,
    )
