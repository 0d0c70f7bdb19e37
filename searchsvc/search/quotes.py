"""A reader's request for quotes → what was said, by whom, with the evidence."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from searchsvc.analysis import tokenize
from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight
from searchsvc.model.article import ArticleHead, Quote
from searchsvc.model.fields import SPEAKER, SPEAKER_NAME
from searchsvc.model.query import Choice, Facet, Filter, Node, Notice, Phrase, Sort
from searchsvc.model.result import Facets, IndexInfo, QuoteHit, QuoteRanking, Snippet
from searchsvc.search.evidence import Evidence, evidence_of
from searchsvc.search.matching import any_word, most_words
from searchsvc.search.request import SearchRequest, any_of

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
    facets: Facets
    index: IndexInfo


def search_quotes(engine: Engine, request: SearchRequest, *, offers: bool = False) -> QuotePage:
    """Find quotes by their own words; without text, the newest first.

    A speaker is asked for by words of his name, in this order; a name in double quotation marks
    means exactly this name (`analysis.names.name_key`). Where no quote has all the words, those
    with most of them are found (`match=auto`), and a notice says so.

    Args:
        engine: The collection.
        request: What is asked; words without a field mean the quote's own.
        offers: Count a facet that has chosen values as if it had none, to offer what may be added.

    Raises:
        QueryError: The text cannot be read, or would cost too much.
        EngineError: The index cannot be read.

    """
    read = request.understood
    info = engine.info()
    root, ranking, notices = _rank(engine, request, sideways=offers)
    return QuotePage(
        text=request.text,
        understood=read.text,
        notices=(*read.notices, *notices),
        speaker=request.values(SPEAKER),
        sort=sort_of(request),
        page=request.page,
        size=request.size,
        total=ranking.total,
        results=tuple(_result(hit, root) for hit in ranking.hits),
        facets=ranking.facets,
        index=info,
    )


def quote_filters(request: SearchRequest, *, sideways: bool = False) -> tuple[Filter, ...]:
    """Return what narrows quotes without scoring; `sideways`, values of a facet are a choice."""
    others = request.choosing(SPEAKER, ()).filters(sideways=sideways)
    names = request.values(SPEAKER)
    if not names:
        return others
    speakers = any_of(tuple(_speakers(names)))
    return (Choice(SPEAKER, speakers) if sideways else speakers, *others)


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
            yield Facet(SPEAKER, exact)
        else:
            words = tuple(token.text for token in tokenize(name))
            # A name without a letter in it is nobody's.
            yield Phrase(words, field=SPEAKER_NAME) if words else Facet(SPEAKER, name)


def _rank(engine: Engine, request: SearchRequest, *, sideways: bool) -> tuple[Node, QuoteRanking, tuple[Notice, ...]]:
    read = request.understood
    root = any_word(read) if request.match == "any" else read.root
    strict = _ask(engine, request, root, sideways=sideways)
    relaxed = most_words(read) if request.match == "auto" and not strict.total else None
    if relaxed is None:
        return root, strict, ()
    ranking = _ask(engine, request, relaxed, sideways=sideways)
    notice = Notice("relaxed", "No quote has all the words: those with most of them are shown.")
    return relaxed, _with_strict_facets(ranking, strict), (notice,) if ranking.total else ()


def _ask(engine: Engine, request: SearchRequest, root: Node, *, sideways: bool) -> QuoteRanking:
    filters = quote_filters(request, sideways=sideways)
    return engine.search_quotes(root, filters, limit=request.size, offset=request.offset, sort=sort_of(request))


def _with_strict_facets(ranking: QuoteRanking, strict: QuoteRanking) -> QuoteRanking:
    """Return a relaxed ranking with those facets without which a quote has all the words: so many would be found."""
    kept = {
        name: strict.facets[name]
        for name, total in strict.totals_without.items()
        if total and name in ranking.facets.values
    }
    return replace(ranking, facets=replace(ranking.facets, values={**ranking.facets.values, **kept}))


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
