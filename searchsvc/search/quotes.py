"""Search quotes: the quotes that match a request, each with its speaker and the sentence that names him."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from searchsvc.analysis import sentence_spans, tokenize
from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight
from searchsvc.model.article import ArticleHead, Quote
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import SPEAKER, SPEAKER_NAME
from searchsvc.model.query import DrillSidewaysFilter, FacetFilter, Filter, Node, Notice, Phrase, Sort
from searchsvc.model.result import Asked, Facets, IndexInfo, QuoteHit, QuoteRanking, Snippet, Span
from searchsvc.search.request import SearchRequest, any_word, at_least_one, most_words, with_stop_words

#: A speaker's name between two of these means exactly this name.
EXACT_NAME_MARK = '"'
#: Code points of evidence, at most, unless the mention alone is longer: the mention is never cut.
MAX_EVIDENCE = 400
#: Code points of a quote's context, at most. Of printed paragraphs hardly one is longer.
MAX_CONTEXT = 2_000
#: Code points by which evidence or context is shortened at most to end at a space.
MAX_SHIFT = 24


@dataclass(frozen=True, slots=True)
class Evidence:
    """The text that shows why a quote is attributed to its speaker.

    `text` is a contiguous part of the block that names the speaker. The spans are offsets in it: of the part of the
    quote that stands in it, of the speaker's mention, and of the cue (the reporting verb or other word that attributes
    the quote). None: not in `text`.
    """

    text: str
    #: Index of the article's block; None for a headline.
    block: int | None
    quote: Span | None
    mention: Span | None
    cue: Span | None
    #: Whether words of the sentence were cut off before, and after, `text`.
    cut_before: bool = False
    cut_after: bool = False

    @property
    def anchor(self) -> str | None:
        """Return the URL fragment of the block on the article's page; None for a headline."""
        return None if self.block is None else f"b{self.block}"

    def parts(self) -> list[tuple[str, str | None]]:
        """Return `(text, role)` pairs whose texts join to `text`; role is `quote`, `mention`, `cue` or None.

        Where spans overlap, a cue counts before a mention and a mention before a quote.
        """
        roles: list[str | None] = [None] * len(self.text)
        for role in ("quote", "mention", "cue"):
            span = getattr(self, role)
            if span is not None:
                roles[span.start : span.end] = [role] * (span.end - span.start)
        cuts = [i for i in range(1, len(roles)) if roles[i] != roles[i - 1]]
        return [(self.text[a:b], roles[a]) for a, b in zip([0, *cuts], [*cuts, len(roles)], strict=True) if b > a]


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
    request = with_stop_words(engine, request)
    parsed = request.understood
    info = engine.info()
    root, ranking, notices = _rank(engine, request, sideways=offers)
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

    With `sideways`, the values of each facet become a `DrillSidewaysFilter`.
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


def _speakers(names: tuple[str, ...]) -> Iterator[Node]:
    """Yield a node for each name: its words as a phrase, or exactly the name if it is in quotation marks."""
    for name in names:
        if exact := exact_name(name):
            yield FacetFilter(SPEAKER, exact)
        else:
            words = tuple(token.text for token in tokenize(name))
            # A name without letters and digits has no words: as a facet value it matches no quote.
            yield Phrase(words, field=SPEAKER_NAME) if words else FacetFilter(SPEAKER, name)


def _rank(engine: Engine, request: SearchRequest, *, sideways: bool) -> tuple[Node, QuoteRanking, tuple[Notice, ...]]:
    """Return the query that was ranked, strict or relaxed, its ranking, and the notice if it was relaxed."""
    parsed = request.understood
    root = any_word(parsed) if request.match == "any" else parsed.root
    strict = _ask(engine, request, root, sideways=sideways)
    relaxed = most_words(parsed) if request.match == "auto" and not strict.total else None
    if relaxed is None:
        return root, strict, ()
    ranking = _ask(engine, request, relaxed, sideways=sideways)
    notice = Notice("relaxed", "No quote has all the words: those with most of them are shown.")
    return relaxed, _with_strict_facets(ranking, strict), (notice,) if ranking.total else ()


def _ask(engine: Engine, request: SearchRequest, root: Node, *, sideways: bool) -> QuoteRanking:
    filters = quote_filters(request, sideways=sideways)
    return engine.search_quotes(
        root,
        filters,
        limit=request.size,
        offset=request.offset,
        sort=request.order,
        selection=request.selection,
    )


