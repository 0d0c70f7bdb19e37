"""A reader's request for quotes → what was said, by whom, with the evidence."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from searchsvc.analysis import sentence_spans, tokenize
from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight
from searchsvc.model.article import ArticleHead, Quote
from searchsvc.model.fields import SPEAKER, SPEAKER_NAME
from searchsvc.model.query import DrillSidewaysFilter, FacetFilter, Filter, Node, Notice, Phrase, Sort
from searchsvc.model.result import Facets, IndexInfo, QuoteHit, QuoteRanking, Snippet, Span
from searchsvc.search.request import SearchRequest, any_word, at_least_one, most_words

#: Marks around a speaker's name that ask for exactly this name.
EXACT_NAME_MARK = '"'
#: Code points of evidence at most; a longer quote is cut, the mention never.
LONGEST_EVIDENCE = 400
#: A cut stops at a space within so many code points.
NEAR = 24


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the attribution rests on.

    `text` is a contiguous stretch of the block that names the speaker. The spans are of it: the
    quote's words as far as they stand there, the speaker as named, the word that attributes.
    """

    text: str
    #: Block of the article; None for a headline.
    block: int | None
    quote: Span | None
    mention: Span | None
    cue: Span | None
    #: True where words of the sentence were cut off before / after.
    cut_before: bool = False
    cut_after: bool = False

    @property
    def anchor(self) -> str | None:
        """Return the fragment of the article's page."""
        return None if self.block is None else f"b{self.block}"

    def parts(self) -> list[tuple[str, str | None]]:
        """Return `(text, role)` pieces that join to `text`; role is `quote`, `mention`, `cue` or None."""
        roles: list[str | None] = [None] * len(self.text)
        for role in ("quote", "mention", "cue"):
            span = getattr(self, role)
            if span is not None:
                roles[span.start : span.end] = [role] * (span.end - span.start)
        cuts = [i for i in range(1, len(roles)) if roles[i] != roles[i - 1]]
        return [(self.text[a:b], roles[a]) for a, b in zip([0, *cuts], [*cuts, len(roles)], strict=True) if b > a]


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
        sort=request.order,
        page=request.page,
        size=request.size,
        total=ranking.total,
        results=tuple(_result(hit, root) for hit in ranking.hits),
        facets=ranking.facets,
        index=info,
    )


def quote_filters(request: SearchRequest, *, sideways: bool = False) -> tuple[Filter, ...]:
    """Return what narrows quotes without scoring; `sideways`, values of a facet are a `DrillSidewaysFilter`."""
    others = request.choosing(SPEAKER, ()).filters(sideways=sideways)
    names = request.values(SPEAKER)
    if not names:
        return others
    speakers = at_least_one(tuple(_speakers(names)))
    return (DrillSidewaysFilter(SPEAKER, speakers) if sideways else speakers, *others)


def exact_name(asked: str) -> str | None:
    """Return the name that a speaker's double quotation marks ask for exactly; None if none do.

    One mark on either side: a name may have marks of its own, `Al "Jo" Pike`.

    >>> exact_name('"Ann Oar"'), exact_name('""Jo" Pike"'), exact_name("Oar"), exact_name('""')
    ('Ann Oar', '"Jo" Pike', None, None)
    """
    whole = len(asked) > len(EXACT_NAME_MARK) and asked.startswith(EXACT_NAME_MARK) and asked.endswith(EXACT_NAME_MARK)
    return (asked[len(EXACT_NAME_MARK) : -len(EXACT_NAME_MARK)].strip() or None) if whole else None


def _speakers(names: tuple[str, ...]) -> Iterator[Node]:
    for name in names:
        if exact := exact_name(name):
            yield FacetFilter(SPEAKER, exact)
        else:
            words = tuple(token.text for token in tokenize(name))
            # A name without a letter in it is nobody's.
            yield Phrase(words, field=SPEAKER_NAME) if words else FacetFilter(SPEAKER, name)


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
    return engine.search_quotes(root, filters, limit=request.size, offset=request.offset, sort=request.order)


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


