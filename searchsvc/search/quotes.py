"""Search quotes: the quotes that match a request, each with its speaker and the sentence that names him."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from searchsvc.analysis import tokenize
from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight
from searchsvc.model.article import ArticleHead, Quote
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import SPEAKER, SPEAKER_NAME
from searchsvc.model.message import Message
from searchsvc.model.query import DrillSidewaysFilter, FacetFilter, Filter, Node, Notice, Phrase, Sort
from searchsvc.model.result import Asked, Facets, HeadlineRanking, IndexInfo, QuoteHit, QuoteRanking, Snippet
from searchsvc.search.quote_context import Evidence, context_span, evidence_of
from searchsvc.search.request import SearchRequest, any_word, at_least_one, most_words, with_language

#: Quotes or related headlines of a page.
Records = TypeVar("Records", QuoteRanking, HeadlineRanking)
#: A speaker's name between two of these means exactly this name.
EXACT_NAME_MARK = '"'


@dataclass(frozen=True, slots=True)
class QuoteResult:
    """One quote that matches."""

    head: ArticleHead
    #: Index of the quote among the article's quotes, from 0.
    index: int
    quote: Quote
    #: Text of the quote, with the words of the query marked.
    text: Snippet
    #: Text of the block or headline that contains the quote: a part of at most MAX_CONTEXT code points around it.
    context: str
    #: Offset of `context` in that text, and whether it is not the whole of it.
    context_start: int
    context_cut: bool
    #: None if no text names the speaker.
    evidence: Evidence | None
    #: URL fragment of the block on the article's page; None for a headline.
    anchor: str | None
    score: float
    copies: tuple[ArticleHead, ...] = ()
    copies_total: int = 0


@dataclass(frozen=True, slots=True)
class QuotePage:
    """The answer to one search for quotes."""

    text: str
    asked: Asked
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
    """Return one page of the quotes that match a request; without text, the newest first.

    A speaker is given by consecutive words of his name; a name in double quotation marks means exactly this name, as
    `analysis.keys.name_key` compares it. With `match="auto"`, if no quote has all the words, quotes with most of them
    are found and a notice says so.

    Args:
        engine: The index to search.
        request: The search; words without a field are searched for in the text of the quotes.
        offers: Count a facet with chosen values as if none were chosen, so that a page can offer to add others.

    Raises:
        QueryError: The text cannot be parsed, or the query would cost too much.
        EngineError: The index cannot be read.

    """
    request = with_language(engine, request)
    parsed, info = request.searched, engine.info()
    root, ranking, notices = rank_quotes(engine, request, sideways=offers)
    return QuotePage(
        text=request.text,
        asked=request.asked,
        understood=parsed.text,
        notices=(*parsed.notices, *notices),
        speaker=request.values(SPEAKER),
        sort=request.order,
        page=request.page,
        size=request.size,
        total=ranking.total,
        results=tuple(_result(hit, root) for hit in ranking.hits),
        facets=ranking.facets,
        index=info,
    )


def quote_filters(request: SearchRequest, *, sideways: bool = False) -> tuple[Filter, ...]:
    """Return the filters of a request for quotes, the speakers among them.

    With `sideways`, the values of each facet, and the dates, become a `DrillSidewaysFilter`.
    """
    others = request.choosing(SPEAKER, ()).filters(sideways=sideways)
    names = request.values(SPEAKER)
    if not names:
        return others
    speakers = at_least_one(tuple(_speakers(names)))
    return (DrillSidewaysFilter(SPEAKER, speakers) if sideways else speakers, *others)


def exact_name(value: str) -> str | None:
    """Return the name between double quotation marks; None if the value is not quoted, or nothing stands between.

    One mark on either side is removed: a name may contain marks itself, as `Al "Jo" Pike`.

    >>> exact_name('"Ann Oar"'), exact_name('""Jo" Pike"'), exact_name("Oar"), exact_name('""')
    ('Ann Oar', '"Jo" Pike', None, None)
    """
    quoted = len(value) > len(EXACT_NAME_MARK) and value.startswith(EXACT_NAME_MARK) and value.endswith(EXACT_NAME_MARK)
    return (value[len(EXACT_NAME_MARK) : -len(EXACT_NAME_MARK)].strip() or None) if quoted else None


def exactly(name: str) -> str:
    """Return the value that means exactly this name, as `exact_name` reads it: a bare name finds longer ones, too."""
    return f"{EXACT_NAME_MARK}{name}{EXACT_NAME_MARK}"


def _speakers(names: tuple[str, ...]) -> Iterator[Node]:
    """Yield a node for each name: its words as a phrase, or exactly the name if it is in quotation marks."""
    for name in names:
        if exact := exact_name(name):
            yield FacetFilter(SPEAKER, exact)
        else:  # A name without letters and digits has no words: as a facet value it matches no quote.
            words = tuple(token.text for token in tokenize(name))
            yield Phrase(words, field=SPEAKER_NAME) if words else FacetFilter(SPEAKER, name)


def rank_quotes(
    engine: Engine, request: SearchRequest, *, sideways: bool = False
) -> tuple[Node, QuoteRanking, tuple[Notice, ...]]:
    """Return the query that was ranked, strict or relaxed, its ranking, and the notice if it was relaxed."""
    filters = quote_filters(request, sideways=sideways)

    def ask(root: Node) -> QuoteRanking:
        return engine.search_quotes(
            root,
            filters,
            limit=request.size,
            offset=request.offset,
            sort=request.order,
            selection=request.selection,
            grouped=request.is_grouped,
        )

    return rank_records(request, ask, Message("No quote has all the words: those with most of them are shown."))


def rank_records(
    request: SearchRequest, ask: Callable[[Node], Records], notice: Message
) -> tuple[Node, Records, tuple[Notice, ...]]:
    """Return the query that was ranked, its ranking, and the notice if it was relaxed because nothing has all words.

    Args:
        request: The search.
        ask: Ranks what a query finds, under the filters of the search.
        notice: What is told if the query was relaxed, and then finds some.

    """
    root = any_word(request.searched) if request.match == "any" else request.searched.root
    strict = ask(root)
    relaxed = most_words(request.searched) if request.match == "auto" and not strict.total else None
    if relaxed is None:
        return root, strict, ()
    ranking = ask(relaxed)
    return relaxed, _with_strict_facets(ranking, strict), (Notice("relaxed", notice),) if ranking.total else ()


def _with_strict_facets(ranking: Records, strict: Records) -> Records:
    """Return a relaxed ranking with strict counts for the facets that would lead back to a strict result.

    If some records have all the words once the chosen values of a facet are dropped, choosing another value of it gives
    a strict result; so its values are counted over records with all the words.
    """
    counted = ranking.facets
    names = [name for name, total in strict.totals_without.items() if total and name in counted.values]
    values = {**counted.values, **{name: strict.facets[name] for name in names}}
    totals = {**counted.totals, **{name: strict.facets.totals[name] for name in names}}
    return replace(ranking, facets=replace(counted, values=values, totals=totals))


def _result(hit: QuoteHit, root: Node) -> QuoteResult:
    check_deadline()
    around = context_span(hit)
    return QuoteResult(
        head=hit.head,
        index=hit.index,
        quote=hit.quote,
        text=highlight(hit.quote.text, root, hit.head.language),
        context=hit.context[around.start : around.end],
        context_start=around.start,
        context_cut=around.end - around.start < len(hit.context),
        evidence=evidence_of(hit),
        anchor=hit.anchor,
        score=hit.score,
        copies=hit.copies,
        copies_total=hit.copies_total,
    )