def _with_strict_facets(ranking: QuoteRanking, strict: QuoteRanking) -> QuoteRanking:
    """Return a relaxed ranking with strict counts for the facets that would lead back to a strict result.

    If some quotes have all the words once the chosen values of a facet are dropped, choosing another value of it gives
    a strict result; so its values are counted over quotes with all the words.
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
    )


def context_span(hit: QuoteHit) -> Span:
    """Return the span of what is shown of a quote's context: at most MAX_CONTEXT code points, the quote in the middle.

    Of a quote that is longer itself they are the first ones.
    """
    whole, quote = Span(0, len(hit.context)), hit.quote
    start = min(quote.start or 0, whole.end)
    quoted = Span(start, min(max(start, quote.end or 0), start + MAX_CONTEXT, whole.end))
    return _cut(hit.context, whole, quoted, MAX_CONTEXT)


def evidence_of(hit: QuoteHit) -> Evidence | None:
    """Return the evidence of a quote; None if no text names its speaker, or the stored offsets do not fit the text."""
    quote, text = hit.quote, hit.mention_context
    if text is None or quote.mention_start is None or quote.mention_end is None:
        return None
    mention = Span(quote.mention_start, quote.mention_end)
    if not 0 <= mention.start < mention.end <= len(text):
        return None
    quoted = _quote_span(quote, len(text))
    sentences = _sentence_span(text, mention, quoted)
    cue = _cue_span(text, quote.cue, mention, quoted, sentences)
    needed = mention if cue is None else Span(min(mention.start, cue.start), max(mention.end, cue.end))
    # If cue and mention are too far apart to show both, only the mention must be shown.
    shown = _cut(text, sentences, needed if needed.end - needed.start <= MAX_EVIDENCE else mention)
    return Evidence(
        text=text[shown.start : shown.end],
        block=quote.mention_block,
        quote=_within(quoted, shown),
        mention=_within(mention, shown),
        cue=_within(cue, shown),
        cut_before=shown.start > sentences.start,
        cut_after=shown.end < sentences.end,
    )


def _quote_span(quote: Quote, size: int) -> Span | None:
    """Return the span of the quote in the block that names the speaker; None if the quote is in another block."""
    if quote.start is None or quote.end is None or quote.block != quote.mention_block:
        return None
    return Span(quote.start, quote.end) if quote.end <= size else None


def _sentence_span(text: str, mention: Span, quoted: Span | None) -> Span:
    """Return the span of the sentences that contain the mention, and of all sentences of a quote that overlaps them."""
    sentences = [Span(*span) for span in sentence_spans(text)]
    covered = _overlapping(sentences, mention)
    if quoted is not None and quoted.start < covered.end and quoted.end > covered.start:
        covered = _overlapping(sentences, Span(min(quoted.start, covered.start), max(quoted.end, covered.end)))
    return covered


def _overlapping(sentences: Sequence[Span], span: Span) -> Span:
    """Return a span, extended to the whole of the sentences that it overlaps."""
    overlapping = [one for one in sentences if one.end > span.start and one.start < span.end]
    if not overlapping:
        return span
    return Span(min(overlapping[0].start, span.start), max(overlapping[-1].end, span.end))


def _cue_span(text: str, cue: str | None, mention: Span, quoted: Span | None, sentences: Span) -> Span | None:
    """Return the span of the cue: the occurrence nearest to the mention, outside of the quote.

    If every occurrence overlaps the mention, the first one; None if there is none.
    """
    if not cue:
        return None
    # Word boundaries only where the cue has a letter or digit: a colon, too, is a cue, and follows a word directly.
    before, after = (r"(?<!\w)" if cue[0].isalnum() else ""), (r"(?!\w)" if cue[-1].isalnum() else "")
    pattern = re.compile(f"{before}{re.escape(cue)}{after}", re.IGNORECASE)
    spans = [
        Span(*match.span())
        for match in pattern.finditer(text, sentences.start, sentences.end)
        if quoted is None or match.end() <= quoted.start or match.start() >= quoted.end
    ]
    outside = [span for span in spans if span.end <= mention.start or span.start >= mention.end]
    return min(outside, key=lambda span: max(span.start - mention.end, mention.start - span.end), default=None) or min(
        spans, key=lambda span: span.start, default=None
    )


def _cut(text: str, sentences: Span, needed: Span, limit: int = MAX_EVIDENCE) -> Span:
    """Return a span of at most `limit` code points of the sentences that contains all of `needed`.

    It begins and ends at a space if there is one within MAX_SHIFT code points. A longer `needed` is returned whole.
    """
    if sentences.end - sentences.start <= limit:
        return sentences
    spare = max(0, limit - (needed.end - needed.start)) // 2
    start, end = max(sentences.start, needed.start - spare), min(sentences.end, needed.end + spare)
    if start > sentences.start:
        space = text.find(" ", start, min(start + MAX_SHIFT, needed.start))
        start = space + 1 if space >= 0 else start
    if end < sentences.end:
        space = text.rfind(" ", max(end - MAX_SHIFT, needed.end), end)
        end = space if space >= 0 else end
    return Span(start, end)


def _within(span: Span | None, shown: Span) -> Span | None:
    """Return the part of a span that lies in `shown`, with offsets from the start of `shown`; None if there is none."""
    if span is None:
        return None
    start, end = max(span.start, shown.start), min(span.end, shown.end)
    return Span(start - shown.start, end - shown.start) if start < end else None