def evidence_of(hit: QuoteHit) -> Evidence | None:
    """Return the evidence of a quote; None if nothing names its speaker."""
    quote, text = hit.quote, hit.mention_context
    if text is None or quote.mention_start is None or quote.mention_end is None:
        return None
    mention = Span(quote.mention_start, quote.mention_end)
    if not 0 <= mention.start < mention.end <= len(text):
        return None
    said = _quote_span(quote, len(text))
    whole = _sentence_span(text, mention, said)
    cue = _cue_span(text, quote.cue, mention, said, whole)
    needed = mention if cue is None else Span(min(mention.start, cue.start), max(mention.end, cue.end))
    # A cue too far from the mention to show both is left out.
    shown = _cut(text, whole, needed if needed.end - needed.start <= LONGEST_EVIDENCE else mention)
    return Evidence(
        text=text[shown.start : shown.end],
        block=quote.mention_block,
        quote=_within(said, shown),
        mention=_within(mention, shown),
        cue=_within(cue, shown),
        cut_before=shown.start > whole.start,
        cut_after=shown.end < whole.end,
    )


def _quote_span(quote: Quote, size: int) -> Span | None:
    """Return where the quote stands in the block that names the speaker, if it stands there."""
    if quote.start is None or quote.end is None or quote.block != quote.mention_block:
        return None
    return Span(quote.start, quote.end) if quote.end <= size else None


def _sentence_span(text: str, mention: Span, said: Span | None) -> Span:
    """Return the sentences that name the speaker; with those of the quote that they have begun or go on with."""
    found = [Span(*span) for span in sentence_spans(text)]
    whole = _overlapping(found, mention)
    if said is not None and said.start < whole.end and said.end > whole.start:
        whole = _overlapping(found, Span(min(said.start, whole.start), max(said.end, whole.end)))
    return whole


def _overlapping(found: Sequence[Span], wanted: Span) -> Span:
    within = [span for span in found if span.end > wanted.start and span.start < wanted.end]
    return Span(min(within[0].start, wanted.start), max(within[-1].end, wanted.end)) if within else wanted


def _cue_span(text: str, cue: str | None, mention: Span, said: Span | None, whole: Span) -> Span | None:
    """Return the span of the cue that is nearest to the mention and outside of the quote."""
    if not cue:
        return None
    # A colon is a cue too, and follows upon a word.
    before, after = (r"(?<!\w)" if cue[0].isalnum() else ""), (r"(?!\w)" if cue[-1].isalnum() else "")
    pattern = re.compile(f"{before}{re.escape(cue)}{after}", re.IGNORECASE)
    spans = [
        Span(*match.span())
        for match in pattern.finditer(text, whole.start, whole.end)
        if said is None or match.end() <= said.start or match.start() >= said.end
    ]
    outside = [span for span in spans if span.end <= mention.start or span.start >= mention.end]
    return min(outside, key=lambda span: max(span.start - mention.end, mention.start - span.end), default=None) or min(
        spans, key=lambda span: span.start, default=None
    )


def _cut(text: str, whole: Span, needed: Span) -> Span:
    """Return at most LONGEST_EVIDENCE code points around what must be seen, cut between words."""
    if whole.end - whole.start <= LONGEST_EVIDENCE:
        return whole
    spare = max(0, LONGEST_EVIDENCE - (needed.end - needed.start)) // 2
    start, end = max(whole.start, needed.start - spare), min(whole.end, needed.end + spare)
    if start > whole.start:
        space = text.find(" ", start, min(start + NEAR, needed.start))
        start = space + 1 if space >= 0 else start
    if end < whole.end:
        space = text.rfind(" ", max(end - NEAR, needed.end), end)
        end = space if space >= 0 else end
    return Span(start, end)


def _within(span: Span | None, shown: Span) -> Span | None:
    """Return a span of the block as one of what is shown of it; None if nothing of it is."""
    if span is None:
        return None
    start, end = max(span.start, shown.start), min(span.end, shown.end)
    return Span(start - shown.start, end - shown.start) if start < end else None
